package io.candela.tensor;

import io.candela.ops.Views;

/**
 * Methods of {@link Tensor} that change its shape. Dimensions may be negative. Those that return views say so; a view shares the memory.
 * All are differentiable.
 */
public sealed interface ShapeMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * The same elements in another shape; one size may be −1 and is computed. A view where strides allow, else a copy.
     *
     * @throws ShapeException if the number of elements differs
     */
    default Tensor reshape(int... shape) {
        return Views.reshape(self(), shape);
    }

    /**
     * The same memory in another shape; one size may be −1 and is computed.
     *
     * @throws ShapeException if the number of elements differs, or the strides need a copy (use {@link #reshape})
     */
    default Tensor view(int... shape) {
        return Views.view(self(), shape);
    }

    /** All dimensions merged into one. A view where strides allow. */
    default Tensor flatten() {
        return reshape(-1);
    }

    /** Dimensions {@code from} to {@code to}, both included, merged into one. A view where strides allow. */
    default Tensor flatten(int from, int to) {
        return Views.flatten(self(), from, to);
    }

    /** Dimension {@code dim} split into several; one size may be −1. A view. */
    default Tensor unflatten(int dim, int... sizes) {
        return Views.unflatten(self(), dim, sizes);
    }

    /** Two dimensions swapped. A view. */
    default Tensor transpose(int a, int b) {
        return Views.transpose(self(), a, b);
    }

    /**
     * The transpose of a matrix; vectors and scalars as they are. A view.
     *
     * @throws ShapeException for more than two dimensions
     */
    default Tensor t() {
        return Views.t(self());
    }

    /** The last two dimensions swapped. A view. */
    default Tensor mT() {
        return Views.transpose(self(), -2, -1);
    }

    /** Dimensions in a new order: result dimension i is dimension {@code dims[i]}. A view. */
    default Tensor permute(int... dims) {
        return Views.permute(self(), dims);
    }

    /** A new dimension of size 1 at {@code dim}. A view. */
    default Tensor unsqueeze(int dim) {
        return Views.unsqueeze(self(), dim);
    }

    /** Without dimensions of size 1. A view. */
    default Tensor squeeze() {
        return Views.squeeze(self());
    }

    /** Without dimension {@code dim} if its size is 1. A view. */
    default Tensor squeeze(int dim) {
        return Views.squeeze(self(), dim);
    }

    /** Dimensions of size 1 stretched; −1 keeps a size; new dimensions may stand in front. A view in which elements share memory. */
    default Tensor expand(int... shape) {
        return Views.expand(self(), shape);
    }

    /** As {@link #expand}, to {@code other}'s shape. */
    default Tensor expandAs(Tensor other) {
        return Views.expand(self(), other.shape().toArray());
    }

    /** {@code length} positions of dimension {@code dim} from {@code start}. A view. */
    default Tensor narrow(int dim, int start, int length) {
        return Views.narrow(self(), dim, start, length);
    }

    /** Positions {@code start} to {@code end}−1 of dimension {@code dim}, as Python's {@code x[start:end]}: negative counts from the end. A view. */
    default Tensor slice(int dim, int start, int end) {
        return Views.slice(self(), dim, start, end, 1);
    }

    /** As {@link #slice(int, int, int)}, every {@code step}-th position. A view. */
    default Tensor slice(int dim, int start, int end, int step) {
        return Views.slice(self(), dim, start, end, step);
    }

    /** Position {@code index} of dimension {@code dim}, which goes away. A view. */
    default Tensor select(int dim, int index) {
        return Views.select(self(), dim, index);
    }

    /** {@code x[index]}: position {@code index} of the first dimension. A view. */
    default Tensor get(int index) {
        return Views.select(self(), 0, index);
    }

    /** Pieces of {@code size} along a dimension, the last one perhaps smaller. Views. */
    default Tensor[] split(int size, int dim) {
        return Views.split(self(), size, dim);
    }

    /** At most {@code chunks} pieces of equal size along a dimension, the last one perhaps smaller. Views. */
    default Tensor[] chunk(int chunks, int dim) {
        return Views.chunk(self(), chunks, dim);
    }

    /** All positions along a dimension, which goes away. Views. */
    default Tensor[] unbind(int dim) {
        return Views.unbind(self(), dim);
    }

    /** The whole tensor repeated along each dimension. A copy. */
    default Tensor repeat(int... times) {
        return Views.repeat(self(), times);
    }

    /** The order of dimensions reversed. A copy. */
    default Tensor flip(int... dims) {
        return Views.flip(self(), dims);
    }

    /** This tensor if its elements follow each other in row-major order, else such a copy. */
    default Tensor contiguous() {
        return self().isContiguous() ? self() : self().clone();
    }
}
