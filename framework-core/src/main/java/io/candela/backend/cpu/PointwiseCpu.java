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
 * Element by element kernels: operands are read block by block into heap arrays, computed there, and written back. Large tensors of float32
 * that oneDNN can take go there, other large ones are shared by the threads.
 */
final class PointwiseCpu implements PointwiseKernels {
    private static final int BLOCK = HostThread.BLOCK;
    /** Elements from which oneDNN pays: fewer stay in the second-level cache. Kept here, so that small programs do not load its classes. */
    private static final int DNN = 32 << 10;
    /** Elements from which a loop in C pays. */
    private static final int NATIVE = 512;
    /** Elements from which it pays of what takes longer than a sum. */
    private static final int NATIVE_FUNCTION = 8;
    /** Elements from which oneDNN pays to change the order of images. */
    private static final int REORDER = 2 << 10;
    /** Elements per chunk when several threads share a kernel: about 5 us of work. */
    private static final int CHUNK = 16 * BLOCK;

    /** Does elements {@code from} to {@code to}. */
    interface Range {
        void run(HostThread thread, int from, int to);
    }

    static void forRange(int n, Range range) {
        if (n <= CHUNK) {
            range.run(HostThread.current(), 0, n);
            return;
        }
        Workers.run((n + CHUNK - 1) / CHUNK, i -> range.run(HostThread.current(), i * CHUNK, Math.min(n, (i + 1) * CHUNK)));
    }

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
        Shape shape = out.shape();
        Blocks in = new Blocks(x, shape);
        Blocks to = new Blocks(out, shape);
        switch (out.dtype()) {
            case FLOAT32 -> {
                if (!(out.numel() >= DNN && EltwiseDnn.unary(kernel, x, out)) && !(kernel == UnaryKernel.RELU && ReluBits.forward(x, out))) {
                    forRange(out.numel(), (thread, from, end) -> {
                        float[] a = thread.floats(0);
                        for (int p = from; p < end; p += BLOCK) {
                            int n = Math.min(BLOCK, end - p);
                            in.read(p, a, n);
                            FloatLoops.unary(kernel, a, a, n);
                            to.write(p, a, n);
                        }
                    });
                }
            }
            case FLOAT16, BFLOAT16 -> forRange(out.numel(), (thread, from, end) -> HalfLoops.unary(kernel, in, to, out.dtype(), thread, from, end));
            case FLOAT64 -> forRange(out.numel(), (thread, from, end) -> {
                double[] a = thread.doubles(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    DoubleLoops.unary(kernel, a, a, n);
                    to.write(p, a, n);
                }
            });
            default -> forRange(out.numel(), (thread, from, end) -> {
                long[] a = thread.longs(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    LongLoops.unary(kernel, a, a, n);
                    to.write(p, a, n);
                }
            });
        }
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
        Shape shape = out.shape();
        Blocks left = new Blocks(a, shape);
        Blocks right = new Blocks(b, shape);
        Blocks to = new Blocks(out, shape);
        switch (compute) {
            case FLOAT32 -> forRange(out.numel(), (thread, from, end) -> floats(kernel, left, right, 0, to, thread, from, end));
            case FLOAT64 -> forRange(out.numel(), (thread, from, end) -> doubles(kernel, left, right, 0, to, thread, from, end));
            case FLOAT16, BFLOAT16 -> {
                HalfLoops.Operation operation = HalfLoops.binary(kernel, a, b, compute);
                forRange(out.numel(), (thread, from, end) -> operation.run(left, right, to, thread, from, end));
            }
            default -> forRange(out.numel(), (thread, from, end) -> longs(kernel, left, right, 0, compute, to, thread, from, end));
        }
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
        Shape shape = out.shape();
        Blocks left = new Blocks(a, shape);
        Blocks to = new Blocks(out, shape);
        switch (compute) {
            case FLOAT32 -> forRange(out.numel(), (thread, from, end) -> floats(kernel, left, null, number, to, thread, from, end));
            case FLOAT64 -> forRange(out.numel(), (thread, from, end) -> doubles(kernel, left, null, number, to, thread, from, end));
            case FLOAT16, BFLOAT16 -> {
                HalfLoops.Operation operation = HalfLoops.binary(kernel, a, number, compute);
                forRange(out.numel(), (thread, from, end) -> operation.run(left, null, to, thread, from, end));
            }
            default -> forRange(out.numel(), (thread, from, end) -> longs(kernel, left, null, number, compute, to, thread, from, end));
        }
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

