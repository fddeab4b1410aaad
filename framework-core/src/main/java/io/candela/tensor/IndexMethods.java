package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.ops.Gather;
import io.candela.ops.IndexSelect;
import io.candela.ops.Indexing;
import io.candela.ops.Products;
import io.candela.ops.ScatterAdd;

/** Methods of {@link Tensor} that pick by index or mask, and matrix products. */
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
        return Autograd.apply(new Gather(dim, index), self());
    }

    /** A copy to which {@code source} is added at {@code index}: the inverse of {@link #gather}. */
    default Tensor scatterAdd(int dim, Tensor index, Tensor source) {
        return Autograd.apply(new ScatterAdd(dim, index), self(), source);
    }

    /** Slices along a dimension, in the order of {@code index} (int64 or int32, of one dimension). */
    default Tensor indexSelect(int dim, Tensor index) {
        return Autograd.apply(new IndexSelect(dim, index), self());
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

    /**
     * Matrix product over the last two dimensions, PyTorch's {@code matmul}: vectors are lifted to matrices, leading dimensions broadcast.
     *
     * @throws ShapeException if the inner sizes differ
     * @throws DTypeException if the types differ or are not floating point
     */
    default Tensor matmul(Tensor other) {
        return Products.matmul(self(), other);
    }

    /** {@link #matmul} of two matrices. */
    default Tensor mm(Tensor other) {
        return Products.mm(self(), other);
    }

    /** {@link #matmul} of two stacks of matrices with equal leading size. */
    default Tensor bmm(Tensor other) {
        return Products.bmm(self(), other);
    }

    /** Sum of products of two vectors. */
    default Tensor dot(Tensor other) {
        return Products.dot(self(), other);
    }

    /** {@code this + a · b}, matrices. */
    default Tensor addmm(Tensor a, Tensor b) {
        return a.mm(b).add(self());
    }

    /** All products of two vectors' elements, {@code (n, m)}. */
    default Tensor outer(Tensor other) {
        return self().unsqueeze(1).mul(other.unsqueeze(0));
    }
}
