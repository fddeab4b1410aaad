package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/**
 * ReLU and its gradient on contiguous float32, on the numbers' bits: HotSpot makes no vectors of loops with a condition, and oneDNN's ReLU
 * turns NaN into 0, and its gradient makes NaN of infinite ones.
 */
final class ReluBits {
    private static final int INFINITY = 0x7F800000;

    private ReluBits() {}

    /** Does the work if both are contiguous; false if not. */
    static boolean forward(Tensor x, Tensor out) {
        if (!fits(x, out) || !fits(out, out)) {
            return false;
        }
        HostStorage storage = HostStorage.of(x);
        HostStorage to = HostStorage.of(out);
        int first = (storage.start >> 2) + x.offset();
        int target = (to.start >> 2) + out.offset();
        BlockLoops.forRange(out.numel(), (thread, from, end) -> {
            int[] a = thread.ints(0);
            for (int p = from; p < end; p += HostThread.BLOCK) {
                int n = Math.min(HostThread.BLOCK, end - p);
                storage.block.ints.get(first + p, a, 0, n);
                clear(a, n);
                to.block.ints.put(target + p, a, 0, n);
            }
        });
        return true;
    }

    /** From the result's gradient and the result; does the work if all three are contiguous, false if not. */
    static boolean backward(Tensor g, Tensor y, Tensor out) {
        if (!fits(g, out) || !fits(y, out) || !fits(out, out)) {
            return false;
        }
        HostStorage gradient = HostStorage.of(g);
        HostStorage result = HostStorage.of(y);
        HostStorage to = HostStorage.of(out);
        int first = (gradient.start >> 2) + g.offset();
        int second = (result.start >> 2) + y.offset();
        int target = (to.start >> 2) + out.offset();
        BlockLoops.forRange(out.numel(), (thread, from, end) -> {
            int[] a = thread.ints(0);
            int[] b = thread.ints(1);
            for (int p = from; p < end; p += HostThread.BLOCK) {
                int n = Math.min(HostThread.BLOCK, end - p);
                gradient.block.ints.get(first + p, a, 0, n);
                result.block.ints.get(second + p, b, 0, n);
                mask(a, b, n);
                to.block.ints.put(target + p, a, 0, n);
            }
        });
        return true;
    }

    private static boolean fits(Tensor x, Tensor out) {
        return x.dtype() == DType.FLOAT32 && x.isContiguous() && x.numel() == out.numel();
    }

    /** Sets a to 0 where it is below 0. −0 stays, as in PyTorch and in {@link FloatLoops}. */
    static void clear(int[] a, int n) {
        for (int i = 0; i < n; i++) {
            int bits = a[i];
            int magnitude = bits & Integer.MAX_VALUE;
            a[i] = bits & ((-bits & ~bits | INFINITY - magnitude | magnitude - 1) >> 31);
        }
    }

    /** Sets a to a limit above 0 where it is larger; no a is below 0, and NaN stays. */
    static void limit(int[] a, int limit, int n) {
        for (int i = 0; i < n; i++) {
            int bits = a[i];
            int above = (limit - bits & bits - INFINITY - 1) >> 31; // all bits are 1 for numbers above the limit, as they count like ints
            a[i] = bits & ~above | limit & above;
        }
    }

    /** Keeps a where b is above 0 or NaN: all bits of the mask are 1 there. */
    static void mask(int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            int bits = b[i];
            int positive = -bits & ~bits; // below 0 for positive numbers alone: −0 is one of the two ints that equal their negative
            int nan = INFINITY - (bits & Integer.MAX_VALUE);
            a[i] &= (positive | nan) >> 31;
        }
    }
}
