package io.candela.backend.cpu;

import io.candela.backend.Backend;
import io.candela.backend.MatrixKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * Matrix products: loops over heap arrays for small ones, for float64 and for integers, oneDNN for the rest. Half types are multiplied in
 * float32.
 */
final class MatrixCpu implements MatrixKernels {
    /** Multiplications from which on the products of a batch are shared among threads. */
    private static final int SHARED = 64 << 10;
    /** Multiplications per chunk when threads share a product of doubles. */
    private static final int CHUNK = 128 << 10;
    /** Columns up to which a small product is summed in registers rather than in vectors. */
    private static final int NARROW = 16;

    @Override
    public void matmul(Tensor a, Tensor b, Tensor out) {
        if (out.dtype().isHalf()) {
            Tensor wide = Tensor.empty(out.shape(), DType.FLOAT32, out.device());
            matmul(copy(a, DType.FLOAT32), copy(b, DType.FLOAT32), wide);
            Backend.of(out).pointwise().copy(wide, out);
            return;
        }
        if (out.dim() == 2) {
            product(a, 0, b, 0, null, out, 0);
            return;
        }
        int size = out.size(0);
        int step = out.size(1) * out.size(2);
        boolean shared = size >= Workers.threads() && (long) out.numel() * a.size(2) >= SHARED; // else each product is shared, if it is large enough
        int chunk = shared ? (size + Workers.threads() - 1) / Workers.threads() : size;
        Workers.run(size == 0 ? 0 : (size + chunk - 1) / chunk, c -> {
            for (int i = c * chunk; i < Math.min(size, (c + 1) * chunk); i++) {
                product(a, a.size(0) == 1 ? 0 : i * a.strides()[0], b, b.size(0) == 1 ? 0 : i * b.strides()[0], null, out, i * step);
            }
        });
    }

    @Override
    public void linear(Tensor x, Tensor weight, Tensor bias, Tensor out) {
        if (out.dtype().isHalf()) {
            Tensor wide = Tensor.empty(out.shape(), DType.FLOAT32, out.device());
            linear(copy(x, DType.FLOAT32), copy(weight, DType.FLOAT32), bias == null ? null : copy(bias, DType.FLOAT32), wide);
            Backend.of(out).pointwise().copy(wide, out);
            return;
        }
        int[] strides = weight.strides();
        Tensor transposed = weight.viewOf(weight.shape().transposed(), new int[] {strides[1], strides[0]}, weight.offset());
        product(x, 0, transposed, 0, bias, out, 0);
    }

    /** One product of the matrices that start at these distances from the tensors' first elements. */
    private static void product(Tensor a, int aShift, Tensor b, int bShift, Tensor bias, Tensor out, int outShift) {
        int m = out.size(-2);
        int n = out.size(-1);
        int k = a.size(-1);
        if (m == 0 || n == 0) {
            return;
        }
        if (k > 0 && out.dtype() == DType.FLOAT32 && (long) m * k * n >= MatmulDnn.SMALLEST) {
            large(a, aShift, b, bShift, bias, out, outShift, m, k, n);
        } else if (out.dtype() == DType.FLOAT32) {
            small(a, aShift, b, bShift, bias, out, outShift, m, k, n);
        } else if (out.dtype() == DType.FLOAT64) {
            doubles(a, aShift, b, bShift, bias, out, outShift, m, k, n);
        } else {
            integers(a, aShift, b, bShift, bias, out, outShift, m, k, n);
        }
    }

    private static void large(Tensor a, int aShift, Tensor b, int bShift, Tensor bias, Tensor out, int outShift, int m, int k, int n) {
        Tensor left = dense(a, aShift);
        Tensor right = dense(b, bShift);
        Tensor added = bias == null || bias.isContiguous() ? bias : copy(bias, bias.dtype());
        long biasAddress = added == null ? 0 : address(added, 0);
        int[] as = left.strides();
        int[] bs = right.strides();
        int r = as.length - 2;
        int s = bs.length - 2;
        MatmulDnn.matmul(m, k, n, address(left, left == a ? aShift : 0), rowStride(as[r], as[r + 1], k), columnStride(as[r], as[r + 1], m),
                address(right, right == b ? bShift : 0), rowStride(bs[s], bs[s + 1], n), columnStride(bs[s], bs[s + 1], k), biasAddress,
                address(out, outShift), n);
        java.lang.ref.Reference.reachabilityFence(left);
        java.lang.ref.Reference.reachabilityFence(right);
        java.lang.ref.Reference.reachabilityFence(added);
    }

