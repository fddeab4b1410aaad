package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.backend.ConvEpilogue;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** What all convolution layers have in common: parameters, their start values, the printed form. */
abstract sealed class ConvLayer extends HookedLayer implements Parametrizable permits Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d {
    private int inChannels; // of a lazy layer 0 until it is decided
    private final int outChannels;
    private final int[] kernelSize;
    private final boolean transposed;
    private final ConvOptions options;
    private final Tensor weight;
    private final Tensor bias; // null when built without one

    ConvLayer(int rank, boolean transposed, int inChannels, int outChannels, int[] kernelSize, ConvOptions options) {
        String who = getClass().getSimpleName();
        this.inChannels = inChannels;
        this.outChannels = outChannels;
        this.kernelSize = ConvOptions.perDimension(who, "kernelSize", rank, kernelSize);
        this.transposed = transposed;
        this.options = options;
        checkSizes(who);
        Shape shape = weightShape();
        weight = register("weight", Init.kaimingUniform(Tensor.empty(shape, options.dtype, Device.CPU), Math.sqrt(5), Init.FanMode.FAN_IN,
                Init.Nonlinearity.LEAKY_RELU));
        int fanIn = shape.numel() / Math.max(1, shape.dim(0));
        double bound = fanIn == 0 ? 0 : 1 / Math.sqrt(fanIn);
        bias = register("bias", options.bias ? Init.uniform(Tensor.empty(Shape.of(outChannels), options.dtype, Device.CPU), -bound, bound) : null);
    }

    private void checkSizes(String who) {
        int groups = options.groups;
        if (inChannels % groups != 0 || outChannels % groups != 0) {
            throw new IllegalArgumentException("%s: %d input and %d output channels cannot both be cut into %d groups".formatted(who, inChannels,
                    outChannels, groups));
        }
        if (inChannels < 0 || outChannels < 0 || Arrays.stream(this.kernelSize).min().getAsInt() < 1) {
            throw new ShapeException("%s: channels must be 0 or more and kernel sizes 1 or more, got %d and %d channels, kernel %s", who, inChannels,
                    outChannels, Arrays.toString(this.kernelSize));
        }
    }

    private Shape weightShape() {
        int groups = options.groups;
        return (transposed ? Shape.of(inChannels, outChannels / groups) : Shape.of(outChannels, inChannels / groups)).append(kernelSize);
    }

    /** How many there are; a lazy layer may have learnt it from a file. */
    final int inChannels() {
        if (inChannels == 0 && this instanceof Lazy) {
            inChannels = transposed ? weight.size(0) : weight.size(1) * options.groups;
        }
        return inChannels;
    }

    /** A layer of this one's kind, with start values. */
    private ConvLayer made(int channels) {
        ConvOptions same = options.withDtype(weight.dtype());
        return switch (kernelSize.length) {
            case 1 -> transposed ? new ConvTranspose1d(channels, outChannels, kernelSize, same) : new Conv1d(channels, outChannels, kernelSize, same);
            case 2 -> transposed ? new ConvTranspose2d(channels, outChannels, kernelSize, same) : new Conv2d(channels, outChannels, kernelSize, same);
            default -> transposed ? new ConvTranspose3d(channels, outChannels, kernelSize, same) : new Conv3d(channels, outChannels, kernelSize, same);
        };
    }

    /** Whose number of input channels is decided later. */
    ConvLayer(int rank, boolean transposed, int outChannels, int[] kernelSize, ConvOptions options) {
        String who = getClass().getSimpleName();
        this.outChannels = outChannels;
        this.kernelSize = ConvOptions.perDimension(who, "kernelSize", rank, kernelSize);
        this.transposed = transposed;
        this.options = options;
        checkSizes(who);
        weight = register("weight", Tensor.empty(weightShape(), options.dtype, Device.CPU));
        bias = register("bias", options.bias ? Tensor.empty(Shape.of(0), options.dtype, Device.CPU) : null);
    }

    /** Of {@code like}'s geometry, around tensors that are there already, without a draw from the generator. */
    ConvLayer(ConvLayer like, Tensor weight, Tensor bias) {
        inChannels = like.inChannels;
        outChannels = like.outChannels;
        kernelSize = like.kernelSize;
        transposed = like.transposed;
        options = like.options.withBias(bias != null).withDtype(weight.dtype());
        this.weight = register("weight", weight);
        this.bias = register("bias", bias);
    }

    /** A layer of this one's kind and geometry with other parameters, and without its hooks and parametrizations. */
    final ConvLayer with(Tensor newWeight, Tensor newBias) {
        return switch (kernelSize.length) {
            case 1 -> transposed ? new ConvTranspose1d(this, newWeight, newBias) : new Conv1d(this, newWeight, newBias);
            case 2 -> transposed ? new ConvTranspose2d(this, newWeight, newBias) : new Conv2d(this, newWeight, newBias);
            default -> transposed ? new ConvTranspose3d(this, newWeight, newBias) : new Conv3d(this, newWeight, newBias);
        };
    }

