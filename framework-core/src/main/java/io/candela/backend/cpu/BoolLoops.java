package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** Bools as bytes of 0 and 1, and as masks that select float32 elements by their bits: no conditions, so that HotSpot makes vectors. */
final class BoolLoops {
    private static final int BLOCK = HostThread.BLOCK;

    private BoolLoops() {}

    /** {@code out = condition ? a : b}. */
    static void where(Blocks condition, Blocks a, Blocks b, Blocks out, HostThread thread, int from, int end) {
        int[] mask = thread.ints(0);
        int[] x = thread.ints(1);
        int[] y = thread.ints(2);
        for (int p = from; p < end; p += BLOCK) {
            int n = Math.min(BLOCK, end - p);
            condition.readMask(p, mask, thread.bytes, n);
            a.readBits(p, x, n);
            b.readBits(p, y, n);
            select(mask, x, y, n);
            out.writeBits(p, x, n);
        }
    }

    private static void select(int[] mask, int[] x, int[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = x[i] & mask[i] | y[i] & ~mask[i];
        }
    }

    /** Logic and comparison of two contiguous bool tensors of the result's shape; false if they are not. */
    static boolean binary(BinaryKernel kernel, Tensor a, Tensor b, Tensor out) {
        boolean known = switch (kernel) {
            case AND, OR, XOR, EQ, NE, BITWISE_AND, BITWISE_OR, BITWISE_XOR -> true;
            default -> false;
        };
        if (!known || !fits(a, out) || !fits(b, out) || !fits(out, out)) {
            return false;
        }
        HostStorage left = HostStorage.of(a);
        HostStorage right = HostStorage.of(b);
        HostStorage to = HostStorage.of(out);
        int first = left.start + a.offset();
        int second = right.start + b.offset();
        int target = to.start + out.offset();
        BlockLoops.forRange(out.numel(), (thread, from, end) -> {
            byte[] x = thread.bytes;
            byte[] y = thread.moreBytes();
            for (int p = from; p < end; p += BLOCK) {
                int n = Math.min(BLOCK, end - p);
                left.block.bytes.get(first + p, x, 0, n);
                right.block.bytes.get(second + p, y, 0, n);
                switch (kernel) {
                    case AND, BITWISE_AND -> and(x, y, n);
                    case OR, BITWISE_OR -> or(x, y, n);
                    case EQ -> same(x, y, n);
                    default -> differ(x, y, n);
                }
                to.block.bytes.put(target + p, x, 0, n);
            }
        });
        return true;
    }

    /** {@code x = number}, {@code x ≠ number} of a contiguous bool tensor and 0; false if it is another. */
    static boolean compare(BinaryKernel kernel, Tensor a, double number, Tensor out) {
        if (number != 0 || kernel != BinaryKernel.EQ && kernel != BinaryKernel.NE || !fits(a, out) || !fits(out, out)) {
            return false;
        }
        HostStorage left = HostStorage.of(a);
        HostStorage to = HostStorage.of(out);
        int first = left.start + a.offset();
        int target = to.start + out.offset();
        BlockLoops.forRange(out.numel(), (thread, from, end) -> {
            byte[] x = thread.bytes;
            for (int p = from; p < end; p += BLOCK) {
                int n = Math.min(BLOCK, end - p);
                left.block.bytes.get(first + p, x, 0, n);
                if (kernel == BinaryKernel.EQ) {
                    not(x, n);
                }
                to.block.bytes.put(target + p, x, 0, n);
            }
        });
        return true;
    }

    private static boolean fits(Tensor x, Tensor out) {
        return x.dtype() == DType.BOOL && x.isContiguous() && x.numel() == out.numel();
    }

    private static void and(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (x[i] & y[i]);
        }
    }

    private static void or(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (x[i] | y[i]);
        }
    }

    private static void differ(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (x[i] ^ y[i]);
        }
    }

    private static void same(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (x[i] ^ y[i] ^ 1);
        }
    }

    private static void not(byte[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (x[i] ^ 1);
        }
    }

    /** Whether any or all bools from {@code from} on are true, of a contiguous tensor; looks no further than it must. */
    static boolean holds(Reduction reduction, Tensor x, int from, int count, HostThread thread) {
        HostStorage storage = HostStorage.of(x);
        int first = storage.start + x.offset() + from;
        boolean any = reduction == Reduction.ANY;
        byte[] block = thread.bytes;
        for (int p = 0; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            storage.block.bytes.get(first + p, block, 0, n);
            if (any ? sum(block, n) > 0 : sum(block, n) < n) {
                return any;
            }
        }
        return !any;
    }

    /** How many are true, of a contiguous tensor. */
    static long count(Tensor x, int from, int count, HostThread thread) {
        HostStorage storage = HostStorage.of(x);
        int first = storage.start + x.offset() + from;
        long sum = 0;
        long[] words = thread.longs(1);
        int p = 0;
        for (; first % Long.BYTES == 0 && p + BLOCK <= count; p += BLOCK) {
            storage.block.longs.get((first + p) / Long.BYTES, words, 0, BLOCK / Long.BYTES);
            sum += sumOfBytes(words, BLOCK / Long.BYTES);
        }
        for (; p < count; p += BLOCK) {
            int n = Math.min(BLOCK, count - p);
            storage.block.bytes.get(first + p, thread.bytes, 0, n);
            sum += sum(thread.bytes, n);
        }
        return sum;
    }

    /** Of at most 255 words whose bytes are 0 or 1, so that no sum of them carries into its neighbour. */
    private static int sumOfBytes(long[] words, int n) {
        long sums = 0;
        for (int i = 0; i < n; i++) {
            sums += words[i];
        }
        long pairs = (sums & 0x00FF00FF00FF00FFL) + (sums >>> 8 & 0x00FF00FF00FF00FFL);
        return (int) (pairs * 0x0001000100010001L >>> 48);
    }

    private static int sum(byte[] x, int n) {
        int sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[i];
        }
        return sum;
    }
}