    private static void floats(BinaryKernel kernel, Blocks left, Blocks right, double number, Blocks to, HostThread thread, int from, int end) {
        float[] a = thread.floats(0);
        float[] b = thread.floats(1);
        if (right == null) {
            Arrays.fill(b, 0, Math.min(BLOCK, end - from), (float) number);
        }
        for (int p = from; p < end; p += BLOCK) {
            int n = Math.min(BLOCK, end - p);
            left.read(p, a, n);
            if (right != null) {
                right.read(p, b, n);
            }
            if (kernel.isPredicate()) {
                FloatLoops.predicate(kernel, a, b, thread.bytes, n);
                to.write(p, thread.bytes, n);
            } else {
                if (right != null || kernel != BinaryKernel.POW || !FloatLoops.power(a, number, a, n)) {
                    FloatLoops.binary(kernel, a, b, a, n);
                }
                to.write(p, a, n);
            }
        }
    }

    private static void doubles(BinaryKernel kernel, Blocks left, Blocks right, double number, Blocks to, HostThread thread, int from, int end) {
        double[] a = thread.doubles(0);
        double[] b = thread.doubles(1);
        if (right == null) {
            Arrays.fill(b, 0, Math.min(BLOCK, end - from), number);
        }
        for (int p = from; p < end; p += BLOCK) {
            int n = Math.min(BLOCK, end - p);
            left.read(p, a, n);
            if (right != null) {
                right.read(p, b, n);
            }
            if (kernel.isPredicate()) {
                DoubleLoops.predicate(kernel, a, b, thread.bytes, n);
                to.write(p, thread.bytes, n);
            } else {
                DoubleLoops.binary(kernel, a, b, a, n);
                to.write(p, a, n);
            }
        }
    }

