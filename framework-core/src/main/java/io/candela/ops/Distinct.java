package io.candela.ops;

import io.candela.tensor.Device;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.UniqueValues;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;

/** Elements, or slices, without those that repeat. NaN equals nothing, itself included; 0 equals −0. */
public final class Distinct {
    private static final long NAN = Double.doubleToLongBits(Double.NaN);

    private Distinct() {}

    /** Numbers that are in order as the elements are, NaN last, and equal where elements are. */
    private static long[] keys(Tensor x) {
        if (!x.dtype().isFloating()) {
            return x.toLongArray();
        }
        double[] v = x.toDoubleArray();
        long[] keys = new long[v.length];
        for (int i = 0; i < v.length; i++) {
            long bits = Double.doubleToLongBits(v[i] + 0.0);
            keys[i] = bits ^ bits >> 63 & Long.MAX_VALUE;
        }
        return keys;
    }

    /** Sorted distinct elements. */
    public static UniqueValues elements(Tensor x) {
        int n = x.numel();
        boolean floating = x.dtype().isFloating();
        long[] keys = keys(x);
        long[] sorted = keys.clone();
        Arrays.sort(sorted);
        int distinct = 0;
        for (int i = 0; i < n; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1] || floating && sorted[i] == NAN) {
                sorted[distinct++] = sorted[i];
            }
        }
        int numbers = distinct;
        while (floating && numbers > 0 && sorted[numbers - 1] == NAN) {
            numbers--;
        }
        long[] inverse = new long[n];
        long[] counts = new long[distinct];
        for (int i = 0, nans = numbers; i < n; i++) {
            inverse[i] = floating && keys[i] == NAN ? nans++ : Arrays.binarySearch(sorted, 0, numbers, keys[i]);
            counts[(int) inverse[i]]++;
        }
        Device device = x.device();
        return new UniqueValues(values(sorted, distinct, floating).to(x.dtype()).to(device),
                Tensor.of(inverse, n).view(x.shape().toArray()).to(device), Tensor.of(counts, distinct).to(device));
    }

    private static Tensor values(long[] keys, int n, boolean floating) {
        if (!floating) {
            return Tensor.of(Arrays.copyOf(keys, n), n);
        }
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = Double.longBitsToDouble(keys[i] ^ keys[i] >> 63 & Long.MAX_VALUE);
        }
        return Tensor.of(out, n);
    }

    /** Sorted distinct slices along a dimension, compared element by element. */
    public static UniqueValues slices(Tensor x, int dim) {
        int d = checkSlices("unique", x, dim);
        int n = x.size(d);
        IntBinaryOperator compare = comparison(x, d);
        int[] order = IntStream.range(0, n).boxed().sorted(compare::applyAsInt).mapToInt(Integer::intValue).toArray();
        return groups(x, d, compare, order);
    }

    /** Elements, each but the first of equal neighbours left out. */
    public static UniqueValues neighbours(Tensor x) {
        Tensor flat = x.detach().flatten();
        UniqueValues found = neighbours(flat, 0);
        return new UniqueValues(found.values(), found.inverse().view(x.shape().toArray()), found.counts());
    }

    /** Slices along a dimension, each but the first of equal neighbours left out. */
    public static UniqueValues neighbours(Tensor x, int dim) {
        int d = checkSlices("uniqueConsecutive", x, dim);
        int[] order = new int[x.size(d)];
        Arrays.setAll(order, i -> i);
        return groups(x, d, comparison(x, d), order);
    }

    private static int checkSlices(String who, Tensor x, int dim) {
        int d = x.shape().wrap(who, dim);
        if (x.dim() == 0) {
            throw new ShapeException("%s: a scalar has no slices; use %s()", who, who);
        }
        if (x.numel() == 0 && x.size(d) > 0) {
            throw new ShapeException("%s: the slices of %s along dimension %d have no elements", who, x.shape(), d);
        }
        return d;
    }

    /** Compares two slices; 0 if they are equal, and never 0 if there is a NaN in them. */
    private static IntBinaryOperator comparison(Tensor x, int d) {
        Tensor rows = x.detach().moveDim(d, 0).contiguous();
        long[] keys = keys(rows);
        int width = x.size(d) == 0 ? 0 : keys.length / x.size(d);
        boolean floating = x.dtype().isFloating();
        return (a, b) -> {
            if (a == b) {
                return 0;
            }
            boolean nan = false;
            for (int i = 0; i < width; i++) {
                long p = keys[a * width + i];
                long q = keys[b * width + i];
                if (p != q) {
                    return Long.compare(p, q);
                }
                nan |= floating && p == NAN;
            }
            return nan ? Integer.compare(a, b) : 0;
        };
    }

    /** Slices in an order, neighbours that compare as equal taken for one. */
    private static UniqueValues groups(Tensor x, int d, IntBinaryOperator compare, int... order) {
        int n = order.length;
        long[] firsts = new long[n];
        long[] inverse = new long[n];
        long[] counts = new long[n];
        int groups = 0;
        for (int i = 0; i < n; i++) {
            if (i == 0 || compare.applyAsInt(order[i - 1], order[i]) != 0) {
                firsts[groups++] = order[i];
            }
            inverse[order[i]] = groups - 1;
            counts[groups - 1]++;
        }
        Tensor index = Tensor.of(Arrays.copyOf(firsts, groups), groups).to(x.device());
        return new UniqueValues(x.detach().indexSelect(d, index), Tensor.of(inverse, n).to(x.device()),
                Tensor.of(Arrays.copyOf(counts, groups), groups).to(x.device()));
    }
}
