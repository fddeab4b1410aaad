package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * The best elements of rows, and those of one rank, without sorting the rest. What beats the best so far is collected until twice as many are
 * there as wanted; then the worse half goes. Key and position make one number, so that no two are equal and ties go to the earlier element.
 */
final class TopCpu {
    private static final int BLOCK = HostThread.BLOCK;
    /** Elements per chunk when threads share the work. */
    private static final int CHUNK = 64 << 10;
    /** Elements that are collected at least before the first selection. */
    private static final int SPARE = 64;

    private TopCpu() {}

    /** Writes the {@code k} best of each row, best first, with positions; NaN is largest. False if it does not take the type. */
    static boolean top(Tensor x, int k, boolean largest, Tensor values, Tensor indices) {
        if (!x.dtype().isHalf() && x.dtype() != DType.FLOAT32) {
            return false; // a key of 64 bits leaves no room for the position
        }
        int n = x.size(-1);
        int rows = k == 0 ? 0 : x.numel() / n;
        if (x.dtype() == DType.FLOAT32 && n <= SPARE && x.numel() <= BLOCK && SmallFloats.takes(values) && indices.isContiguous()) {
            SortCpu.small(x, n, largest, values, indices);
            return true;
        }
        Blocks in = new Blocks(x, x.shape());
        Blocks to = new Blocks(values, values.shape());
        Blocks order = new Blocks(indices, indices.shape());
        if (n <= CHUNK) {
            int step = Math.max(1, CHUNK / Math.max(1, n));
            Workers.run((rows + step - 1) / step, c -> {
                for (int row = c * step; row < Math.min(rows, (c + 1) * step); row++) {
                    long[] best = new long[capacity(n, k)];
                    write(in, row * n, best, best(in, row * n, 0, n, k, largest, best), k, to, order, row * k);
                }
            });
            return true;
        }
        int parts = (n + CHUNK - 1) / CHUNK;
        for (int r = 0; r < rows; r++) {
            int row = r;
            long[][] found = new long[parts][];
            Workers.run(parts, c -> {
                int count = Math.min(CHUNK, n - c * CHUNK);
                long[] best = new long[capacity(count, k)];
                found[c] = Arrays.copyOf(best, Math.min(k, best(in, row * n, c * CHUNK, count, k, largest, best)));
            });
            long[] all = Arrays.stream(found).flatMapToLong(Arrays::stream).toArray();
            RowsCpu.select(all, all.length, k - 1);
            write(in, row * n, all, k, k, to, order, row * k);
        }
        return true;
    }

    private static int capacity(int count, int k) {
        return (int) Math.min(count, Math.max(2L * k, SPARE));
    }

    /** Collects the best of {@code count} elements, numbered from {@code first}; how many were left in {@code kept}, of which the first k are the best. */
    private static int best(Blocks in, int row, int first, int count, int k, boolean largest, long[] kept) {
        HostThread thread = HostThread.current();
        float[] x = thread.floats(2);
        int wanted = Math.min(k, count);
        float bound = Float.NaN; // which nothing is known to be worse than
        int filled = 0;
        for (int p = first; p < first + count; p += BLOCK) {
            int n = Math.min(BLOCK, first + count - p);
            if (p > first && bound == bound && !beats(FloatReduce.extreme(largest, in, row + p, n, thread), bound, largest)) {
                continue;
            }
            in.read(row + p, x, n);
            for (int i = 0; i < n; i++) {
                if (beats(x[i], bound, largest)) {
                    if (filled == kept.length) {
                        RowsCpu.select(kept, filled, wanted - 1);
                        filled = wanted;
                        bound = value(kept[wanted - 1], largest);
                        if (!beats(x[i], bound, largest)) {
                            continue;
                        }
                    }
                    kept[filled++] = (long) key(x[i], largest) << 32 | p + i;
                }
            }
        }
        if (filled > wanted) {
            RowsCpu.select(kept, filled, wanted - 1);
        }
        return filled;
    }

    /** Whether an element may be among the best; NaN always may. */
    private static boolean beats(float x, float bound, boolean largest) {
        return largest ? !(x <= bound) : !(x >= bound);
    }

    /** Small where an element is good. */
    private static int key(float x, boolean largest) {
        int key = SortCpu.key(x);
        return largest ? ~key : key;
    }

    private static float value(long kept, boolean largest) {
        int key = (int) (kept >> 32);
        int ordered = largest ? ~key : key;
        return Float.intBitsToFloat(ordered ^ (ordered >> 31 & Integer.MAX_VALUE));
    }

    private static void write(Blocks in, int row, long[] best, int filled, int k, Blocks to, Blocks order, int at) {
        Arrays.sort(best, 0, k);
        float[] values = new float[k];
        for (int i = 0; i < k; i++) {
            best[i] &= 0xFFFFFFFFL;
        }
        float[] one = HostThread.current().floats(0);
        for (int i = 0; i < k; i++) {
            in.read(row + (int) best[i], one, 1); // rather than from the key, which knows one zero and one NaN
            values[i] = one[0];
        }
        to.write(at, values, k);
        order.write(at, best, k);
    }

    /** Position of the element that would be number {@code k} of each row, counted from 0, if it were sorted; equal elements keep their order. */
    static void kth(int k, Tensor x, Tensor indices) {
        RowsCpu.pick(x, indices, (keys, n) -> {
            long wanted = RowsCpu.select(keys.clone(), n, k);
            int rest = k;
            for (int i = 0; i < n; i++) {
                rest -= keys[i] < wanted ? 1 : 0;
            }
            int at = 0;
            while (keys[at] != wanted || rest-- > 0) {
                at++;
            }
            return at;
        });
    }
}
