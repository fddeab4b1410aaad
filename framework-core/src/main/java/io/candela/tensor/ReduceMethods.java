package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.backend.Reduction;
import io.candela.ops.Cumulative;
import io.candela.ops.Indexing;
import io.candela.ops.LogSoftmax;
import io.candela.ops.Norm;
import io.candela.ops.Reduce;
import io.candela.ops.Softmax;

/**
 * Reductions of {@link Tensor}. Dimensions may be negative; without any, all are reduced to one element. With {@code keepDim} a reduced
 * dimension stays, with size 1. Sums of integers and bools are int64; floating point is summed in double and rounded once.
 */
public sealed interface ReduceMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** Sum of all elements. */
    default Tensor sum() {
        return Autograd.apply(new Reduce(Reduction.SUM, false), self());
    }

    /** Sum over dimensions. */
    default Tensor sum(int... dims) {
        return sum(false, dims);
    }

    /** Sum over dimensions. */
    default Tensor sum(boolean keepDim, int... dims) {
        return Autograd.apply(new Reduce(Reduction.SUM, keepDim, dims), self());
    }

    /** Mean of all elements; NaN when empty. */
    default Tensor mean() {
        return Autograd.apply(new Reduce(Reduction.MEAN, false), self());
    }

    /** Mean over dimensions. */
    default Tensor mean(int... dims) {
        return mean(false, dims);
    }

    /** Mean over dimensions. */
    default Tensor mean(boolean keepDim, int... dims) {
        return Autograd.apply(new Reduce(Reduction.MEAN, keepDim, dims), self());
    }

    /** Product of all elements. */
    default Tensor prod() {
        return Autograd.apply(new Reduce(Reduction.PROD, false), self());
    }

    /** Product over one dimension. */
    default Tensor prod(int dim, boolean keepDim) {
        return Autograd.apply(new Reduce(Reduction.PROD, keepDim, dim), self());
    }

    /** Largest element; equal ones share the gradient. */
    default Tensor max() {
        return Autograd.apply(new Reduce(Reduction.MAX, false), self());
    }

    /** Smallest element; equal ones share the gradient. */
    default Tensor min() {
        return Autograd.apply(new Reduce(Reduction.MIN, false), self());
    }

    /** Largest elements over dimensions; equal ones share the gradient. */
    default Tensor amax(boolean keepDim, int... dims) {
        return Reduce.extreme(Reduction.MAX, self(), keepDim, dims);
    }

    /** Smallest elements over dimensions; equal ones share the gradient. */
    default Tensor amin(boolean keepDim, int... dims) {
        return Reduce.extreme(Reduction.MIN, self(), keepDim, dims);
    }

    /** Largest elements along a dimension and the positions of the first of them; the gradient goes to that one. */
    default ValuesAndIndices max(int dim) {
        return max(dim, false);
    }

    /** As {@link #max(int)}. */
    default ValuesAndIndices max(int dim, boolean keepDim) {
        return Indexing.extreme(true, self(), dim, keepDim);
    }

    /** Smallest elements along a dimension and the positions of the first of them; the gradient goes to that one. */
    default ValuesAndIndices min(int dim) {
        return min(dim, false);
    }

    /** As {@link #min(int)}. */
    default ValuesAndIndices min(int dim, boolean keepDim) {
        return Indexing.extreme(false, self(), dim, keepDim);
    }

    /** Position in row-major order of the first largest element, in int64. */
    default Tensor argmax() {
        return Indexing.argExtreme(true, self().flatten(), 0, false);
    }

    /** Positions along a dimension of the first largest elements, in int64. */
    default Tensor argmax(int dim) {
        return Indexing.argExtreme(true, self(), dim, false);
    }

    /** As {@link #argmax(int)}. */
    default Tensor argmax(int dim, boolean keepDim) {
        return Indexing.argExtreme(true, self(), dim, keepDim);
    }

    /** Position in row-major order of the first smallest element, in int64. */
    default Tensor argmin() {
        return Indexing.argExtreme(false, self().flatten(), 0, false);
    }

    /** Positions along a dimension of the first smallest elements, in int64. */
    default Tensor argmin(int dim) {
        return Indexing.argExtreme(false, self(), dim, false);
    }

    /** As {@link #argmin(int)}. */
    default Tensor argmin(int dim, boolean keepDim) {
        return Indexing.argExtreme(false, self(), dim, keepDim);
    }

    /** Whether every element is not 0, as 0-d bool; of uint8 as 0 or 1 in uint8. */
    default Tensor all() {
        return Autograd.apply(new Reduce(Reduction.ALL, false), self());
    }

    /** Whether every element along a dimension is not 0, as bool; of uint8 as 0 or 1 in uint8. */
    default Tensor all(int dim, boolean keepDim) {
        return Autograd.apply(new Reduce(Reduction.ALL, keepDim, dim), self());
    }

    /** Whether any element is not 0, as 0-d bool; of uint8 as 0 or 1 in uint8. */
    default Tensor any() {
        return Autograd.apply(new Reduce(Reduction.ANY, false), self());
    }

    /** Whether any element along a dimension is not 0, as bool; of uint8 as 0 or 1 in uint8. */
    default Tensor any(int dim, boolean keepDim) {
        return Autograd.apply(new Reduce(Reduction.ANY, keepDim, dim), self());
    }

    /** Unbiased variance of all elements (divided by n − 1). */
    default Tensor var() {
        return var(1, false);
    }

    /** Variance over dimensions, divided by n − {@code correction}. */
    default Tensor var(int correction, boolean keepDim, int... dims) {
        return Reduce.variance(self(), correction, keepDim, dims);
    }

    /** Square root of {@link #var()}. */
    default Tensor std() {
        return std(1, false);
    }

    /** Square root of {@link #var(int, boolean, int...)}; its gradient at 0 is 0. */
    default Tensor std(int correction, boolean keepDim, int... dims) {
        return Reduce.deviation(self(), correction, keepDim, dims);
    }

    /** Euclidean norm of all elements; its gradient at 0 is 0. */
    default Tensor norm() {
        return Autograd.apply(new Norm(false), self());
    }

    /** Euclidean norm over dimensions; its gradient at 0 is 0. */
    default Tensor norm(boolean keepDim, int... dims) {
        return Autograd.apply(new Norm(keepDim, dims), self());
    }

    /** ln Σ eˣ over dimensions, without overflow. */
    default Tensor logSumExp(boolean keepDim, int... dims) {
        return Reduce.logSumExp(self(), keepDim, dims);
    }

    /** Running sum along a dimension. */
    default Tensor cumsum(int dim) {
        return Cumulative.sum(self(), dim);
    }

    /** eˣ / Σ eˣ along a dimension. */
    default Tensor softmax(int dim) {
        return Softmax.along(self(), dim);
    }

    /** ln of {@link #softmax}, computed without loss. */
    default Tensor logSoftmax(int dim) {
        return LogSoftmax.along(self(), dim);
    }

    /** Sums to a smaller shape that broadcasts to this one: the inverse of broadcasting. */
    default Tensor sumTo(Shape target) {
        return Reduce.sumTo(self(), target);
    }
}