    /** The weight with each output channel multiplied by its number of {@code scale (out)}; in the weight's type. */
    final Tensor scaledWeight(Tensor scale) {
        Tensor w = weight();
        int[] sizes = new int[w.dim()];
        Arrays.fill(sizes, 1);
        if (!transposed) {
            sizes[0] = outChannels;
            return w.mul(scale.reshape(sizes)).to(w.dtype());
        }
        int perGroup = w.size(1);
        Tensor factors = scale.reshape(options.groups, 1, perGroup).expand(options.groups, inChannels / options.groups, perGroup);
        sizes[0] = inChannels;
        sizes[1] = perGroup;
        return w.mul(factors.reshape(sizes)).to(w.dtype());
    }

    final int outChannels() {
        return outChannels;
    }

    /** {@code (out, in/groups, *kernel)}, of a transposed convolution {@code (in, out/groups, *kernel)}. */
    public final Tensor weight() {
        return current(weight);
    }

    /** {@code (out)}; null when built without one. */
    public final Tensor bias() {
        return current(bias);
    }

    /**
     * {@code relu.forward(norm.forward(forward(x)))}: the same numbers. In evaluation without gradients each part of the convolution's result is
     * finished while it is still in the cache. Hooks of the layers run; where there are any, so do the layers, one after the other.
     */
    public final Tensor forward(Tensor x, BatchNorm norm, ReLU relu) {
        return forward(x, null, norm, null, relu);
    }

    /**
     * {@code relu.forward(norm.forward(forward(x)).add(residual))}, the end of a residual block, otherwise as {@link #forward(Tensor, BatchNorm, ReLU)}.
     *
     * @param maker    what made {@code x}, if that is used here for the last time, see {@link #spent}; else null
     * @param residual may be null for none
     */
    public final Tensor forward(Tensor x, Layer maker, BatchNorm norm, Tensor residual, ReLU relu) {
        Tensor fused = finished(x, norm, residual, relu);
        if (fused != null) {
            return maker == null ? fused : spent(x, maker, fused);
        }
        Tensor y = forward(x);
        if (maker != null) {
            spent(x, maker, y);
        }
        return spent(y, this, residual == null ? norm.forward(y, relu) : norm.forward(y, residual, relu));
    }

    /**
     * This layer and those after it in one go; null where that is not possible.
     *
     * @param norm       may be null
     * @param activation {@link ReLU}, {@link ReLU6}, or null
     */
    final Tensor finished(Tensor x, BatchNorm norm, Tensor residual, Layer activation) {
        if (Autograd.isGradEnabled() || transposed || !keepsNothing() || norm != null && !norm.isFixed() || activation != null && !activation.keepsNothing()) {
            return null;
        }
        ConvEpilogue.Activation kind = activation == null ? ConvEpilogue.Activation.NONE
                : activation instanceof ReLU ? ConvEpilogue.Activation.RELU : ConvEpilogue.Activation.RELU6;
        ConvEpilogue after = norm == null ? new ConvEpilogue(null, null, null, null, residual, kind) : norm.epilogue(residual, kind);
        check(x);
        return F.convolution(getClass().getSimpleName(), kernelSize.length, x, current(weight), current(bias), options, after);
    }

    @Override
    final Tensor compute(Tensor x) {
        check(x);
        int rank = kernelSize.length;
        String who = getClass().getSimpleName();
        return transposed ? F.transposed(who, rank, x, current(weight), current(bias), options)
                : F.convolution(who, rank, x, current(weight), current(bias), options);
    }

    private void check(Tensor x) {
        int rank = kernelSize.length;
        if (x.dim() != rank + 2 && x.dim() != rank + 1) {
            throw new ShapeException("%s: the input must have %d dimensions, or %d without a batch, got %s%s", this, rank + 2, rank + 1, x.shape(),
                    x.dim() == rank ? "; unsqueeze(0) for the channel?" : "");
        }
        if (isPending()) {
            takeTensors(made(x.size(-rank - 1)));
        }
        if (x.size(-rank - 1) != inChannels()) {
            throw new ShapeException("%s: the input must have %d channels in dimension %d, got %s%s", this, inChannels, x.dim() - rank - 1, x.shape(),
                    x.size(-1) == inChannels ? "; permute the last dimension there?" : "");
        }
    }

    @Override
    protected String describe() {
        StringBuilder text = new StringBuilder().append(inChannels()).append(", ").append(outChannels).append(", kernel_size=")
                .append(ModulePrinter.tuple(kernelSize)).append(", stride=").append(tuple(options.stride));
        if (options.paddingWord != null) {
            text.append(", padding=").append(options.paddingWord);
        } else if (Arrays.stream(options.padding).anyMatch(p -> p != 0)) {
            text.append(", padding=").append(tuple(options.padding));
        }
        if (Arrays.stream(options.dilation).anyMatch(d -> d != 1)) {
            text.append(", dilation=").append(tuple(options.dilation));
        }
        if (Arrays.stream(options.outputPadding).anyMatch(p -> p != 0)) {
            text.append(", output_padding=").append(tuple(options.outputPadding));
        }
        if (options.groups != 1) {
            text.append(", groups=").append(options.groups);
        }
        if (bias == null) {
            text.append(", bias=False");
        }
        if (options.paddingMode != ConvOptions.PaddingMode.ZEROS) {
            text.append(", padding_mode=").append(options.paddingMode.name().toLowerCase(java.util.Locale.ROOT));
        }
        return text.toString();
    }

    private String tuple(int... values) {
        return ModulePrinter.tuple(ConvOptions.perDimension(getClass().getSimpleName(), "size", kernelSize.length, values));
    }
}
