package io.candela.backend;

import io.candela.tensor.Tensor;

/**
 * Factorizations and solutions of dense float32 or float64 matrices of one type. All but the last two dimensions are a batch, equal in all
 * operands; operands may have any strides, results are contiguous.
 *
 * <p>Kernels that can fail return one code per matrix of the batch, 0 where it went well. Results of a matrix that failed are undefined, except
 * for {@link #lu}'s.
 */
public interface LinalgKernels {
    /**
     * {@code p l u = a} by Gauss's elimination: {@code a (*, m, n)}.
     *
     * @param lu     takes u and below its diagonal l, whose own diagonal is 1
     * @param pivots int32 {@code (*, min(m, n))}, from 1: the row with which row i was exchanged at step i
     * @return for each matrix the number, from 1, of the first 0 on u's diagonal, or 0; lu and pivots are right nevertheless
     */
    int[] lu(Tensor a, Tensor lu, Tensor pivots);

    /** {@code a x = b}, or {@code aᵀ x = b}, from {@link #lu}'s results for square a; {@code b (*, n, k)}. */
    void luSolve(Tensor lu, Tensor pivots, boolean transposed, Tensor b, Tensor x);

    /** {@code a x = b} for triangular {@code a}, of which only one triangle is read; with {@code unit} the diagonal counts as ones. */
    void solveTriangular(Tensor a, Tensor b, boolean upper, boolean unit, Tensor x);

    /**
     * Lower triangular {@code l} with {@code l lᵀ = a}; reads the lower triangle alone.
     *
     * @return for each matrix the order of the first leading minor that is not positive, or 0
     */
    int[] cholesky(Tensor a, Tensor l);

    /**
     * {@code q r = a}: {@code a (*, m, n)}, {@code q (*, m, k)} with orthonormal columns or null, {@code r (*, k, n)} upper triangular; k is
     * min(m, n), or m.
     */
    void qr(Tensor a, Tensor q, Tensor r);

    /**
     * Eigenvalues of finite symmetric matrices in rising order, {@code (*, n)}, and orthonormal eigenvectors as columns, {@code (*, n, n)}, or null.
     *
     * @param upper whether the upper triangle is read rather than the lower
     * @return for each matrix 0, or another number if the iteration did not converge
     */
    int[] eigh(Tensor a, boolean upper, Tensor values, Tensor vectors);

    /**
     * Singular values of finite matrices in falling order {@code s (*, k)}, and singular vectors {@code u (*, m, k or m)} and
     * {@code vh (*, k or n, n)}, or both null.
     *
     * @return for each matrix 0, or another number if the iteration did not converge
     */
    int[] svd(Tensor a, Tensor u, Tensor s, Tensor vh);

    /**
     * Least squares of least size by orthogonal transformations: {@code a (*, m, n)} finite, {@code b (*, m, k)}, {@code x (*, n, k)}.
     *
     * @param rcond parts of a whose condition is above 1 / rcond count as 0
     * @param rank  int64 {@code (*)}: the rank of a
     */
    void lstsq(Tensor a, Tensor b, double rcond, Tensor x, Tensor rank);
}
