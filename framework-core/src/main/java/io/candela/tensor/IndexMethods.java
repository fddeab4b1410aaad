package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.ops.AdvancedIndex;
import io.candela.ops.Diagonals;
import io.candela.ops.Formulas;
import io.candela.ops.IndexSelect;
import io.candela.ops.Indexing;
import io.candela.ops.ScatterAdd;
import io.candela.ops.Scatters;
import io.candela.ops.Searching;

/** Methods of {@link Tensor} that read and write by index, mask or order. Indices have no gradient, elements have. */
public sealed interface IndexMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * {@code out[i][j] = this[index[i][j]][j]} for {@code dim} 0, and so on: {@code index} (int64) has this tensor's rank and gives the shape.
     *
     * @throws ShapeException if an index is out of range or the index reaches beyond this tensor in another dimension
     */
    default Tensor gather(int dim, Tensor index) {
        return Indexing.gather(self(), dim, index);
    }

    /** A copy to which {@code source} is added at {@code index}: the inverse of {@link #gather}. */
    default Tensor scatterAdd(int dim, Tensor index, Tensor source) {
        return ScatterAdd.apply(self(), dim, index, source);
    }

    /** Slices along a dimension, in the order of {@code index} (int64 or int32, of one dimension). */
    default Tensor indexSelect(int dim, Tensor index) {
        return IndexSelect.apply(self(), dim, index);
    }

    /** The elements where {@code mask} (bool, broadcast) is true, in one dimension. */
    default Tensor maskedSelect(Tensor mask) {
        return Indexing.maskedSelect(self(), mask);
    }

    /** The positions of the elements that are not 0, in int64 {@code (count, rank)}. */
    default Tensor nonzero() {
        return Indexing.nonzero(self());
    }

    /** Each label as a row with 1 at its place, in int64 {@code (*, classes)}. */
    default Tensor oneHot(int classes) {
        return Indexing.oneHot(self(), classes);
    }

    /** Sorted along a dimension; equal elements keep their order, NaN counts as largest. */
    default ValuesAndIndices sort(int dim, boolean descending) {
        return Indexing.sort(self(), dim, descending);
    }

    /** The order that sorts a dimension, in int64. */
    default Tensor argsort(int dim, boolean descending) {
        return Indexing.sort(self().detach(), dim, descending).indices();
    }

    /** The {@code k} largest elements along a dimension, largest first. */
    default ValuesAndIndices topk(int k, int dim) {
        return Indexing.topk(self(), k, dim, true);
    }

    /** The {@code k} largest (or smallest) elements along a dimension, best first. */
    default ValuesAndIndices topk(int k, int dim, boolean largest) {
        return Indexing.topk(self(), k, dim, largest);
    }

    // ---- reading ----

    /**
     * Python's {@code this[items]}: ints, slices ({@code "1:3"}, {@link Index}), {@code null} for a new axis, {@code "..."}, and integer or bool
     * tensors that pick, which broadcast against each other. A view unless there are tensors.
     *
     * @throws ShapeException if an index is out of range or there are more items than dimensions
     */
    default Tensor index(Object... items) {
        return AdvancedIndex.get(self(), items);
    }

    /** Elements at row-major positions (int64 or int32, negative counts from the end), in the index's shape. */
    default Tensor take(Tensor index) {
        return Searching.take(self(), index);
    }

    /** As {@link #gather}, with index and tensor broadcast against each other but for {@code dim}. */
    default Tensor takeAlongDim(Tensor index, int dim) {
        return Searching.takeAlongDim(self(), index, dim);
    }

    /** The positions of the elements that are not 0, one int64 vector per dimension. */
    default Tensor[] nonzeroTuple() {
        return Searching.nonzeroTuple(self());
    }

    /** Coordinates of the elements that are not 0; NumPy's name of {@link #nonzero}. */
    default Tensor argwhere() {
        return Indexing.nonzero(self());
    }

    /** The {@code k}-th smallest element along a dimension, counted from 1. */
    default ValuesAndIndices kthvalue(int k, int dim) {
        return Searching.kthvalue(self(), k, dim, false);
    }

    /** The {@code k}-th smallest element along a dimension, counted from 1. */
    default ValuesAndIndices kthvalue(int k, int dim, boolean keepDim) {
        return Searching.kthvalue(self(), k, dim, keepDim);
    }

    /** Sorted along the last dimension, smallest first. */
    default ValuesAndIndices sort() {
        return Indexing.sort(self(), -1, false);
    }

    /** Sorted along the first dimension, smallest first. */
    default Tensor msort() {
        return Indexing.sort(self(), 0, false).values();
    }

    /** The order that sorts the last dimension, smallest first, in int64. */
    default Tensor argsort() {
        return argsort(-1, false);
    }

    /** Which elements occur in {@code test}, as bool. */
    default Tensor isin(Tensor test) {
        return Searching.isin(self(), test, false);
    }

    /** Which elements occur (inverted: do not occur) in {@code test}, as bool. */
    default Tensor isin(Tensor test, boolean invert) {
        return Searching.isin(self(), test, invert);
    }

    /** In which bucket between the sorted {@code boundaries} each element lies, in int64; one equal to a boundary lies before it. */
    default Tensor bucketize(Tensor boundaries) {
        return bucketize(boundaries, false);
    }

    /** In which bucket between the sorted {@code boundaries} each element lies, in int64; {@code right}: one equal to a boundary lies behind it. */
    default Tensor bucketize(Tensor boundaries, boolean right) {
        return bucketize(boundaries, right, false);
    }

    /** As {@link #bucketize(Tensor, boolean)}, with {@code outInt32} in int32. */
    default Tensor bucketize(Tensor boundaries, boolean right, boolean outInt32) {
        if (boundaries.dim() != 1) {
            throw new ShapeException("bucketize: boundaries must be a vector, got %s", boundaries.shape());
        }
        return Searching.searchSorted("bucketize", boundaries, self(), right, outInt32 ? DType.INT32 : DType.INT64);
    }

    /** Each label as a row with 1 at its place, as many classes as the largest label needs. */
    default Tensor oneHot() {
        if (self().numel() == 0) {
            throw new ShapeException("oneHot: the number of classes cannot be told from no labels; use oneHot(classes)");
        }
        return oneHot(Math.toIntExact(self().max().itemLong() + 1));
    }

    // ---- writing ----

    /** A copy with {@code source} written at the places that {@link #gather} would read. */
    default Tensor scatter(int dim, Tensor index, Tensor source) {
        return Scatters.scatter("scatter", self(), dim, index, source, false, false);
    }

    /** A copy with a number written at the places that {@link #gather} would read. */
    default Tensor scatter(int dim, Tensor index, double value) {
        return Scatters.scatter(self(), dim, index, value, false);
    }

    /** As {@link #scatter(int, Tensor, Tensor)}, in place. */
    default Tensor scatterInPlace(int dim, Tensor index, Tensor source) {
        return Scatters.scatter("scatter", self(), dim, index, source, false, true);
    }

    /** As {@link #scatter(int, Tensor, double)}, in place. */
    default Tensor scatterInPlace(int dim, Tensor index, double value) {
        return Scatters.scatter(self(), dim, index, value, true);
    }

    /** As {@link #scatterAdd}, in place. */
    default Tensor scatterAddInPlace(int dim, Tensor index, Tensor source) {
        return Scatters.scatter("scatterAdd", self(), dim, index, source, true, true);
    }

    /**
     * A copy with {@code source} reduced into the places that {@link #gather} would read.
     *
     * @param reduce      sum, prod, mean, amax or amin
     * @param includeSelf whether this tensor's elements take part where something is written
     */
    default Tensor scatterReduce(int dim, Tensor index, Tensor source, String reduce, boolean includeSelf) {
        return Scatters.scatterReduce(self(), dim, index, source, reduce, includeSelf);
    }

    /** A copy with slice i of {@code source} added to slice {@code index[i]} of a dimension. */
    default Tensor indexAdd(int dim, Tensor index, Tensor source) {
        return Scatters.indexAdd(self(), dim, index, source, 1, false);
    }

    /** A copy with slice i of {@code alpha · source} added to slice {@code index[i]} of a dimension. */
    default Tensor indexAdd(int dim, Tensor index, Tensor source, double alpha) {
        return Scatters.indexAdd(self(), dim, index, source, alpha, false);
    }

    /** As {@link #indexAdd(int, Tensor, Tensor)}, in place. */
    default Tensor indexAddInPlace(int dim, Tensor index, Tensor source) {
        return Scatters.indexAdd(self(), dim, index, source, 1, true);
    }

    /** A copy with slice i of {@code source} written to slice {@code index[i]} of a dimension. */
    default Tensor indexCopy(int dim, Tensor index, Tensor source) {
        return Scatters.indexCopy(self(), dim, index, source, false);
    }

    /** As {@link #indexCopy}, in place. */
    default Tensor indexCopyInPlace(int dim, Tensor index, Tensor source) {
        return Scatters.indexCopy(self(), dim, index, source, true);
    }

    /**
     * A copy with slice i of {@code source} reduced into slice {@code index[i]} of a dimension.
     *
     * @param reduce      prod, mean, amax or amin
     * @param includeSelf whether this tensor's elements take part where something is written
     */
    default Tensor indexReduce(int dim, Tensor index, Tensor source, String reduce, boolean includeSelf) {
        return Scatters.indexReduce(self(), dim, index, source, reduce, includeSelf);
    }

    /** As {@link #indexReduce}, in place. */
    default Tensor indexReduceInPlace(int dim, Tensor index, Tensor source, String reduce, boolean includeSelf) {
        return Formulas.store("indexReduce", self(), x -> x.indexReduce(dim, index, source, reduce, includeSelf));
    }

    /** {@link #fillDiagonalInPlace(double, boolean)} that does not begin anew. */
    default Tensor fillDiagonalInPlace(double value) {
        return fillDiagonalInPlace(value, false);
    }

    /**
     * Writes a number on the diagonal where all indices are equal.
     *
     * @param wrap whether the diagonal of a matrix with more rows than columns begins anew, one row below its end
     * @throws ShapeException if there are fewer than two dimensions, or more, of different sizes
     */
    default Tensor fillDiagonalInPlace(double value, boolean wrap) {
        Diagonals.whole(self(), wrap).fillInPlace(value);
        return self();
    }

    /** A copy with a number in the slices of a dimension that {@code index} names. */
    default Tensor indexFill(int dim, Tensor index, double value) {
        return Scatters.indexFill(self(), dim, index, value, false);
    }

    /** As {@link #indexFill}, in place. */
    default Tensor indexFillInPlace(int dim, Tensor index, double value) {
        return Scatters.indexFill(self(), dim, index, value, true);
    }

    /** A copy with {@code values} (broadcast) written, or added, where {@code items} point; items as in {@link #index}. */
    default Tensor indexPut(Tensor values, boolean accumulate, Object... items) {
        return AdvancedIndex.put(self(), values, accumulate, items);
    }

    /** As {@link #indexPut}, in place. */
    default Tensor indexPutInPlace(Tensor values, boolean accumulate, Object... items) {
        return AdvancedIndex.putInPlace(self(), values, accumulate, items);
    }

    /** Python's {@code this[items] = values}; items as in {@link #index}, values broadcast. */
    default Tensor setIndex(Tensor values, Object... items) {
        return AdvancedIndex.putInPlace(self(), values, false, items);
    }

    /** Python's {@code this[items] = value}; items as in {@link #index}. */
    default Tensor setIndex(double value, Object... items) {
        return setIndex(Tensor.full(Shape.SCALAR, value, self().dtype(), self().device()), items);
    }

    /** A copy with {@code source} written, or added, at row-major positions. */
    default Tensor put(Tensor index, Tensor source, boolean accumulate) {
        return Scatters.put(self(), index, source, accumulate, false);
    }

    /** As {@link #put}, in place. */
    default Tensor putInPlace(Tensor index, Tensor source, boolean accumulate) {
        return Scatters.put(self(), index, source, accumulate, true);
    }

    /** A copy with elements of {@code source}, in their order, where {@code mask} (bool, broadcast) is true. */
    default Tensor maskedScatter(Tensor mask, Tensor source) {
        return Scatters.maskedScatter(self(), mask, source, false);
    }

    /** As {@link #maskedScatter}, in place. */
    default Tensor maskedScatterInPlace(Tensor mask, Tensor source) {
        return Scatters.maskedScatter(self(), mask, source, true);
    }

    /** A copy with {@code source} at one position of a dimension. */
    default Tensor selectScatter(Tensor source, int dim, int index) {
        return Scatters.into("selectScatter", self(), source, x -> x.select(dim, index));
    }

    /** A copy with {@code source} in a stretch of a dimension, as Python's {@code start:end:step}. */
    default Tensor sliceScatter(Tensor source, int dim, int start, int end, int step) {
        return Scatters.into("sliceScatter", self(), source, x -> x.slice(dim, start, end, step));
    }

    /** A copy with {@code source} on a diagonal of the first two dimensions. */
    default Tensor diagonalScatter(Tensor source, int offset) {
        return Scatters.into("diagonalScatter", self(), source, x -> x.diagonal(offset, 0, 1));
    }

    /** {@link #scatterReduce}, in place. */
    default Tensor scatterReduceInPlace(int dim, Tensor index, Tensor source, String reduce, boolean includeSelf) {
        return Formulas.store("scatterReduce", self(), x -> x.scatterReduce(dim, index, source, reduce, includeSelf));
    }
}
