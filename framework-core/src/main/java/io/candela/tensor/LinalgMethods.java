package io.candela.tensor;

import io.candela.ops.Contractions;
import io.candela.ops.Diagonals;
import io.candela.ops.Formulas;
import io.candela.ops.MatrixFunctions;
import io.candela.ops.Products;
import io.candela.ops.Solutions;
import io.candela.ops.Triangular;

/** Methods of {@link Tensor} for linear algebra: products above all. {@link Linalg} has factorizations, solutions and norms. */
public sealed interface LinalgMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * Matrix product over the last two dimensions, PyTorch's {@code matmul}: vectors are lifted to matrices, leading dimensions broadcast. That of
     * integers wraps.
     *
     * @throws ShapeException if the inner sizes differ
     * @throws DTypeException if the types differ or are bool
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

    /** {@code this + a · b}, matrices; this broadcasts. */
    default Tensor addmm(Tensor a, Tensor b) {
        return addmm(a, b, 1, 1);
    }

    /** {@code beta · this + alpha · a · b}, matrices; this broadcasts. */
    default Tensor addmm(Tensor a, Tensor b, double beta, double alpha) {
        return Contractions.weighted("addmm", self(), a.mm(b), beta, alpha);
    }

    /** {@code this + a · x}, matrix by vector. */
    default Tensor addmv(Tensor a, Tensor x) {
        return addmv(a, x, 1, 1);
    }

    /** {@code beta · this + alpha · a · x}, matrix by vector. */
    default Tensor addmv(Tensor a, Tensor x, double beta, double alpha) {
        return Contractions.weighted("addmv", self(), a.mv(x), beta, alpha);
    }

    /** {@code this + x · yᵀ}, vectors. */
    default Tensor addr(Tensor x, Tensor y) {
        return addr(x, y, 1, 1);
    }

    /** {@code beta · this + alpha · x · yᵀ}, vectors. */
    default Tensor addr(Tensor x, Tensor y, double beta, double alpha) {
        return Contractions.weighted("addr", self(), x.outer(y), beta, alpha);
    }

    /** {@code this + Σ aᵢ · bᵢ}, stacks of matrices. */
    default Tensor addbmm(Tensor a, Tensor b) {
        return addbmm(a, b, 1, 1);
    }

    /** {@code beta · this + alpha · Σ aᵢ · bᵢ}, stacks of matrices. */
    default Tensor addbmm(Tensor a, Tensor b, double beta, double alpha) {
        return Contractions.weighted("addbmm", self(), Contractions.sumOfProducts(a, b), beta, alpha);
    }

    /** {@code thisᵢ + aᵢ · bᵢ}, stacks of matrices; this broadcasts. */
    default Tensor baddbmm(Tensor a, Tensor b) {
        return baddbmm(a, b, 1, 1);
    }

    /** {@code beta · thisᵢ + alpha · aᵢ · bᵢ}, stacks of matrices; this broadcasts. */
    default Tensor baddbmm(Tensor a, Tensor b, double beta, double alpha) {
        return Contractions.weighted("baddbmm", self(), a.bmm(b), beta, alpha);
    }

    /** {@link #addbmm(Tensor, Tensor)}, in place. */
    default Tensor addbmmInPlace(Tensor a, Tensor b) {
        return addbmmInPlace(a, b, 1, 1);
    }

    /** {@link #addbmm(Tensor, Tensor, double, double)}, in place. */
    default Tensor addbmmInPlace(Tensor a, Tensor b, double beta, double alpha) {
        return Formulas.store("addbmm", self(), t -> t.addbmm(a, b, beta, alpha));
    }

    /** {@link #addmm(Tensor, Tensor)}, in place. */
    default Tensor addmmInPlace(Tensor a, Tensor b) {
        return addmmInPlace(a, b, 1, 1);
    }

    /** {@link #addmm(Tensor, Tensor, double, double)}, in place. */
    default Tensor addmmInPlace(Tensor a, Tensor b, double beta, double alpha) {
        return Formulas.store("addmm", self(), t -> t.addmm(a, b, beta, alpha));
    }

    /** {@link #addmv(Tensor, Tensor)}, in place. */
    default Tensor addmvInPlace(Tensor a, Tensor x) {
        return addmvInPlace(a, x, 1, 1);
    }

    /** {@link #addmv(Tensor, Tensor, double, double)}, in place. */
    default Tensor addmvInPlace(Tensor a, Tensor x, double beta, double alpha) {
        return Formulas.store("addmv", self(), t -> t.addmv(a, x, beta, alpha));
    }

    /** {@link #addr(Tensor, Tensor)}, in place. */
    default Tensor addrInPlace(Tensor x, Tensor y) {
        return addrInPlace(x, y, 1, 1);
    }

    /** {@link #addr(Tensor, Tensor, double, double)}, in place. */
    default Tensor addrInPlace(Tensor x, Tensor y, double beta, double alpha) {
        return Formulas.store("addr", self(), t -> t.addr(x, y, beta, alpha));
    }

    /** {@link #baddbmm(Tensor, Tensor)}, in place. */
    default Tensor baddbmmInPlace(Tensor a, Tensor b) {
        return baddbmmInPlace(a, b, 1, 1);
    }

    /** {@link #baddbmm(Tensor, Tensor, double, double)}, in place. */
    default Tensor baddbmmInPlace(Tensor a, Tensor b, double beta, double alpha) {
        return Formulas.store("baddbmm", self(), t -> t.baddbmm(a, b, beta, alpha));
    }

    /** Matrix by vector. */
    default Tensor mv(Tensor x) {
        return Contractions.mv(self(), x);
    }

    /** Sum of products of two vectors; as {@link #dot}, there being no complex numbers. */
    default Tensor vdot(Tensor other) {
        return dot(other);
    }

    /** Sums of products along the last dimensions of both. */
    default Tensor inner(Tensor other) {
        return Contractions.inner(self(), other);
    }

    /** All products of two vectors' elements, {@code (n, m)}. */
    default Tensor outer(Tensor other) {
        return Contractions.outer(self(), other);
    }

    /** All products of two vectors' elements; another name of {@link #outer}. */
    default Tensor ger(Tensor other) {
        return Contractions.outer(self(), other);
    }

    /** Sums of products over the last {@code dims} dimensions of this and the first of {@code other}. */
    default Tensor tensordot(Tensor other, int dims) {
        return Contractions.tensordot(self(), other, dims);
    }

    /** Sums of products over pairs of dimensions, one of this and one of {@code other}. */
    default Tensor tensordot(Tensor other, int[] dims, int[] otherDims) {
        return Contractions.tensordot(self(), other, dims, otherDims);
    }

    /** Kronecker's product: every element replaced by its product with {@code other}. */
    default Tensor kron(Tensor other) {
        return Contractions.kron(self(), other);
    }

    /** Cross products along the last dimension, which has size 3. */
    default Tensor cross(Tensor other) {
        return Contractions.cross(self(), other, -1);
    }

    /** Cross products along a dimension of size 3. */
    default Tensor cross(Tensor other, int dim) {
        return Contractions.cross(self(), other, dim);
    }

    /** Sum of a matrix's diagonal. */
    default Tensor trace() {
        return Diagonals.trace(self());
    }

    // ---- square matrices ----

    /** Determinants; as {@link Linalg#det}. */
    default Tensor det() {
        return Solutions.det(self());
    }

    /** Signs of determinants and logarithms of their sizes; as {@link Linalg#slogdet}. */
    default Linalg.Slogdet slogdet() {
        return Solutions.slogdet(self());
    }

    /** Logarithms of determinants; NaN where one is negative. */
    default Tensor logdet() {
        return Solutions.logdet(self());
    }

    /** Inverses; as {@link Linalg#inv}. */
    default Tensor inverse() {
        return Solutions.inv(self());
    }

    /** Integer powers; as {@link Linalg#matrixPower}. */
    default Tensor matrixPower(int n) {
        return MatrixFunctions.power(self(), n);
    }

    /** Exponentials; as {@link Linalg#matrixExp}. */
    default Tensor matrixExp() {
        return MatrixFunctions.exp(self());
    }

    /** {@code x} with {@code a x = this}, given a's lower (or upper) factor from {@link Linalg#cholesky}. */
    default Tensor choleskySolve(Tensor factor, boolean upper) {
        return Triangular.choleskySolve(self(), factor, upper);
    }

    /** The inverse of the matrix whose lower (or upper) factor from {@link Linalg#cholesky} this is. */
    default Tensor choleskyInverse(boolean upper) {
        return Triangular.choleskyInverse(self(), upper);
    }
}
