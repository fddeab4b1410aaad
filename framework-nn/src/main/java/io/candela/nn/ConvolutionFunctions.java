package io.candela.nn;

import io.candela.backend.ConvEpilogue;
import io.candela.backend.ConvGeometry;
import io.candela.ops.ConvTransposed;
import io.candela.ops.Convolution;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Convolutions of {@link F}: options become a geometry, and padding other than zeros is added before. */
abstract sealed class ConvolutionFunctions permits ActivationFunctions {
    ConvolutionFunctions() {}

    /** {@link #conv1d(Tensor, Tensor, Tensor, ConvOptions)} with stride 1 and no padding. */
    public static Tensor conv1d(Tensor x, Tensor weight, Tensor bias) {
        return conv1d(x, weight, bias, ConvOptions.DEFAULTS);
    }

    /**
     * Cross-correlation: {@code (n, c, l)} to {@code (n, o, l)}; the batch dimension may be missing.
     *
     * @param weight  {@code (o, c/groups, k)}
     * @param bias    {@code (o)}, or null
     * @param options all but {@code bias}, {@code dtype} and {@code outputPadding}
     * @throws io.candela.tensor.ShapeException if sizes do not fit, or the kernel is larger than the padded input
     */
    public static Tensor conv1d(Tensor x, Tensor weight, Tensor bias, ConvOptions options) {
        return convolution("conv1d", 1, x, weight, bias, options);
    }

    /** {@link #convTranspose1d(Tensor, Tensor, Tensor, ConvOptions)} with stride 1 and no padding. */
    public static Tensor convTranspose1d(Tensor x, Tensor weight, Tensor bias) {
        return convTranspose1d(x, weight, bias, ConvOptions.DEFAULTS);
    }

    /**
     * The transpose of {@link #conv1d(Tensor, Tensor, Tensor, ConvOptions)}, often called deconvolution: sizes grow by the stride.
     *
     * @param weight  {@code (c, o/groups, k)}: the channels of {@code x} come first
     * @param bias    {@code (o)}, or null
     * @param options all but {@code bias}, {@code dtype} and {@code paddingMode}
     * @throws io.candela.tensor.ShapeException if sizes do not fit, or nothing would be left
     */
    public static Tensor convTranspose1d(Tensor x, Tensor weight, Tensor bias, ConvOptions options) {
        return transposed("convTranspose1d", 1, x, weight, bias, options);
    }

