package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.PointwiseKernels;
import io.candela.backend.TernaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Element by element kernels. Loops in C take float32 where there are any, of at least {@link #NATIVE} elements; few elements take a short way, and large
 * contiguous tensors that oneDNN can take go there. Everything else is done by {@link BlockLoops}.
 */
final class PointwiseCpu implements PointwiseKernels {
    /** Elements from which oneDNN pays: fewer stay in the second-level cache. Kept here, so that small programs do not load its classes. */
    private static final int DNN = 32 << 10;
    /** Elements from which a loop in C pays. */
    private static final int NATIVE = 512;
    /** Elements from which it pays of what takes longer than a sum. */
    private static final int NATIVE_FUNCTION = 8;
    /** Elements from which oneDNN pays to change the order of images. */
    private static final int REORDER = 2 << 10;

    /** Whether a large operand has gaps between the elements that follow each other in the result, so that a dense copy of it is read sooner. */
    private static boolean isScattered(Tensor x, Tensor out) {
        int rank = x.dim();
        if (out.numel() < DNN || rank == 0 || x.dtype() != DType.FLOAT32 || !out.isContiguous() || x.size(rank - 1) == 1 || x.strides()[rank - 1] == 1
                || !x.shape().equals(out.shape())) {
            return false;
        }
        return ReorderDnn.canGather(x);
    }

    /** The operand, or where {@link #isScattered} a copy, which the caller releases. */
    private static Tensor gathered(Tensor x, Tensor out) {
        if (!isScattered(x, out)) {
            return x;
        }
        Tensor dense = Tensor.empty(x.shape(), x.dtype(), x.device());
        ReorderDnn.gather(x, dense);
        return dense;
    }

    private static void releaseCopy(Tensor gathered, Tensor x) {
        if (gathered != x) {
            gathered.release();
        }
    }

    @Override
    public void unary(UnaryKernel kernel, Tensor x, Tensor out) {
        int[] order = MemoryOrder.of(out);
        if (order != null) {
            unary(kernel, MemoryOrder.arrange(x, order), MemoryOrder.arrange(out, order));
            return;
        }
        if (out.numel() >= (NativeWalk.isFunction(kernel) ? NATIVE_FUNCTION : NATIVE) && NativeWalk.unary(kernel, x, out)) {
            return;
        }
        Tensor dense = gathered(x, out);
        dense(kernel, dense, out);
        releaseCopy(dense, x);
    }

    private void dense(UnaryKernel kernel, Tensor x, Tensor out) {
        if (SmallFloats.takes(out) && out.dtype() == DType.FLOAT32 && x.dtype() == DType.FLOAT32) {
            float[] a = HostThread.current().floats(0);
            SmallFloats.read(x, out.shape(), a);
            FloatLoops.unary(kernel, a, a, out.numel());
            HostStorage.write(out, a);
            return;
        }
        if (out.dtype() == DType.FLOAT32 && (out.numel() >= DNN && EltwiseDnn.unary(kernel, x, out) || kernel == UnaryKernel.RELU && ReluBits.forward(x, out))) {
            return;
        }
        BlockLoops.unary(kernel, x, out);
    }

    @Override
    public void binary(BinaryKernel kernel, Tensor a, Tensor b, DType compute, Tensor out) {
        int[] order = MemoryOrder.of(out);
        if (order != null) {
            Tensor left = MemoryOrder.arrange(a, order);
            binary(kernel, left, b == a ? left : MemoryOrder.arrange(b, order), compute, MemoryOrder.arrange(out, order));
            return;
        }
        if (compute == DType.FLOAT32 && out.numel() >= (NativeWalk.isFunction(kernel) ? NATIVE_FUNCTION : NATIVE) && NativeWalk.binary(kernel, a, b, out)) {
            return;
        }
        Tensor left = gathered(a, out);
        Tensor right = b == a ? left : gathered(b, out);
        dense(kernel, left, right, compute, out);
        releaseCopy(left, a);
        releaseCopy(right, b);
    }

    private void dense(BinaryKernel kernel, Tensor a, Tensor b, DType compute, Tensor out) {
        if (compute == DType.FLOAT32) {
            if (isSmall(kernel, a, out) && b.dtype() == DType.FLOAT32) {
                HostThread thread = HostThread.current();
                float[] y = thread.floats(1);
                SmallFloats.read(b, out.shape(), y);
                small(kernel, a, y, thread, out);
                return;
            }
            if (out.numel() >= DNN && EltwiseDnn.binary(kernel, a, b, out) || kernel == BinaryKernel.RELU_GRAD && ReluBits.backward(a, b, out)) {
                return;
            }
        }
        if (compute == DType.BOOL && BoolLoops.binary(kernel, a, b, out)) {
            return;
        }
        BlockLoops.binary(kernel, a, b, compute, out);
    }

    @Override
    public void binary(BinaryKernel kernel, Tensor a, double number, DType compute, Tensor out) {
        int[] order = MemoryOrder.of(out);
        if (order != null) {
            binary(kernel, MemoryOrder.arrange(a, order), number, compute, MemoryOrder.arrange(out, order));
            return;
        }
        if (compute == DType.FLOAT32 && out.numel() >= (NativeWalk.isFunction(kernel) ? NATIVE_FUNCTION : NATIVE) && NativeWalk.withNumber(kernel, a, number, out)) {
            return;
        }
        Tensor dense = gathered(a, out);
        dense(kernel, dense, number, compute, out);
        releaseCopy(dense, a);
    }

    private void dense(BinaryKernel kernel, Tensor a, double number, DType compute, Tensor out) {
        if (a.dtype() == DType.BOOL && BoolLoops.compare(kernel, a, number, out)) {
            return;
        }
        if (compute == DType.FLOAT32) {
            if (isSmall(kernel, a, out) && kernel != BinaryKernel.POW) {
                HostThread thread = HostThread.current();
                float[] y = thread.floats(1);
                Arrays.fill(y, 0, out.numel(), (float) number);
                small(kernel, a, y, thread, out);
                return;
            }
            if (out.numel() >= DNN && EltwiseDnn.withNumber(kernel, a, number, out)) {
                return;
            }
        }
        BlockLoops.withNumber(kernel, a, number, compute, out);
    }

    private static boolean isSmall(BinaryKernel kernel, Tensor a, Tensor out) {
        return SmallFloats.takes(out) && out.dtype() == (kernel.isPredicate() ? DType.BOOL : DType.FLOAT32) && a.dtype() == DType.FLOAT32;
    }

    /** On the short way; {@code b} is read already. */
    private static void small(BinaryKernel kernel, Tensor a, float[] b, HostThread thread, Tensor out) {
        float[] x = thread.floats(0);
        SmallFloats.read(a, out.shape(), x);
        if (kernel.isPredicate()) {
            FloatLoops.predicate(kernel, x, b, thread.bytes, out.numel());
            SmallFloats.write(out, thread.bytes);
        } else {
            FloatLoops.binary(kernel, x, b, x, out.numel());
            HostStorage.write(out, x);
        }
    }

    @Override
    public void ternary(TernaryKernel kernel, Tensor a, Tensor b, Tensor c, double value, Tensor out) {
        int[] order = MemoryOrder.of(out);
        if (order != null) {
            Tensor second = MemoryOrder.arrange(b, order);
            ternary(kernel, MemoryOrder.arrange(a, order), second, c == b ? second : MemoryOrder.arrange(c, order), value, MemoryOrder.arrange(out, order));
            return;
        }
        if (out.numel() >= NATIVE && NativeWalk.ternary(kernel, a, b, c, value, out)) {
            return;
        }
        Tensor first = gathered(a, out);
        Tensor second = b == a ? first : gathered(b, out);
        Tensor third = c == b ? second : c == a ? first : gathered(c, out);
        dense(kernel, first, second, third, value, out);
        releaseCopy(first, a);
        releaseCopy(second, b);
        releaseCopy(third, c);
    }

    private void dense(TernaryKernel kernel, Tensor a, Tensor b, Tensor c, double value, Tensor out) {
        if (out.numel() >= DNN && EltwiseDnn.ternary(kernel, a, b, c, value, out)) {
            return;
        }
        Shape shape = out.shape();
        if (SmallFloats.takes(out) && out.dtype() == DType.FLOAT32 && b.dtype() == DType.FLOAT32 && c.dtype() == DType.FLOAT32
                && a.dtype() == (kernel == TernaryKernel.WHERE ? DType.BOOL : DType.FLOAT32)) {
            HostThread thread = HostThread.current();
            float[] x = thread.floats(0);
            SmallFloats.read(a, shape, x);
            SmallFloats.read(b, shape, thread.floats(1));
            SmallFloats.read(c, shape, thread.floats(2));
            BlockLoops.ternary(kernel, x, thread.floats(1), thread.floats(2), (float) value, out.numel());
            HostStorage.write(out, x);
            return;
        }
        BlockLoops.ternary(kernel, a, b, c, value, out);
    }

    @Override
    public void clamp(Tensor x, double low, double high, Tensor out) {
        int[] order = MemoryOrder.of(out);
        if (order != null) {
            clamp(MemoryOrder.arrange(x, order), low, high, MemoryOrder.arrange(out, order));
            return;
        }
        if (out.numel() >= NATIVE && NativeWalk.clamp(x, low, high, out)) {
            return;
        }
        Tensor dense = gathered(x, out);
        dense(dense, low, high, out);
        releaseCopy(dense, x);
    }

    private void dense(Tensor x, double low, double high, Tensor out) {
        if (out.numel() >= DNN && EltwiseDnn.clamp(x, low, high, out)) {
            return;
        }
        if (SmallFloats.takes(out) && out.dtype() == DType.FLOAT32 && x.dtype() == DType.FLOAT32) {
            float[] a = HostThread.current().floats(0);
            SmallFloats.read(x, out.shape(), a);
            BlockLoops.limit(a, (float) low, (float) high, out.numel());
            HostStorage.write(out, a);
            return;
        }
        BlockLoops.clamp(x, low, high, out);
    }

    @Override
    public void copy(Tensor source, Tensor out) {
        if (out.numel() >= REORDER && source.isContiguous() != out.isContiguous() && ReorderDnn.copy(source, out)) {
            return;
        }
        int[] order = MemoryOrder.of(out);
        if (order != null) {
            copy(MemoryOrder.arrange(source, order), MemoryOrder.arrange(out, order));
            return;
        }
        if (SmallFloats.takes(out) && out.dtype() == DType.FLOAT32 && source.dtype() == DType.FLOAT32) {
            float[] a = HostThread.current().floats(0);
            SmallFloats.read(source, out.shape(), a);
            HostStorage.write(out, a);
            return;
        }
        if (source.dtype() != out.dtype() && out.numel() >= NATIVE && NativeWalk.convert(source, out)) {
            return;
        }
        if (out.numel() >= NATIVE && NativeWalk.reverse(source, out)) {
            return;
        }
        if (out.dtype() == DType.FLOAT32 && isScattered(source, out)) {
            ReorderDnn.gather(source, out);
            return;
        }
        if (out.numel() >= DNN && out.dtype() == DType.FLOAT32 && source.dtype() != DType.FLOAT32 && ReorderDnn.widen(source, out)) {
            return;
        }
        if (out.numel() >= DNN && out.dtype() == DType.BOOL && EltwiseDnn.withNumber(BinaryKernel.NE, source, 0, out)) {
            return;
        }
        if (source.dtype() == out.dtype() && out.numel() >= REORDER && RunCopy.copy(source, out)) {
            return;
        }
        BlockLoops.copy(source, out);
    }

    @Override
    public void fill(Tensor out, double value) {
        int[] order = MemoryOrder.of(out);
        if (order != null) {
            fill(MemoryOrder.arrange(out, order), value);
            return;
        }
        if (out.numel() >= NATIVE && NativeRows.fill(out, value)) {
            return;
        }
        BlockLoops.fill(out, value);
    }

    @Override
    public void fill(Tensor out, long value) {
        BlockLoops.fill(out, value);
    }
}
