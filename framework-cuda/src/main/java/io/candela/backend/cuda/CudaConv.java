package io.candela.backend.cuda;

import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.backend.ConvEpilogue;
import io.candela.backend.ConvGeometry;
import io.candela.backend.ConvKernels;
import io.candela.backend.Reduction;
import io.candela.backend.UnaryKernel;
import io.candela.backend.cuda.driver.DnnLibrary.Convolution;
import io.candela.backend.cuda.driver.DnnLibrary.Pass;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Convolutions by cuDNN, row-major or channels-last, as the operands come; what it does not do, and everything where it is missing, as
 * {@link ConvProducts}. TF32 is allowed by {@link Cuda#isConvTf32}.
 */
final class CudaConv implements ConvKernels {
    private static final int ALIGNMENT = 16; // bytes

    private final CudaDevice device;
    private final ConvKernels others;

    /** @param others for what cuDNN does not do; all of it */
    CudaConv(CudaDevice device, ConvKernels others) {
        this.device = device;
        this.others = others;
    }

    /** Channels-last if an operand lies so, as in PyTorch. */
    @Override
    public MemoryFormat format(Tensor x, Tensor weight) {
        return x.memoryFormat() == MemoryFormat.CHANNELS_LAST ? MemoryFormat.CHANNELS_LAST : weight.memoryFormat();
    }

    @Override
    public void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        Call call = Call.of(Pass.FORWARD, x, weight, out, geometry);
        if (call == null || !device.dnn.run(call.what, call.input(x), call.weight(weight), out)) {
            others.forward(x, weight, bias, geometry, out);
        } else if (bias != null) {
            addBias(bias, out);
        }
    }

    private static void addBias(Tensor bias, Tensor out) {
        Backend.of(out).pointwise().binary(BinaryKernel.ADD, out, perChannel(bias, out.dim()), out.dtype(), out);
    }

    /** One element per channel, broadcast over the result. */
    static Tensor perChannel(Tensor bias, int rank) {
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        dims[1] = bias.size(0);
        int[] strides = new int[rank];
        strides[1] = bias.strides()[0];
        return bias.viewOf(Shape.of(dims), strides, bias.offset());
    }

    @Override
    public boolean hasEpilogue(DType dtype) {
        return dtype.isFloating();
    }

    @Override
    public void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor out, ConvEpilogue after) {
        if (out.numel() == 0 || after.mean() == null && after.activation() == ConvEpilogue.Activation.RELU
                && forwardRelu(x, weight, bias, geometry, after.residual(), out)) {
            return;
        }
        forward(x, weight, bias, geometry, out);
        Tensor residual = after.residual();
        if (after.mean() != null && after.activation() == ConvEpilogue.Activation.RELU) {
            Backend.of(out).norm().normalizeRelu(out, after.mean(), after.inverse(), after.weight(), after.bias(), residual, out);
            return;
        }
        if (after.mean() != null) {
            Backend.of(out).norm().normalize(out, after.mean(), after.inverse(), after.weight(), after.bias(), out);
        }
        if (residual != null) {
            Backend.of(out).pointwise().binary(BinaryKernel.ADD, out, residual, out.dtype(), out);
        }
        if (after.activation() == ConvEpilogue.Activation.RELU) {
            Backend.of(out).pointwise().unary(UnaryKernel.RELU, out, out);
        } else if (after.activation() == ConvEpilogue.Activation.RELU6) {
            Backend.of(out).pointwise().clamp(out, 0, 6, out);
        }
    }

    private boolean forwardRelu(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor residual, Tensor out) {
        boolean rounds = out.dtype().isHalf(); // between the kernels one after the other, and not within cuDNN's
        Call call = bias == null || rounds ? null : Call.of(Pass.FORWARD, x, weight, out, geometry);
        return call != null && device.dnn.runRelu(call.what, call.input(x), call.weight(weight), dense(bias, MemoryFormat.CONTIGUOUS),
                residual == null ? null : dense(residual, call.format), out);
    }

    @Override
    public void backward(Tensor x, Tensor weight, Tensor g, ConvGeometry geometry, Tensor gradInput, Tensor gradWeight, Tensor gradBias) {
        boolean some = g.numel() > 0;
        boolean inputToo = some && gradInput != null && inputGradient(weight, g, geometry, gradInput);
        boolean weightToo = some && gradWeight != null && weightGradient(x, g, geometry, gradWeight);
        boolean biasToo = some && gradBias != null;
        if (biasToo) {
            biasGradient(g, gradBias);
        }
        Tensor[] left = {inputToo ? null : gradInput, weightToo ? null : gradWeight, biasToo ? null : gradBias};
        if (left[0] != null || left[1] != null || left[2] != null) {
            others.backward(x, weight, g, geometry, left[0], left[1], left[2]);
        }
    }

    private boolean inputGradient(Tensor weight, Tensor g, ConvGeometry geometry, Tensor gradInput) {
        Call call = Call.of(Pass.INPUT_GRADIENT, gradInput, weight, g, geometry);
        if (call == null) {
            return false;
        }
        Tensor to = call.extra == null ? gradInput : Tensor.empty(call.what.input(), g.dtype(), g.device(), call.format);
        if (!device.dnn.run(call.what, to, call.weight(weight), dense(g, call.format))) {
            return false;
        }
        if (call.extra != null) {
            Backend.of(g).pointwise().copy(call.inner(to, gradInput.shape()), gradInput);
        }
        return true;
    }

    private boolean weightGradient(Tensor x, Tensor g, ConvGeometry geometry, Tensor gradWeight) {
        Call call = Call.of(Pass.WEIGHT_GRADIENT, x, gradWeight, g, geometry);
        if (call == null) {
            return false;
        }
        Tensor to = isDense(gradWeight, call.format) ? gradWeight : Tensor.empty(gradWeight.shape(), g.dtype(), g.device(), call.format);
        if (!device.dnn.run(call.what, call.input(x), to, dense(g, call.format))) {
            return false;
        }
        Dense.finish(to, gradWeight);
        return true;
    }

    /** Sums over samples and places, by the device's own reduction: it is deterministic, and as fast as memory. */
    private static void biasGradient(Tensor g, Tensor gradBias) {
        int[] dims = g.shape().toArray();
        int[] strides = g.strides().clone();
        for (int[] a : new int[][] {dims, strides}) {
            int swapped = a[0];
            a[0] = a[1];
            a[1] = swapped;
        }
        Backend.of(g).reduce().reduce(Reduction.SUM, g.viewOf(Shape.of(dims), strides, g.offset()), dims.length - 1, gradBias);
    }

    private static boolean isDense(Tensor t, MemoryFormat format) {
        return t.isContiguous(format) && CudaStorage.address(t) % ALIGNMENT == 0;
    }

    /** The tensor as cuDNN wants it: itself, or a copy. */
    private static Tensor dense(Tensor t, MemoryFormat format) {
        if (isDense(t, format)) {
            return t;
        }
        Tensor out = Tensor.empty(t.shape(), t.dtype(), t.device(), format);
        Backend.of(t).pointwise().copy(t, out);
        return out;
    }

    /** One convolution, as cuDNN is asked for it. */
    private static final class Call {
        final Convolution what;
        final MemoryFormat format;
        private final int[] extra; // zeros in front of and behind each dimension that are made part of the input; null for none
        private final ConvGeometry given;

        private Call(Convolution what, MemoryFormat format, int[] extra, ConvGeometry given) {
            this.what = what;
            this.format = format;
            this.extra = extra;
            this.given = given;
        }

        /** Null if cuDNN knows no such convolution. */
        static Call of(Pass pass, Tensor input, Tensor weight, Tensor result, ConvGeometry geometry) {
            int rank = geometry.rank();
            int[] sizes = input.shape().toArray();
            int[] padding = new int[rank];
            int[] extra = null;
            for (int i = 0; i < rank; i++) {
                int before = geometry.before(i);
                int after = geometry.after(i);
                padding[i] = Math.min(before, after);
                if (padding[i] < 0 || geometry.outputSize(i, sizes[2 + i], weight.size(2 + i)) != result.size(2 + i)) {
                    return null;
                }
                if (before != after) {
                    extra = extra == null ? new int[2 * rank] : extra;
                    extra[2 * i] = before - padding[i];
                    extra[2 * i + 1] = after - padding[i];
                    sizes[2 + i] += before + after - 2 * padding[i];
                }
            }
            if (input.numel() == 0 || weight.numel() == 0) {
                return null;
            }
            Tensor written = pass == Pass.FORWARD ? result : pass == Pass.INPUT_GRADIENT ? input : null;
            Tensor first = pass == Pass.INPUT_GRADIENT ? result : input;
            MemoryFormat format = written != null && !written.isContiguous() ? MemoryFormat.CHANNELS_LAST
                    : written == null || written.isContiguous(MemoryFormat.CHANNELS_LAST) ? first.memoryFormat() : MemoryFormat.CONTIGUOUS;
            if (written != null && !isDense(written, format)) {
                return null;
            }
            DType type = result.dtype();
            ConvGeometry even = new ConvGeometry(strides(geometry), padding, padding, dilations(geometry), geometry.groups());
            Convolution what = new Convolution(pass, type, type == DType.FLOAT32 && Precision.convTf32, format, Shape.of(sizes), weight.shape(),
                    result.shape(), even);
            return new Call(what, format, extra, geometry);
        }

        private static int[] strides(ConvGeometry geometry) {
            int[] out = new int[geometry.rank()];
            Arrays.setAll(out, geometry::stride);
            return out;
        }

        private static int[] dilations(ConvGeometry geometry) {
            int[] out = new int[geometry.rank()];
            Arrays.setAll(out, geometry::dilation);
            return out;
        }

        Tensor weight(Tensor weight) {
            return dense(weight, format);
        }

        Tensor input(Tensor x) {
            if (extra == null) {
                return dense(x, format);
            }
            Tensor out = Tensor.empty(what.input(), x.dtype(), x.device(), format);
            Backend.of(x).pointwise().fill(out, 0);
            Backend.of(x).pointwise().copy(x, inner(out, x.shape()));
            return out;
        }

        /** The part of an enlarged input that is the input. */
        Tensor inner(Tensor enlarged, Shape shape) {
            int offset = enlarged.offset();
            for (int i = 0; i < given.rank(); i++) {
                offset += extra[2 * i] * enlarged.strides()[2 + i];
            }
            return enlarged.viewOf(shape, enlarged.strides(), offset);
        }
    }
}
