package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * The short way of kernels whose operands fit one heap block: no {@link Blocks}, no threads. What these prepare takes longer than to compute a few
 * dozen elements.
 */
final class SmallFloats {
    private SmallFloats() {}

    /** Whether a result is small and row-major. */
    static boolean takes(Tensor out) {
        return out.numel() <= HostThread.BLOCK && out.isContiguous();
    }

    /** Reads a float32 or bool operand of any strides, broadcast to {@code shape}, in row-major order. */
    static void read(Tensor x, Shape shape, float[] out) {
        HostStorage s = HostStorage.of(x);
        int n = shape.numel();
        if (x.dtype() == DType.FLOAT32 && x.isContiguous() && x.numel() == n) {
            s.block.floats.get((s.start >> 2) + x.offset(), out, 0, n);
        } else if (n > 0) {
            boolean bool = x.dtype() == DType.BOOL;
            fill(s.block, bool, (bool ? s.start : s.start >> 2) + x.offset(), x, shape, 0, out, 0);
        }
    }

    private static int fill(HostBlock block, boolean bool, int from, Tensor x, Shape shape, int dim, float[] out, int at) {
        int[] dims = shape.dims();
        int own = dim - dims.length + x.dim();
        int stride = dims.length == 0 || own < 0 || x.shape().dims()[own] == 1 ? 0 : x.strides()[own];
        int n = dims.length == 0 ? 1 : dims[dim];
        if (dim < dims.length - 1) {
            int end = fill(block, bool, from, x, shape, dim + 1, out, at);
            int row = end - at;
            for (int i = 1; i < n; i++, end += row) {
                if (stride == 0) {
                    System.arraycopy(out, at, out, end, row);
                } else {
                    fill(block, bool, from + i * stride, x, shape, dim + 1, out, end);
                }
            }
            return end;
        }
        if (bool) {
            for (int i = 0; i < n; i++) {
                out[at + i] = block.bytes.get(from + i * stride);
            }
        } else if (stride == 0) {
            Arrays.fill(out, at, at + n, block.floats.get(from));
        } else {
            for (int i = 0; i < n; i++) {
                out[at + i] = block.floats.get(from + i * stride);
            }
        }
        return at + n;
    }

    /** A row-major copy of what is small, float32, and lies otherwise; else the tensor itself. */
    static Tensor dense(Tensor x) {
        if (x.isContiguous() || x.numel() > HostThread.BLOCK || x.dtype() != DType.FLOAT32) {
            return x;
        }
        float[] a = HostThread.current().floats(0);
        read(x, x.shape(), a);
        Tensor copy = Tensor.empty(x.shape(), x.dtype(), x.device());
        HostStorage.write(copy, a);
        return copy;
    }

    /** Writes a row-major bool result. */
    static void write(Tensor out, byte[] in) {
        HostStorage s = HostStorage.of(out);
        s.block.bytes.put(s.start + out.offset(), in, 0, out.numel());
    }
}
