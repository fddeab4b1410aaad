package io.candela.ops;

import io.candela.autograd.Tracer;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.lang.ref.Reference;

/** Picks by value or by flat position: order statistics, binary search, membership. */
public final class Searching {
    private Searching() {}

    /** Elements at positions in row-major order. */
    public static Tensor take(Tensor x, Tensor index) {
        Tensor positions = Positions.flat("take", x.shape(), index);
        return x.flatten().indexSelect(0, positions.flatten()).reshape(index.shape().toArray());
    }

    /** As gather, with index and tensor broadcast against each other in the other dimensions. */
    public static Tensor takeAlongDim(Tensor x, Tensor index, int dim) {
        if (index.dim() != x.dim()) {
            throw new ShapeException("takeAlongDim: index %s must have as many dimensions as the tensor %s", index.shape(), x.shape());
        }
        int d = x.shape().wrap("takeAlongDim", dim);
        if (x.dim() == 0) {
            throw new ShapeException("takeAlongDim: a 0-d tensor has no dimension %d", dim);
        }
        Shape wide = Shape.broadcast("takeAlongDim", x.shape().with(d, 1), index.shape().with(d, 1));
        return x.expand(wide.with(d, x.size(d)).toArray()).gather(d, index.expand(wide.with(d, index.size(d)).toArray()));
    }

    /** The k-th smallest element along a dimension, counted from 1, with its position. */
    public static ValuesAndIndices kthvalue(Tensor x, int k, int dim, boolean keepDim) {
        int d = x.shape().wrap("kthvalue", dim);
        int n = x.dim() == 0 ? 1 : x.size(d);
        if (k < 1 || k > n) {
            throw new ShapeException("kthvalue: k must be 1 to %d for dimension %d of %s, got %d", n, d, x.shape(), k);
        }
        if (x.dim() == 0) {
            return new ValuesAndIndices(x.clone(), Tensor.zeros(Shape.SCALAR, DType.INT64, x.device()));
        }
        Tensor index = positionOf(k, x.detach(), d);
        Tensor values = x.gather(d, index);
        return keepDim ? new ValuesAndIndices(values, index) : new ValuesAndIndices(values.squeeze(d), index.squeeze(d));
    }

    private static Tensor positionOf(int k, Tensor x, int d) {
        Tensor last = x.transpose(d, -1);
        Tensor index = Tensor.empty(last.shape().with(x.dim() - 1, 1), DType.INT64, x.device());
        if (!Tracer.isTracing() && Backend.of(x).index().kth(k - 1, last, index)) {
            Reference.reachabilityFence(x);
            return index.transpose(d, -1).contiguous();
        }
        return Indexing.sort(x, d, false).indices().narrow(d, k - 1, 1).contiguous();
    }

    /**
     * Where values would have to be inserted to keep sequences sorted.
     *
     * @param sorted one sequence for all values, or with the values' leading dimensions one for each
     * @param right whether behind equal elements rather than before them
     */
    public static Tensor searchSorted(String who, Tensor sorted, Tensor values, boolean right, DType type) {
        if (sorted.dim() == 0) {
            throw new ShapeException("%s: the sorted sequence needs at least one dimension", who);
        }
        boolean one = sorted.dim() == 1;
        if (!one && (values.dim() != sorted.dim() || !values.shape().dropLast(1).equals(sorted.shape().dropLast(1)))) {
            throw new ShapeException("%s: values %s must have the leading dimensions of the sorted sequences %s", who, values.shape(), sorted.shape());
        }
        if (!sorted.dtype().equals(values.dtype()) && values.dim() > 0) {
            throw new DTypeException("%s: sequences are %s, values %s; convert one", who, sorted.dtype(), values.dtype());
        }
        DType compute = DType.promote(sorted.dtype(), values.dtype());
        Tensor out = Tensor.empty(values.shape(), DType.INT64, values.device());
        Backend.of(values).index().searchSorted(sorted.detach().to(compute).contiguous(), values.detach().to(compute).contiguous(), right, out);
        return out.to(type);
    }

    /** Sequences in the order that a sorter says. */
    public static Tensor inOrder(String who, Tensor x, Tensor sorter) {
        if (sorter.dtype() != DType.INT64) {
            throw new DTypeException("%s: the sorter must be int64, got %s; convert with to(DType.INT64)", who, sorter.dtype());
        }
        if (!sorter.shape().equals(x.shape())) {
            throw new ShapeException("%s: the sorter %s must have the sequences' shape %s", who, sorter.shape(), x.shape());
        }
        if (x.dim() == 0) {
            return x;
        }
        if (sorter.lt(0).logicalOr(sorter.ge(x.size(-1))).any().item() != 0) {
            throw new ShapeException("%s: the sorter's positions must be 0 to %d for sequences %s", who, x.size(-1) - 1, x.shape());
        }
        return x.detach().gather(-1, sorter);
    }

    /** Which elements occur among {@code test}. */
    public static Tensor isin(Tensor x, Tensor test, boolean invert) {
        DType type = DType.promote(x.dtype(), test.dtype());
        Tensor found;
        if (test.numel() == 0) {
            found = Tensor.zeros(x.shape(), DType.BOOL, x.device());
        } else {
            Tensor values = x.detach().to(type);
            Tensor sorted = Indexing.sort(test.detach().flatten().to(type), 0, false).values();
            Tensor at = searchSorted("isin", sorted, values, false, DType.INT64).clamp(0, test.numel() - 1);
            found = sorted.indexSelect(0, at.flatten()).reshape(x.shape().toArray()).eq(values);
        }
        return invert ? found.logicalNot() : found;
    }

    /** The coordinates of elements that are not 0, one vector per dimension. */
    public static Tensor[] nonzeroTuple(Tensor x) {
        Tensor[] columns = Indexing.nonzero(x.dim() == 0 ? x.reshape(1) : x).unbind(1);
        for (int i = 0; i < columns.length; i++) {
            columns[i] = columns[i].contiguous();
        }
        return columns;
    }
}
