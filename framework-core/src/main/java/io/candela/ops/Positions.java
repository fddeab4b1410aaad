package io.candela.ops;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Indices of all kinds, checked and turned into row-major positions in int64. */
final class Positions {
    private Positions() {}

    static void checkType(String who, Tensor index) {
        if (index.dtype() != DType.INT64 && index.dtype() != DType.INT32) {
            throw new DTypeException("%s: the index must be int64 or int32, got %s", who, index.dtype());
        }
    }

    static void check(String who, long index, int at, int dim, Shape shape, boolean negative) {
        int n = shape.rank() == 0 ? 1 : shape.dim(dim);
        if (index >= n || index < (negative ? -n : 0)) {
            throw new ShapeException("%s: index %d at position %d is out of range for dimension %d of %s; use %d to %d", who, index, at, dim, shape,
                    negative ? -n : 0, n - 1);
        }
    }

    /** Elements of {@code x} seen as one dimension; negative counts from the end. */
    static Tensor flat(String who, Shape x, Tensor index) {
        checkType(who, index);
        long[] picks = index.toLongArray();
        int n = x.numel();
        for (int i = 0; i < picks.length; i++) {
            if (picks[i] >= n || picks[i] < -n) {
                throw new ShapeException("%s: index %d at position %d is out of range for the %d elements of %s", who, picks[i], i, n, x);
            }
            picks[i] += picks[i] < 0 ? n : 0;
        }
        return Tensor.of(picks, index.shape().toArray()).reshape(index.shape().toArray()).to(index.device());
    }

    /** The index's own coordinates, but for {@code dim}, where its element stands: what gather and scatter mean. */
    static Tensor along(String who, Shape x, int dim, Tensor index) {
        return along(who, x, dim, index, false);
    }

    private static Tensor along(String who, Shape x, int dim, Tensor index, boolean negative) {
        int d = Gather.check(who, x, dim, index);
        long[] picks = index.toLongArray();
        int[] sizes = index.shape().dims();
        int[] strides = x.contiguousStrides();
        int[] coordinate = new int[sizes.length];
        int base = 0; // the coordinates' share of the position
        for (int i = 0; i < picks.length; i++) {
            check(who, picks[i], i, d, x, negative);
            picks[i] += picks[i] < 0 ? x.rank() == 0 ? 1 : x.dim(d) : 0;
            if (sizes.length > 0) {
                picks[i] = base + picks[i] * strides[d];
                for (int k = sizes.length - 1; k >= 0; k--) {
                    int step = k == d ? 0 : strides[k];
                    base += step;
                    if (++coordinate[k] < sizes[k]) {
                        break;
                    }
                    base -= sizes[k] * step;
                    coordinate[k] = 0;
                }
            }
        }
        return Tensor.of(picks, picks.length).reshape(index.shape().toArray()).to(index.device());
    }

    /** An index vector for slices along a dimension, stretched to the slices' shape. */
    static Tensor slices(String who, Shape x, int dim, Tensor index) {
        return slices(who, x, dim, index, false);
    }

    /** @param negative whether negative indices count from the end */
    static Tensor slices(String who, Shape x, int dim, Tensor index, boolean negative) {
        checkType(who, index);
        if (index.dim() > 1) {
            throw new ShapeException("%s: the index must have one dimension, got %s", who, index.shape());
        }
        int d = x.wrap(who, dim);
        if (x.rank() == 0) {
            if (index.numel() != 1) {
                throw new ShapeException("%s: a 0-d tensor takes one index, got %s", who, index.shape());
            }
            return along(who, x, 0, index.to(DType.INT64).reshape(), negative);
        }
        int[] lifted = new int[x.rank()];
        java.util.Arrays.fill(lifted, 1);
        lifted[d] = index.numel();
        return along(who, x, d, index.to(DType.INT64).reshape(lifted).expand(x.with(d, index.numel()).toArray()), negative);
    }
}