    /** {@link #conv2d(Tensor, Tensor, Tensor, ConvOptions)} with stride 1 and no padding. */
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias) {
        return conv2d(x, weight, bias, ConvOptions.DEFAULTS);
    }

    /**
     * Cross-correlation: {@code (n, c, h, w)} to {@code (n, o, h, w)}; the batch dimension may be missing.
     *
     * @param weight  {@code (o, c/groups, kh, kw)}
     * @param bias    {@code (o)}, or null
     * @param options all but {@code bias}, {@code dtype} and {@code outputPadding}
     * @throws io.candela.tensor.ShapeException if sizes do not fit, or the kernel is larger than the padded input
     */
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias, ConvOptions options) {
        return convolution("conv2d", 2, x, weight, bias, options);
    }

    /** {@link #convTranspose2d(Tensor, Tensor, Tensor, ConvOptions)} with stride 1 and no padding. */
    public static Tensor convTranspose2d(Tensor x, Tensor weight, Tensor bias) {
        return convTranspose2d(x, weight, bias, ConvOptions.DEFAULTS);
    }

    /**
     * The transpose of {@link #conv2d(Tensor, Tensor, Tensor, ConvOptions)}, often called deconvolution: sizes grow by the stride.
     *
     * @param weight  {@code (c, o/groups, kh, kw)}: the channels of {@code x} come first
     * @param bias    {@code (o)}, or null
     * @param options all but {@code bias}, {@code dtype} and {@code paddingMode}
     * @throws io.candela.tensor.ShapeException if sizes do not fit, or nothing would be left
     */
    public static Tensor convTranspose2d(Tensor x, Tensor weight, Tensor bias, ConvOptions options) {
        return transposed("convTranspose2d", 2, x, weight, bias, options);
    }

    /** {@link #conv3d(Tensor, Tensor, Tensor, ConvOptions)} with stride 1 and no padding. */
    public static Tensor conv3d(Tensor x, Tensor weight, Tensor bias) {
        return conv3d(x, weight, bias, ConvOptions.DEFAULTS);
    }

    /**
     * Cross-correlation: {@code (n, c, d, h, w)} to {@code (n, o, d, h, w)}; the batch dimension may be missing.
     *
     * @param weight  {@code (o, c/groups, kd, kh, kw)}
     * @param bias    {@code (o)}, or null
     * @param options all but {@code bias}, {@code dtype} and {@code outputPadding}
     * @throws io.candela.tensor.ShapeException if sizes do not fit, or the kernel is larger than the padded input
     */
    public static Tensor conv3d(Tensor x, Tensor weight, Tensor bias, ConvOptions options) {
        return convolution("conv3d", 3, x, weight, bias, options);
    }

    /** {@link #convTranspose3d(Tensor, Tensor, Tensor, ConvOptions)} with stride 1 and no padding. */
    public static Tensor convTranspose3d(Tensor x, Tensor weight, Tensor bias) {
        return convTranspose3d(x, weight, bias, ConvOptions.DEFAULTS);
    }

    /**
     * The transpose of {@link #conv3d(Tensor, Tensor, Tensor, ConvOptions)}, often called deconvolution: sizes grow by the stride.
     *
     * @param weight  {@code (c, o/groups, kd, kh, kw)}: the channels of {@code x} come first
     * @param bias    {@code (o)}, or null
     * @param options all but {@code bias}, {@code dtype} and {@code paddingMode}
     * @throws io.candela.tensor.ShapeException if sizes do not fit, or nothing would be left
     */
    public static Tensor convTranspose3d(Tensor x, Tensor weight, Tensor bias, ConvOptions options) {
        return transposed("convTranspose3d", 3, x, weight, bias, options);
    }

    static Tensor convolution(String who, int rank, Tensor x, Tensor weight, Tensor bias, ConvOptions o) {
        return convolution(who, rank, x, weight, bias, o, null);
    }

    /** @param after what is done with the result at once, or null; with it the result is null where that is not possible */
    static Tensor convolution(String who, int rank, Tensor x, Tensor weight, Tensor bias, ConvOptions o, ConvEpilogue after) {
        int[] stride = ConvOptions.perDimension(who, "stride", rank, o.stride);
        int[] dilation = ConvOptions.perDimension(who, "dilation", rank, o.dilation);
        int[] before = ConvOptions.perDimension(who, "padding", rank, o.padding);
        int[] behind = before.clone();
        if (o.same()) {
            for (int i = 0; i < rank; i++) {
                if (stride[i] != 1) {
                    throw new IllegalArgumentException(who + ": padding \"same\" needs stride 1, got " + stride[i] + "; give the padding in numbers");
                }
                int total = weight.dim() == rank + 2 ? dilation[i] * (weight.size(i + 2) - 1) : 0;
                before[i] = total / 2;
                behind[i] = total - total / 2;
            }
        }
        Tensor padded = x;
        if (o.paddingMode != ConvOptions.PaddingMode.ZEROS) {
            for (int i = 0; i < rank; i++) {
                padded = padded(who, padded, i - rank, before[i], behind[i], o.paddingMode);
            }
            before = new int[rank];
            behind = before;
        }
        ConvGeometry geometry = new ConvGeometry(stride, before, behind, dilation, o.groups);
        return after == null ? Convolution.apply(who, padded, weight, bias, geometry) : Convolution.applyThen(who, padded, weight, bias, geometry, after);
    }

    static Tensor transposed(String who, int rank, Tensor x, Tensor weight, Tensor bias, ConvOptions o) {
        return ConvTransposed.apply(who, x, weight, bias, transposedGeometry(who, rank, o),
                ConvOptions.perDimension(who, "outputPadding", rank, o.outputPadding));
    }

    private static ConvGeometry transposedGeometry(String who, int rank, ConvOptions o) {
        if (o.same()) {
            throw new IllegalArgumentException(who + ": padding must be numbers, got \"same\"");
        }
        if (o.paddingMode != ConvOptions.PaddingMode.ZEROS) {
            throw new IllegalArgumentException(who + ": paddingMode must be ZEROS, got " + o.paddingMode);
        }
        int[] padding = ConvOptions.perDimension(who, "padding", rank, o.padding);
        return new ConvGeometry(ConvOptions.perDimension(who, "stride", rank, o.stride), padding, padding,
                ConvOptions.perDimension(who, "dilation", rank, o.dilation), o.groups);
    }

    /** One dimension longer at both ends, by what the input itself holds. */
    private static Tensor padded(String who, Tensor x, int dim, int before, int after, ConvOptions.PaddingMode mode) {
        if (before == 0 && after == 0) {
            return x;
        }
        int[] sources = Padding.sources(who, x, x.dim() + dim, before, after, PadMode.valueOf(mode.name()));
        return x.indexSelect(dim, Tensor.of(Arrays.stream(sources).asLongStream().toArray()).to(x.device()));
    }
}
