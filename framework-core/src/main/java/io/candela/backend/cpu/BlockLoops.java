package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.TernaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Element by element kernels of every type and stride: operands are read block by block into heap arrays, computed there, and written back, by several
 * threads where there is much to do.
 */
final class BlockLoops {
    private static final int BLOCK = HostThread.BLOCK;
    /** Elements per chunk when several threads share a kernel: about 5 us of work. */
    private static final int CHUNK = 16 * BLOCK;

    private BlockLoops() {}

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

    static void unary(UnaryKernel kernel, Tensor x, Tensor out) {
        Shape shape = out.shape();
        Blocks in = new Blocks(x, shape);
        Blocks to = new Blocks(out, shape);
        switch (out.dtype()) {
            case FLOAT32 -> forRange(out.numel(), (thread, from, end) -> {
                float[] a = thread.floats(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    FloatLoops.unary(kernel, a, a, n);
                    to.write(p, a, n);
                }
            });
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

    /** @param compute the type in which operands are computed */
    static void binary(BinaryKernel kernel, Tensor a, Tensor b, DType compute, Tensor out) {
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

    /** As {@link #binary} with the same second operand everywhere. */
    static void withNumber(BinaryKernel kernel, Tensor a, double number, DType compute, Tensor out) {
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

    static void ternary(TernaryKernel kernel, Tensor a, Tensor b, Tensor c, double value, Tensor out) {
        Shape shape = out.shape();
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

    /** Of {@code n} elements in heap arrays, the result in {@code x}. */
    static void ternary(TernaryKernel kernel, float[] x, float[] y, float[] z, float v, int n) {
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

    static void clamp(Tensor x, double low, double high, Tensor out) {
        Shape shape = out.shape();
        Blocks in = new Blocks(x, shape);
        Blocks to = new Blocks(out, shape);
        if (out.dtype() == DType.FLOAT32) {
            forRange(out.numel(), (thread, from, end) -> {
                float[] a = thread.floats(0);
                for (int p = from; p < end; p += BLOCK) {
                    int n = Math.min(BLOCK, end - p);
                    in.read(p, a, n);
                    limit(a, (float) low, (float) high, n);
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

    /** Of {@code n} elements in a heap array. */
    static void limit(float[] a, float least, float most, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = Math.min(Math.max(a[i], least), most);
        }
    }

    /** Converts where the types differ, and else moves elements as they are, whatever they mean. */
    static void copy(Tensor source, Tensor out) {
        Shape shape = out.shape();
        boolean moved = source.dtype() == out.dtype();
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

    static void fill(Tensor out, double value) {
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

    /** For integers that a double cannot hold. */
    static void fill(Tensor out, long value) {
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
