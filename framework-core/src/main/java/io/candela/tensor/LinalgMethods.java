package io.candela.tensor;

import io.candela.ops.Diagonals;
import io.candela.ops.Products;

/** Methods of {@link Tensor} for linear algebra: products, factorizations, solutions and norms. Leading dimensions are a batch. */
public sealed interface LinalgMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
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

    /** Sum of a matrix's diagonal. */
    default Tensor trace() {
        return Diagonals.trace(self());
    }
}
