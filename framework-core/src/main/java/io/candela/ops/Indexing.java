package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Tracer;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.lang.ref.Reference;
import java.util.Map;

/** Operations made of an index, which has no gradient, and a pick by it, which has. */
public final class Indexing {
    private Indexing() {}

    /** Picks along a dimension by an index of the same rank; a scalar counts as a vector of one. */
    public static Tensor gather(Tensor x, int dim, Tensor index) {
        if (x.dim() > 0 || index.dim() > 1) {
            return Autograd.apply(new Gather(dim, index), x);
        }
        x.shape().wrap("gather", dim);
        return Autograd.apply(new Gather(0, index.reshape(index.numel())), x.reshape(1)).reshape(index.shape().toArray());
    }

    /** Positions of the largest or smallest elements along a dimension. */
    public static Tensor argExtreme(boolean largest, Tensor x, int dim, boolean keepDim) {
        String who = largest ? "argmax" : "argmin";
        int d = x.shape().wrap(who, dim);
        if (x.dim() == 0) {
            return Tensor.zeros(Shape.SCALAR, DType.INT64, x.device());
        }
        if (x.size(d) == 0) {
            throw new ShapeException("%s: dimension %d of %s is empty", who, d, x.shape());
        }
        Tensor last = Axes.of(who, x.shape(), d).reducedLast(x);
        Tensor out = Tensor.empty(keepDim ? x.shape().with(d, 1) : x.shape().without(d), DType.INT64, x.device());
        Backend.of(x).reduce().argExtreme(largest, last, out);
        Reference.reachabilityFence(x);
        return Tracer.note(who, Map.of("dim", d, "keepDim", keepDim), out, x);
    }

    /** Largest or smallest elements along a dimension, with positions. */
    public static ValuesAndIndices extreme(boolean largest, Tensor x, int dim, boolean keepDim) {
        if (x.dim() == 0) {
            x.shape().wrap(largest ? "max" : "min", dim);
            return new ValuesAndIndices(x.clone(), Tensor.zeros(Shape.SCALAR, DType.INT64, x.device()));
        }
        int d = x.shape().wrap(largest ? "max" : "min", dim);
        Tensor index = argExtreme(largest, x, d, true);
        Tensor values = x.gather(d, index);
        return keepDim ? new ValuesAndIndices(values, index) : new ValuesAndIndices(values.squeeze(d), index.squeeze(d));
    }

    /** Elements where a mask is true. */
    public static Tensor maskedSelect(Tensor x, Tensor mask) {
        if (mask.dtype() != DType.BOOL) {
            throw new DTypeException("maskedSelect: the mask must be bool, got %s; compare first, such as with ne(0)", mask.dtype());
        }
        int[] shape = Shape.broadcast("maskedSelect", x.shape(), mask.shape()).toArray();
        Tensor positions = Backend.of(mask).index().nonzero(mask.expand(shape));
        return x.expand(shape).flatten().indexSelect(0, positions);
    }

    /** Coordinates of the elements that are not 0. */
    public static Tensor nonzero(Tensor x) {
        Tensor flat = Backend.of(x).index().nonzero(x);
        Reference.reachabilityFence(x);
        long[] positions = flat.toLongArray();
        int rank = x.dim();
        long[] coordinates = new long[positions.length * rank];
        for (int i = 0; i < positions.length; i++) {
            long rest = positions[i];
            for (int d = rank - 1; d >= 0; d--) {
                coordinates[i * rank + d] = rest % x.size(d);
                rest /= x.size(d);
            }
        }
        return Tensor.of(coordinates, positions.length, rank).to(x.device());
    }

    /** Labels as rows with a 1. */
    public static Tensor oneHot(Tensor labels, int classes) {
        if (labels.dtype() != DType.INT64) {
            throw new DTypeException("oneHot: labels must be int64, got %s; convert with to(DType.INT64)", labels.dtype());
        }
        if (labels.numel() > 0) {
            long low = labels.min().itemLong();
            long high = labels.max().itemLong();
            if (low < 0 || high >= classes) {
                throw new ShapeException("oneHot: label %d is out of range for %d classes", low < 0 ? low : high, classes);
            }
        }
        return labels.unsqueeze(-1).eq(Tensor.arange(classes).to(labels.device())).to(DType.INT64);
    }

    /** Sorted elements with positions. */
    public static ValuesAndIndices sort(Tensor x, int dim, boolean descending) {
        int d = x.shape().wrap("sort", dim);
        if (x.dim() == 0) {
            return new ValuesAndIndices(x.clone(), Tensor.zeros(Shape.SCALAR, DType.INT64, x.device()));
        }
        Tensor last = x.detach().transpose(d, -1);
        Tensor values = Tensor.empty(last.shape(), x.dtype(), x.device());
        Tensor indices = Tensor.empty(last.shape(), DType.INT64, x.device());
        Backend.of(x).index().sort(last, descending, values, indices);
        Reference.reachabilityFence(x);
        Tensor index = indices.transpose(d, -1).contiguous();
        Tensor sorted = x.requiresGrad() ? x.gather(d, index) : values.transpose(d, -1).contiguous();
        Tracer.note("sort", Map.of("dim", d, "descending", descending), new Tensor[] {sorted, index}, x);
        return new ValuesAndIndices(sorted, index);
    }

    /** The best {@code k} with positions, best first. */
    public static ValuesAndIndices topk(Tensor x, int k, int dim, boolean largest) {
        int d = x.shape().wrap("topk", dim);
        int n = x.dim() == 0 ? 1 : x.size(d);
        if (k < (x.dim() == 0 ? 1 : 0) || k > n) {
            throw new ShapeException("topk: k must be 0 to %d for dimension %d of %s, got %d", n, d, x.shape(), k);
        }
        if (x.dim() > 0 && k < n && !Tracer.isTracing()) { // exported, it is a part of a sorted tensor
            Tensor last = x.detach().transpose(d, -1);
            Tensor values = Tensor.empty(last.shape().with(x.dim() - 1, k), x.dtype(), x.device());
            Tensor indices = Tensor.empty(values.shape(), DType.INT64, x.device());
            if (Backend.of(x).index().top(last, k, largest, values, indices)) {
                Reference.reachabilityFence(x);
                Tensor index = indices.transpose(d, -1).contiguous();
                return new ValuesAndIndices(x.requiresGrad() ? x.gather(d, index) : values.transpose(d, -1).contiguous(), index);
            }
        }
        ValuesAndIndices sorted = sort(x, d, largest);
        return k == n ? sorted
                : new ValuesAndIndices(sorted.values().narrow(d, 0, k).contiguous(), sorted.indices().narrow(d, 0, k).contiguous());
    }

    /** Coordinates of row-major positions, a tensor for each dimension. */
    public static Tensor[] unravel(Tensor positions, int... sizes) {
        Positions.checkType("unravelIndex", positions);
        int count = Shape.of(sizes).numel();
        if (positions.lt(0).logicalOr(positions.ge(count)).any().item() != 0) {
            throw new IllegalArgumentException("unravelIndex: positions must be between 0 and %d for %s".formatted(count - 1, Shape.of(sizes)));
        }
        Tensor[] out = new Tensor[sizes.length];
        Tensor rest = positions.to(DType.INT64);
        for (int d = sizes.length - 1; d >= 0; d--) {
            out[d] = rest.remainder(sizes[d]);
            rest = rest.floorDivide(sizes[d]);
        }
        return out;
    }
}