    // A dimension of size 1 may have any stride; oneDNN wants the one of a dense matrix.
    private static int rowStride(int row, int column, int columns) {
        return column == 1 ? Math.max(row, columns) : row;
    }

    private static int columnStride(int row, int column, int rows) {
        return column != 1 && row == 1 ? Math.max(column, rows) : column;
    }

    /** The tensor, or a contiguous copy of one matrix of it, if its strides are not those of a matrix or its transpose. */
    private static Tensor dense(Tensor x, int shift) {
        int[] s = x.strides();
        int rows = x.size(-2);
        int columns = x.size(-1);
        int row = s[s.length - 2];
        int column = s[s.length - 1];
        boolean plain = column == 1 && row >= columns || row == 1 && column >= rows;
        return plain ? x : copy(x.viewOf(Shape.of(rows, columns), new int[] {row, column}, x.offset() + shift), x.dtype());
    }

    private static Tensor copy(Tensor x, DType dtype) {
        Tensor out = Tensor.empty(x.shape(), dtype, x.device());
        Backend.of(x).pointwise().copy(x, out);
        return out;
    }

    private static long address(Tensor t, int shift) {
        return HostStorage.of(t).address() + 4L * (t.offset() + shift);
    }

    private static void small(Tensor a, int aShift, Tensor b, int bShift, Tensor bias, Tensor out, int outShift, int m, int k, int n) {
        HostThread thread = HostThread.current();
        float[] x = thread.scratch(0, m * k);
        float[] y = thread.scratch(1, k * n);
        float[] z = thread.scratch(2, m * n);
        int[] as = a.strides();
        int[] bs = b.strides();
        boolean aTransposed = as[as.length - 2] == 1 && as[as.length - 1] == m && m > 1;
        boolean bTransposed = bs[bs.length - 2] == 1 && bs[bs.length - 1] == k && k > 1;
        if (bias == null) {
            java.util.Arrays.fill(z, 0, m * n, 0);
        } else {
            Blocks.readMatrix(bias, 0, 1, n, z);
            for (int i = 1; i < m; i++) {
                System.arraycopy(z, 0, z, i * n, n);
            }
        }
        // The transpose of a row-major matrix is read as it lies and walked the other way.
        if (aTransposed) {
            Blocks.readRun(a, aShift, m * k, x);
        } else {
            Blocks.readMatrix(a, aShift, m, k, x);
        }
        int row = aTransposed ? 1 : k;
        int column = aTransposed ? m : 1;
        if (bTransposed && !aTransposed) {
            Blocks.readRun(b, bShift, k * n, y);
            dots(x, y, z, m, k, n);
        } else {
            Blocks.readMatrix(b, bShift, k, n, y);
            if (n <= NARROW) {
                narrow(x, row, column, y, z, m, k, n);
            } else {
                wide(x, row, column, y, z, m, k, n);
            }
        }
        HostStorage to = HostStorage.of(out);
        to.block.floats.put((to.start >> 2) + out.offset() + outShift, z, 0, m * n);
    }

    /** {@code z += x yᵀ}: every element a product of two rows, four at a time. */
    private static void dots(float[] x, float[] y, float[] z, int m, int k, int n) {
        for (int i = 0; i < m; i++) {
            int j = 0;
            for (; j + 3 < n; j += 4) {
                float s0 = z[i * n + j];
                float s1 = z[i * n + j + 1];
                float s2 = z[i * n + j + 2];
                float s3 = z[i * n + j + 3];
                int q = j * k;
                for (int p = 0; p < k; p++, q++) {
                    float f = x[i * k + p];
                    s0 += f * y[q];
                    s1 += f * y[q + k];
                    s2 += f * y[q + 2 * k];
                    s3 += f * y[q + 3 * k];
                }
                z[i * n + j] = s0;
                z[i * n + j + 1] = s1;
                z[i * n + j + 2] = s2;
                z[i * n + j + 3] = s3;
            }
            for (; j < n; j++) {
                float s0 = z[i * n + j];
                for (int p = 0; p < k; p++) {
                    s0 += x[i * k + p] * y[j * k + p];
                }
                z[i * n + j] = s0;
            }
        }
    }

