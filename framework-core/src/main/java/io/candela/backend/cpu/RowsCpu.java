package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Scans and order statistics along the last dimension, row by row in heap arrays; rows are shared by the threads. */
final class RowsCpu {
    private RowsCpu() {}

    private interface DoubleScan {
        void run(double[] row, int n);
    }

    private interface LongScan {
        void run(long[] row, int n);
    }

    /** Overwrites each row, in the result's type. */
    private static void scan(Tensor x, Tensor out, DoubleScan floating, LongScan integral) {
        int n = x.size(-1);
        Blocks in = new Blocks(x, x.shape());
        Blocks to = new Blocks(out, out.shape());
        Workers.run(rows(x, n), row -> {
            if (out.dtype().isFloating()) {
                double[] v = new double[n];
                in.read(row * n, v, n);
                floating.run(v, n);
                to.write(row * n, v, n);
            } else {
                long[] v = new long[n];
                in.read(row * n, v, n);
                integral.run(v, n);
                to.write(row * n, v, n);
            }
        });
    }

    private static int rows(Tensor x, int n) {
        return n == 0 ? 0 : x.numel() / n;
    }

    static void cumulativeProduct(Tensor x, Tensor out) {
        scan(x, out, (v, n) -> {
            for (int i = 1; i < n; i++) {
                v[i] *= v[i - 1];
            }
        }, (v, n) -> {
            for (int i = 1; i < n; i++) {
                v[i] *= v[i - 1];
            }
        });
    }

    static void cumulativeLogSumExp(Tensor x, Tensor out) {
        scan(x, out, (v, n) -> {
            for (int i = 1; i < n; i++) {
                double a = v[i - 1];
                double b = v[i];
                v[i] = a == b && Double.isInfinite(a) ? a : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
            }
        }, (v, n) -> {
            throw new AssertionError("logcumsumexp needs floating point");
        });
    }

    /** Keys that sort as the elements do: zeros are equal, NaN is last. */
    private static long[] keys(Tensor x, Blocks in, int row, int n) {
        long[] keys = new long[n];
        if (!x.dtype().isFloating()) {
            in.read(row * n, keys, n);
            return keys;
        }
        double[] v = new double[n];
        in.read(row * n, v, n);
        for (int i = 0; i < n; i++) {
            long bits = Double.doubleToLongBits(v[i] + 0.0);
            keys[i] = v[i] != v[i] ? Long.MAX_VALUE : bits ^ bits >> 63 & Long.MAX_VALUE;
        }
        return keys;
    }

    /** Whether a key stands for NaN: integers may have it too. */
    private static boolean isNan(DType type, long key) {
        return type.isFloating() && key == Long.MAX_VALUE;
    }

    interface Pick {
        int of(long[] keys, int n);
    }

    static void pick(Tensor x, Tensor indices, Pick pick) {
        int n = x.size(-1);
        Blocks in = new Blocks(x, x.shape());
        Blocks to = new Blocks(indices, indices.shape());
        Workers.run(rows(x, n), row -> to.write(row, new long[] {pick.of(keys(x, in, row, n), n)}, 1));
    }

    /** Position of the lower median; of the first NaN where there is one, unless NaN is skipped. */
    static void median(boolean skipNan, Tensor x, Tensor indices) {
        DType type = x.dtype();
        pick(x, indices, (keys, n) -> {
            int count = 0;
            int firstNan = -1;
            long[] numbers = new long[n];
            for (int i = 0; i < n; i++) {
                if (!isNan(type, keys[i])) {
                    numbers[count++] = keys[i];
                } else if (firstNan < 0) {
                    firstNan = i;
                }
            }
            if (firstNan >= 0 && (!skipNan || count == 0)) {
                return firstNan;
            }
            long wanted = select(numbers, count, (count - 1) / 2);
            int at = 0;
            while (keys[at] != wanted) {
                at++;
            }
            return at;
        });
    }

    /** The element that would be at place {@code k} if the first {@code n} were sorted; changes their order, so that no larger one is before it. */
    static long select(long[] v, int n, int k) {
        int low = 0;
        int high = n - 1;
        while (high - low > 32) {
            long a = v[low];
            long b = v[low + high >>> 1];
            long c = v[high];
            long pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
            int i = low;
            int j = high;
            while (i <= j) {
                while (v[i] < pivot) {
                    i++;
                }
                while (v[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    long swap = v[i];
                    v[i++] = v[j];
                    v[j--] = swap;
                }
            }
            if (k <= j) {
                high = j;
            } else if (k >= i) {
                low = i;
            } else {
                return pivot;
            }
        }
        Arrays.sort(v, low, high + 1);
        return v[k];
    }

    /** Last position of the most frequent element, of the smallest where several are; NaN equals nothing. */
    static void mode(Tensor x, Tensor indices) {
        DType type = x.dtype();
        pick(x, indices, (keys, n) -> {
            long[] sorted = keys.clone();
            Arrays.sort(sorted);
            long best = sorted[0];
            int most = 0;
            for (int i = 0, run = 0; i < n; i++) {
                run = i > 0 && sorted[i] == sorted[i - 1] && !isNan(type, sorted[i]) ? run + 1 : 1;
                if (run > most) {
                    most = run;
                    best = sorted[i];
                }
            }
            int at = n - 1;
            while (keys[at] != best) {
                at--;
            }
            return at;
        });
    }

    /** Position of the largest or smallest element so far, of the last where several are; NaN stays once it came. */
    static void cumulativeExtreme(boolean largest, Tensor x, Tensor indices) {
        int n = x.size(-1);
        boolean floating = x.dtype().isFloating();
        Blocks in = new Blocks(x, x.shape());
        Blocks to = new Blocks(indices, indices.shape());
        Workers.run(rows(x, n), row -> {
            long[] at = new long[n];
            if (floating) {
                double[] v = new double[n];
                in.read(row * n, v, n);
                for (int i = 1, best = 0; i < n; i++) {
                    best = v[i] != v[i] || (largest ? v[i] >= v[best] : v[i] <= v[best]) ? i : best;
                    at[i] = best;
                }
            } else {
                long[] v = new long[n];
                in.read(row * n, v, n);
                for (int i = 1, best = 0; i < n; i++) {
                    best = (largest ? v[i] >= v[best] : v[i] <= v[best]) ? i : best;
                    at[i] = best;
                }
            }
            to.write(row * n, at, n);
        });
    }
}
