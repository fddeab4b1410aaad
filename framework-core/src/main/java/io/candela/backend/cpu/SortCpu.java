package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Sorting by keys: elements become integers of the same order, so one loop sorts every type, and nothing is boxed. */
final class SortCpu {
    /** Up to so many elements a run is sorted by insertion. */
    private static final int RUN = 16;

    private SortCpu() {}

    /** Sorts rows; equal elements keep their order, NaN counts as largest, 0 and −0 are equal. */
    static void sort(Tensor x, boolean descending, Tensor values, Tensor indices) {
        int n = x.size(-1);
        int rows = n == 0 ? 0 : x.numel() / n;
        if (x.dtype() == DType.FLOAT32 && SmallFloats.takes(values) && indices.isContiguous()) {
            small(x, n, descending, values, indices);
            return;
        }
        Blocks in = new Blocks(x, x.shape());
        Blocks to = new Blocks(values, values.shape());
        Blocks order = new Blocks(indices, indices.shape());
        boolean floating = x.dtype().isFloating();
        boolean narrow = x.dtype() != DType.FLOAT64 && x.dtype() != DType.INT64; // a key takes 32 bits: the position fits beside it
        Workers.run(rows, row -> {
            double[] v = floating ? new double[n] : null;
            long[] w = new long[n];
            if (floating) {
                in.read(row * n, v, n);
                for (int i = 0; i < n; i++) {
                    w[i] = narrow ? key((float) v[i]) : key(v[i]);
                }
            } else {
                in.read(row * n, w, n);
            }
            long[] picks = narrow ? packed(w, descending) : merged(w, descending);
            if (floating) {
                double[] sorted = new double[n];
                for (int i = 0; i < n; i++) {
                    sorted[i] = v[(int) picks[i]];
                }
                to.write(row * n, sorted, n);
            } else {
                long[] sorted = new long[n];
                for (int i = 0; i < n; i++) {
                    sorted[i] = w[(int) picks[i]];
                }
                to.write(row * n, sorted, n);
            }
            order.write(row * n, picks, n);
        });
    }

    /** On the short way, float32 alone: the first elements of each sorted row of {@code n}, as many as the results take. */
    static void small(Tensor x, int n, boolean descending, Tensor values, Tensor indices) {
        int k = values.size(-1);
        int rows = k == 0 ? 0 : values.numel() / k;
        HostThread thread = HostThread.current();
        float[] all = thread.floats(0);
        float[] sorted = thread.floats(1);
        long[] keys = thread.longs(0);
        SmallFloats.read(x, x.shape(), all);
        for (int i = 0; i < rows * n; i++) {
            int key = key(all[i]);
            keys[i] = (long) (descending ? ~key : key) << 32 | i;
        }
        for (int row = 0; row < rows; row++) {
            int first = row * n;
            Arrays.sort(keys, first, first + n);
            for (int i = 0; i < k; i++) { // what is kept moves to the front
                int from = (int) keys[first + i];
                sorted[row * k + i] = all[from];
                keys[row * k + i] = from - first;
            }
        }
        HostStorage.write(values, sorted);
        HostStorage s = HostStorage.of(indices);
        s.block.longs.put((s.start >> 3) + indices.offset(), keys, 0, rows * k);
    }

    /** An integer that orders floats; zeros are equal, NaN is largest. */
    static int key(float x) {
        int bits = Float.floatToIntBits(x == 0 ? 0f : x); // one NaN, above infinity
        return bits ^ (bits >> 31 & Integer.MAX_VALUE);
    }

    private static long key(double x) {
        long bits = Double.doubleToLongBits(x == 0 ? 0.0 : x);
        return bits ^ (bits >> 63 & Long.MAX_VALUE);
    }

    /** The order of keys of 32 bits: key and position in one number. */
    private static long[] packed(long[] keys, boolean descending) {
        long[] all = new long[keys.length];
        for (int i = 0; i < all.length; i++) {
            long key = descending ? ~keys[i] : keys[i];
            all[i] = key << 32 | i;
        }
        Arrays.sort(all);
        for (int i = 0; i < all.length; i++) {
            all[i] &= 0xFFFFFFFFL;
        }
        return all;
    }

    /** The order of keys of 64 bits: runs sorted by insertion, then merged. */
    private static long[] merged(long[] keys, boolean descending) {
        int n = keys.length;
        long[] from = new long[n];
        for (int start = 0; start < n; start += RUN) {
            for (int i = start; i < Math.min(n, start + RUN); i++) {
                long key = keys[i];
                int j = i;
                for (; j > start && (descending ? keys[(int) from[j - 1]] < key : keys[(int) from[j - 1]] > key); j--) {
                    from[j] = from[j - 1];
                }
                from[j] = i;
            }
        }
        long[] to = new long[n];
        for (long width = RUN; width < n; width *= 2) {
            for (long start = 0; start < n; start += 2 * width) {
                int middle = (int) Math.min(n, start + width);
                int end = (int) Math.min(n, start + 2 * width);
                int a = (int) start;
                int b = middle;
                for (int i = a; i < end; i++) {
                    boolean left = b >= end || a < middle
                            && (descending ? keys[(int) from[a]] >= keys[(int) from[b]] : keys[(int) from[a]] <= keys[(int) from[b]]);
                    to[i] = left ? from[a++] : from[b++];
                }
            }
            long[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    /** For each value, how many elements of its sequence are smaller (with {@code right}: not larger). */
    static void search(Tensor sorted, Tensor values, boolean right, Tensor out) {
        int n = sorted.size(-1);
        int count = values.numel();
        boolean one = sorted.dim() == 1;
        int width = one ? count : values.size(-1);
        long[] keys = keys(sorted);
        long[] wanted = keys(values);
        for (int i = 0; i < count; i++) {
            int base = one ? 0 : i / width * n;
            int low = 0;
            int high = n;
            while (low < high) {
                int middle = (low + high) >>> 1;
                long k = keys[base + middle];
                if (right ? k <= wanted[i] : k < wanted[i]) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            wanted[i] = low;
        }
        new Blocks(out, out.shape()).write(0, wanted, count);
    }

    private static long[] keys(Tensor x) {
        long[] out = new long[x.numel()];
        Blocks in = new Blocks(x, x.shape());
        if (x.dtype().isFloating()) {
            double[] v = new double[out.length];
            in.read(0, v, v.length);
            for (int i = 0; i < v.length; i++) {
                out[i] = key(v[i]);
            }
        } else {
            in.read(0, out, out.length);
        }
        return out;
    }
}