    private static void longs(BinaryKernel kernel, Blocks left, Blocks right, double number, DType compute, Blocks to, HostThread thread, int from,
            int end) {
        long[] a = thread.longs(0);
        long[] b = thread.longs(1);
        if (right == null) {
            Arrays.fill(b, 0, Math.min(BLOCK, end - from), (long) number);
            LongLoops.wrap(compute, b, Math.min(BLOCK, end - from));
        }
        for (int p = from; p < end; p += BLOCK) {
            int n = Math.min(BLOCK, end - p);
            left.read(p, a, n);
            LongLoops.wrap(compute, a, n);
            if (right != null) {
                right.read(p, b, n);
                LongLoops.wrap(compute, b, n);
            }
            if (kernel.isPredicate()) {
                LongLoops.predicate(kernel, a, b, thread.bytes, n);
                to.write(p, thread.bytes, n);
            } else {
                LongLoops.binary(kernel, a, b, a, n);
                to.write(p, a, n);
            }
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
            ternary(kernel, x, thread.floats(1), thread.floats(2), (float) value, out.numel());
            HostStorage.write(out, x);
            return;
        }
        Blocks first = new Blocks(a, shape);
        Blocks second = new Blocks(b, shape);
        Blocks third = new Blocks(c, shape);
        Blocks to = new Blocks(out, shape);
        if (kernel == TernaryKernel.WHERE && out.dtype() == DType.FLOAT32 && b.dtype() == DType.FLOAT32 && c.dtype() == DType.FLOAT32) {
            forRange(out.numel(), (thread, from, end) -> BoolLoops.where(first, second, third, to, thread, from, end));
            return;
        }
        switch (out.dtype()) {
            case FLOAT32, FLOAT16, BFLOAT16 -> forRange(out.numel(), (thread, from, end) -> {
                float[] x = thread.floats(0);
                float[] y = thread.floats(1);
                float[] z = thread.floats(2);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    first.read(p, x, n);
                    second.read(p, y, n);
                    third.read(p, z, n);
                    ternary(kernel, x, y, z, (float) value, n);
                    to.write(p, x, n);
                }
            });
            case FLOAT64 -> forRange(out.numel(), (thread, from, end) -> {
                double[] x = thread.doubles(0);
                double[] y = thread.doubles(1);
                double[] z = thread.doubles(2);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    first.read(p, x, n);
                    second.read(p, y, n);
                    third.read(p, z, n);
                    ternary(kernel, x, y, z, value, n);
                    to.write(p, x, n);
                }
            });
            default -> forRange(out.numel(), (thread, from, end) -> {
                long[] x = thread.longs(0);
                long[] y = thread.longs(1);
                long[] z = thread.longs(2);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    first.read(p, x, n);
                    second.read(p, y, n);
                    third.read(p, z, n);
                    ternary(kernel, x, y, z, (long) value, n);
                    to.write(p, x, n);
                }
            });
        }
    }

    private static void ternary(TernaryKernel kernel, float[] x, float[] y, float[] z, float v, int n) {
        switch (kernel) {
            case WHERE -> {
                for (int i = 0; i < n; i++) {
                    x[i] = x[i] != 0 ? y[i] : z[i];
                }
            }
            case ADDCMUL -> {
                for (int i = 0; i < n; i++) {
                    x[i] += v * y[i] * z[i];
                }
            }
            case ADDCDIV -> {
                for (int i = 0; i < n; i++) {
                    x[i] += v * y[i] / z[i];
                }
            }
        }
    }

    private static void ternary(TernaryKernel kernel, double[] x, double[] y, double[] z, double v, int n) {
        switch (kernel) {
            case WHERE -> {
                for (int i = 0; i < n; i++) {
                    x[i] = x[i] != 0 ? y[i] : z[i];
                }
            }
            case ADDCMUL -> {
                for (int i = 0; i < n; i++) {
                    x[i] += v * y[i] * z[i];
                }
            }
            case ADDCDIV -> {
                for (int i = 0; i < n; i++) {
                    x[i] += v * y[i] / z[i];
                }
            }
        }
    }

    private static void ternary(TernaryKernel kernel, long[] x, long[] y, long[] z, long v, int n) {
        switch (kernel) {
            case WHERE -> {
                for (int i = 0; i < n; i++) {
                    x[i] = x[i] != 0 ? y[i] : z[i];
                }
            }
            case ADDCMUL -> {
                for (int i = 0; i < n; i++) {
                    x[i] += v * y[i] * z[i];
                }
            }
            case ADDCDIV -> {
                for (int i = 0; i < n; i++) {
                    x[i] += v * y[i] / z[i];
                }
            }
        }
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
        Shape shape = out.shape();
        float least = (float) low;
        float most = (float) high;
        if (SmallFloats.takes(out) && out.dtype() == DType.FLOAT32 && x.dtype() == DType.FLOAT32) {
            float[] a = HostThread.current().floats(0);
            SmallFloats.read(x, shape, a);
            limit(a, least, most, out.numel());
            HostStorage.write(out, a);
            return;
        }
        Blocks in = new Blocks(x, shape);
        Blocks to = new Blocks(out, shape);
        if (out.dtype() == DType.FLOAT32) {
            forRange(out.numel(), (thread, from, end) -> {
                float[] a = thread.floats(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    limit(a, least, most, n);
                    to.write(p, a, n);
                }
            });
        } else if (!out.dtype().isFloating()) {
            long smallest = (long) low;
            long largest = (long) high;
            forRange(out.numel(), (thread, from, end) -> {
                long[] a = thread.longs(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    for (int i = 0; i < n; i++) {
                        a[i] = Math.min(Math.max(a[i], smallest), largest);
                    }
                    to.write(p, a, n);
                }
            });
        } else {
            forRange(out.numel(), (thread, from, end) -> {
                double[] a = thread.doubles(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    for (int i = 0; i < n; i++) {
                        a[i] = Math.min(Math.max(a[i], low), high);
                    }
                    to.write(p, a, n);
                }
            });
        }
    }

    private static void limit(float[] a, float least, float most, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = Math.min(Math.max(a[i], least), most);
        }
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
        Shape shape = out.shape();
        boolean moved = source.dtype() == out.dtype();
        if (moved && out.numel() >= REORDER && RunCopy.copy(source, out)) {
            return;
        }
        boolean toFloats = out.dtype() == DType.FLOAT32 || !moved && out.dtype().isHalf();
        boolean longs = !source.dtype().isFloating() && !toFloats || moved && source.dtype().isHalf();
        Blocks in = moved ? Blocks.moving(source, shape) : new Blocks(source, shape);
        Blocks to = moved ? Blocks.moving(out, shape) : new Blocks(out, shape);
        if (!longs && source.dtype() != DType.FLOAT64 && out.dtype() != DType.FLOAT64) {
            forRange(out.numel(), (thread, from, end) -> {
                float[] a = thread.floats(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    to.write(p, a, n);
                }
            });
        } else if (!longs) {
            forRange(out.numel(), (thread, from, end) -> {
                double[] a = thread.doubles(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    to.write(p, a, n);
                }
            });
        } else {
            forRange(out.numel(), (thread, from, end) -> {
                long[] a = thread.longs(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    to.write(p, a, n);
                }
            });
        }
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
        Blocks to = new Blocks(out, out.shape());
        if (out.dtype() == DType.FLOAT32) {
            forRange(out.numel(), (thread, from, end) -> {
                float[] a = thread.floats(0);
                Arrays.fill(a, 0, Math.min(BLOCK, end - from), (float) value);
                for (int p = from; p < end; p += BLOCK) {
                    to.write(p, a, Math.min(BLOCK, end - p));
                }
            });
            return;
        }
        forRange(out.numel(), (thread, from, end) -> {
            double[] a = thread.doubles(0);
            Arrays.fill(a, 0, Math.min(BLOCK, end - from), value);
            for (int p = from; p < end; p += BLOCK) {
                to.write(p, a, Math.min(BLOCK, end - p));
            }
        });
    }

    @Override
    public void fill(Tensor out, long value) {
        Blocks to = new Blocks(out, out.shape());
        forRange(out.numel(), (thread, from, end) -> {
            long[] a = thread.longs(0);
            Arrays.fill(a, 0, Math.min(BLOCK, end - from), value);
            for (int p = from; p < end; p += BLOCK) {
                to.write(p, a, Math.min(BLOCK, end - p));
            }
        });
    }
}