    /** {@code z += x y} for a result of few columns, four of them at a time in registers; x's elements lie as its strides say. */
    private static void narrow(float[] x, int row, int column, float[] y, float[] z, int m, int k, int n) {
        for (int i = 0; i < m; i++) {
            int j = 0;
            for (; j + 3 < n; j += 4) {
                int at = i * n + j;
                float s0 = z[at];
                float s1 = z[at + 1];
                float s2 = z[at + 2];
                float s3 = z[at + 3];
                for (int p = 0, f = i * row, q = j; p < k; p++, f += column, q += n) {
                    float v = x[f];
                    s0 += v * y[q];
                    s1 += v * y[q + 1];
                    s2 += v * y[q + 2];
                    s3 += v * y[q + 3];
                }
                z[at] = s0;
                z[at + 1] = s1;
                z[at + 2] = s2;
                z[at + 3] = s3;
            }
            for (; j < n; j++) {
                float s = z[i * n + j];
                for (int p = 0, f = i * row, q = j; p < k; p++, f += column, q += n) {
                    s += x[f] * y[q];
                }
                z[i * n + j] = s;
            }
        }
    }

    /** {@code z += x y} for a result of many columns, in vectors, four rows of y at a time. */
    static void wide(float[] x, int row, int column, float[] y, float[] z, int m, int k, int n) {
        for (int i = 0; i < m; i++) {
            int p = 0;
            int f = i * row;
            for (; p + 3 < k; p += 4, f += 4 * column) {
                addRows(x[f], x[f + column], x[f + 2 * column], x[f + 3 * column], y, p * n, z, i * n, n);
            }
            for (; p < k; p++, f += column) {
                addRow(x[f], y, p * n, z, i * n, n);
            }
        }
    }

    private static void addRows(float f0, float f1, float f2, float f3, float[] y, int from, float[] z, int to, int n) {
        for (int j = 0; j < n; j++) {
            z[to + j] += f0 * y[from + j] + f1 * y[from + n + j] + (f2 * y[from + 2 * n + j] + f3 * y[from + 3 * n + j]);
        }
    }

    private static void addRow(float f, float[] y, int from, float[] z, int to, int n) {
        for (int j = 0; j < n; j++) {
            z[to + j] += f * y[from + j];
        }
    }

    private static void doubles(Tensor a, int aShift, Tensor b, int bShift, Tensor bias, Tensor out, int outShift, int m, int k, int n) {
        double[] x = matrix(a, aShift, m, k);
        double[] y = matrix(b, bShift, k, n);
        double[] first = bias == null ? new double[n] : bias.toDoubleArray();
        double[] z = new double[m * n];
        int rows = (int) Math.max(1, Math.min(m, CHUNK / Math.max(1L, (long) k * n)));
        Workers.run((m + rows - 1) / rows, c -> {
            for (int i = c * rows; i < Math.min(m, (c + 1) * rows); i++) {
                System.arraycopy(first, 0, z, i * n, n);
                for (int p = 0; p < k; p++) {
                    double f = x[i * k + p];
                    int from = p * n;
                    int to = i * n;
                    for (int j = 0; j < n; j++) {
                        z[to + j] += f * y[from + j];
                    }
                }
            }
        });
        HostStorage to = HostStorage.of(out);
        to.block.doubles.put((to.start >> 3) + out.offset() + outShift, z, 0, m * n);
    }

    /** Integers of all types in 64 bits: what is cut off at the end is what would have been cut off on the way. */
    private static void integers(Tensor a, int aShift, Tensor b, int bShift, Tensor bias, Tensor out, int outShift, int m, int k, int n) {
        long[] x = new long[m * k];
        long[] y = new long[k * n];
        blocks(a, aShift, m, k).read(0, x, x.length);
        blocks(b, bShift, k, n).read(0, y, y.length);
        long[] first = bias == null ? new long[n] : bias.toLongArray();
        long[] z = new long[m * n];
        int rows = (int) Math.max(1, Math.min(m, CHUNK / Math.max(1L, (long) k * n)));
        Workers.run((m + rows - 1) / rows, c -> {
            for (int i = c * rows; i < Math.min(m, (c + 1) * rows); i++) {
                System.arraycopy(first, 0, z, i * n, n);
                for (int p = 0; p < k; p++) {
                    long f = x[i * k + p];
                    int from = p * n;
                    int to = i * n;
                    for (int j = 0; j < n; j++) {
                        z[to + j] += f * y[from + j];
                    }
                }
            }
        });
        Tensor part = out.viewOf(Shape.of(m, n), new int[] {n, 1}, out.offset() + outShift);
        new Blocks(part, part.shape()).write(0, z, z.length);
    }

    private static double[] matrix(Tensor t, int shift, int rows, int columns) {
        double[] out = new double[rows * columns];
        blocks(t, shift, rows, columns).read(0, out, out.length);
        return out;
    }

    private static Blocks blocks(Tensor t, int shift, int rows, int columns) {
        int[] s = t.strides();
        Tensor view = t.viewOf(Shape.of(rows, columns), new int[] {s[s.length - 2], s[s.length - 1]}, t.offset() + shift);
        return new Blocks(view, view.shape());
    }
}
