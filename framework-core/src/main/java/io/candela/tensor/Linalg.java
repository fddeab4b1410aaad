package io.candela.tensor;

import io.candela.ops.Contractions;
import io.candela.ops.Factorizations;
import io.candela.ops.LowRank;
import io.candela.ops.MatrixFunctions;
import io.candela.ops.MatrixNorms;
import io.candela.ops.PseudoInverse;
import io.candela.ops.Solutions;
import io.candela.ops.Triangular;

/**
 * Linear algebra, PyTorch's {@code torch.linalg}: factorizations, solutions, norms. All but the last two dimensions are a batch; matrices are
 * float32 or float64. Everything has a gradient, and that one too, unless a method says otherwise.
 *
 * <p>Sizes that do not fit give a {@link ShapeException}, other types a {@link DTypeException}, and a matrix that has not what is asked for a
 * {@link LinalgException} that says which matrix of the batch.
 */
public final class Linalg {
    private Linalg() {}

    // ---- determinants, inverses, solutions ----

    /** Determinants, {@code (*)}. */
    public static Tensor det(Tensor a) {
        return Solutions.det(a);
    }

    /** Signs of determinants and logarithms of their sizes, which neither overflow nor vanish. */
    public static Slogdet slogdet(Tensor a) {
        return Solutions.slogdet(a);
    }

    /**
     * Inverses. To multiply by one, {@link #solve} is faster and more accurate.
     *
     * @throws LinalgException if a matrix is singular
     */
    public static Tensor inv(Tensor a) {
        return Solutions.inv(a);
    }

    /**
     * {@code x} with {@code a x = b}. Leading dimensions broadcast.
     *
     * @param b {@code (*, n, k)}; or vectors: {@code (n)}, or of a's shape without its last dimension
     * @throws LinalgException if a matrix is singular
     */
    public static Tensor solve(Tensor a, Tensor b) {
        return Solutions.solve(a, b);
    }

    /**
     * The inverse of a map between tensors: {@code a}, whose first {@code ind} dimensions have as many elements as the others, as the matrix from the
     * others to them. Its shape is the others', then the first.
     *
     * @throws IllegalArgumentException if {@code ind} is below 1
     */
    public static Tensor tensorinv(Tensor a, int ind) {
        return Solutions.tensorinv(a, ind);
    }

    /**
     * {@code x} with {@code tensordot(a, x, x.dim()) = b}: a has the sizes of b, then those of x, which has as many elements.
     *
     * @param dims of a, which are moved to its end before; none by default
     */
    public static Tensor tensorsolve(Tensor a, Tensor b, int... dims) {
        return Solutions.tensorsolve(a, b, dims);
    }

    /** {@code x} with {@code a x = b}, where only the upper (or lower) triangle of a is read; b is {@code (*, n, k)}. */
    public static Tensor solveTriangular(Tensor a, Tensor b, boolean upper) {
        return Triangular.solve(a, b, upper, true, false);
    }

    /**
     * {@code x} with {@code a x = b} ({@code left}) or {@code x a = b}, where only one triangle of a is read. A 0 on the diagonal gives infinities.
     *
     * @param unitriangular whether the diagonal counts as ones
     */
    public static Tensor solveTriangular(Tensor a, Tensor b, boolean upper, boolean left, boolean unitriangular) {
        return Triangular.solve(a, b, upper, left, unitriangular);
    }

    /** {@link #lstsq(Tensor, Tensor, double)} up to the type's precision. */
    public static Lstsq lstsq(Tensor a, Tensor b) {
        return PseudoInverse.lstsq(a, b, -1);
    }

    /**
     * {@code x} of least size among those with the least {@code |a x − b|}: LAPACK's {@code gelsy}, PyTorch's default.
     *
     * @param b     {@code (*, m, k)}; or vectors: with one dimension less than a
     * @param rcond parts of a whose condition is above 1 / rcond count as 0; negative for the type's precision times the larger size
     */
    public static Lstsq lstsq(Tensor a, Tensor b, double rcond) {
        return PseudoInverse.lstsq(a, b, rcond);
    }

    // ---- LU ----

    /**
     * {@code p l u = a}, packed for {@link #luSolve}.
     *
     * @throws LinalgException if there is a 0 on u's diagonal
     */
    public static LUFactor luFactor(Tensor a) {
        return Solutions.luFactor(a);
    }

    /** {@code p l u = a}: a permutation, a lower triangle with ones on its diagonal, an upper triangle. */
    public static LU lu(Tensor a) {
        return Solutions.lu(a);
    }

    /** {@code x} with {@code a x = b}, given a's factors; b is {@code (*, n, k)}. */
    public static Tensor luSolve(LUFactor a, Tensor b) {
        return Solutions.luSolve(a.lu(), a.pivots(), b, false);
    }

    /** As {@link #luSolve(LUFactor, Tensor)}, or with {@code adjoint} for {@code aᵀ x = b}. */
    public static Tensor luSolve(LUFactor a, Tensor b, boolean adjoint) {
        return Solutions.luSolve(a.lu(), a.pivots(), b, adjoint);
    }

    // ---- Cholesky ----

    /**
     * Lower triangular {@code l} with {@code l lᵀ = a}; reads the lower triangle alone.
     *
     * @throws LinalgException if a matrix is not positive definite
     */
    public static Tensor cholesky(Tensor a) {
        return Triangular.cholesky(a, false);
    }

    /** {@link #cholesky(Tensor)}, or with {@code upper} the upper triangular {@code u} with {@code uᵀ u = a}, from the upper triangle alone. */
    public static Tensor cholesky(Tensor a, boolean upper) {
        return Triangular.cholesky(a, upper);
    }

    // ---- orthogonal factorizations ----

    /** {@code q r = a}: orthonormal columns {@code (*, m, k)} and an upper triangle {@code (*, k, n)}, k the smaller size. */
    public static QR qr(Tensor a) {
        return Factorizations.qr(a, "reduced");
    }

    /**
     * {@code q r = a}.
     *
     * @param mode {@code reduced}; {@code complete}: q is square, without gradient if there are more rows than columns; or {@code r}: q is empty,
     *             and there is no gradient
     */
    public static QR qr(Tensor a, String mode) {
        return Factorizations.qr(a, mode);
    }

    /**
     * Eigenvalues of symmetric matrices in rising order and orthonormal eigenvectors as columns; reads the lower triangle alone. Signs of vectors
     * are arbitrary, and their gradients infinite where eigenvalues are equal.
     *
     * @throws LinalgException if an element is not finite
     */
    public static Eigh eigh(Tensor a) {
        return Factorizations.eigh(a, false);
    }

    /** As {@link #eigh(Tensor)}, reading the upper triangle if {@code upper}. */
    public static Eigh eigh(Tensor a, boolean upper) {
        return Factorizations.eigh(a, upper);
    }

    /** The eigenvalues of {@link #eigh(Tensor)}. */
    public static Tensor eigvalsh(Tensor a) {
        return Factorizations.eigvalsh(a, false);
    }

    /** The eigenvalues of {@link #eigh(Tensor, boolean)}. */
    public static Tensor eigvalsh(Tensor a, boolean upper) {
        return Factorizations.eigvalsh(a, upper);
    }

    /** {@code u diag(s) vh = a} with full bases {@code u (*, m, m)}, {@code vh (*, n, n)}. */
    public static SVD svd(Tensor a) {
        return Factorizations.svd(a, true);
    }

    /**
     * {@code u diag(s) vh = a}. Signs of vectors are arbitrary, and their gradients infinite where singular values are equal.
     *
     * @param fullMatrices whether bases are completed, of which that part has no gradient; else sizes are {@code (*, m, k)}, {@code (*, k)},
     *                     {@code (*, k, n)}, k the smaller size
     * @throws LinalgException if an element is not finite
     */
    public static SVD svd(Tensor a, boolean fullMatrices) {
        return Factorizations.svd(a, fullMatrices);
    }

    /** {@link #svdLowrank(Tensor, int, int, Tensor)} with PyTorch's defaults: 6 values at most, 2 iterations. */
    public static LowRankSVD svdLowrank(Tensor a) {
        return svdLowrank(a, 6, 2, null);
    }

    /**
     * Nearly the {@code q} largest singular values of {@code a}, with their vectors, from products with random vectors of the default generator;
     * PyTorch's numbers, up to rounding, for the same seed. Worth it where {@code q} is far below both sizes. Gradients are defined only where {@code q} is at most
     * the rank.
     *
     * @param q     how many; for a matrix of rank r a few more than r. The smaller size of {@code a} is the most
     * @param niter how often the basis is improved
     * @param mean  what {@code a} is to be lessened by, broadcast; or null
     * @throws IllegalArgumentException if {@code q} is below 1 or {@code niter} negative
     */
    public static LowRankSVD svdLowrank(Tensor a, int q, int niter, Tensor mean) {
        return LowRank.svd(a, q, niter, mean);
    }

    /** {@link #pcaLowrank(Tensor, int, boolean, int)} with PyTorch's defaults: 6 components at most, of centered data, 2 iterations. */
    public static LowRankSVD pcaLowrank(Tensor a) {
        return pcaLowrank(a, a.dim() < 2 ? 6 : Math.min(6, Math.min(a.size(-2), a.size(-1))), true, 2);
    }

    /**
     * Principal components of samples {@code (*, m, n)}, the rows: {@code v}'s columns are the directions, {@code s² / (m − 1)} the variances along them,
     * {@code a.matmul(v)} the projections. Computed as {@link #svdLowrank(Tensor, int, int, Tensor)}.
     *
     * @param center whether the mean of the rows is subtracted first
     * @throws IllegalArgumentException if {@code q} is not 0 to the smaller size of {@code a}, or {@code niter} is negative
     */
    public static LowRankSVD pcaLowrank(Tensor a, int q, boolean center, int niter) {
        return LowRank.pca(a, q, center, niter);
    }

    /** Singular values in falling order. */
    public static Tensor svdvals(Tensor a) {
        return Factorizations.svdvals(a);
    }

    /** Pseudo-inverses of Moore and Penrose; singular values that are 0 within the type's precision count as 0. */
    public static Tensor pinv(Tensor a) {
        return PseudoInverse.of(a, 0, -1);
    }

    /** As {@link #pinv(Tensor)}; singular values up to {@code max(atol, rtol · largest)} count as 0. A negative rtol stands for its default. */
    public static Tensor pinv(Tensor a, double atol, double rtol) {
        return PseudoInverse.of(a, atol, rtol);
    }

    /** The number of singular values that are not 0 within the type's precision, in int64. */
    public static Tensor matrixRank(Tensor a) {
        return PseudoInverse.rank(a, 0, -1);
    }

    /** The number of singular values above {@code max(atol, rtol · largest)}, in int64. A negative rtol stands for its default. */
    public static Tensor matrixRank(Tensor a, double atol, double rtol) {
        return PseudoInverse.rank(a, atol, rtol);
    }

    // ---- functions and products ----

    /** Integer powers; negative ones of the inverse. Takes integers too. */
    public static Tensor matrixPower(Tensor a, int n) {
        return MatrixFunctions.power(a, n);
    }

    /** Exponentials. */
    public static Tensor matrixExp(Tensor a) {
        return MatrixFunctions.exp(a);
    }

    /** The first n columns of products of reflections: {@code a (*, m, n)} has their vectors below the diagonal, {@code tau (*, k)} their scales. */
    public static Tensor householderProduct(Tensor a, Tensor tau) {
        return MatrixFunctions.householderProduct(a, tau);
    }

    /** The product of two or more matrices in the cheapest order; the first and last may be vectors. */
    public static Tensor multiDot(Tensor... factors) {
        return Contractions.multiDot(factors);
    }

    /** Sums of products along a dimension; the others broadcast. */
    public static Tensor vecdot(Tensor a, Tensor b, int dim) {
        return Contractions.vecdot(a, b, dim);
    }

    /** Cross products along the last dimension, which has size 3; the others broadcast. */
    public static Tensor cross(Tensor a, Tensor b) {
        return Contractions.cross(a, b, -1);
    }

    /** As {@link #cross(Tensor, Tensor)}, along another dimension. */
    public static Tensor cross(Tensor a, Tensor b, int dim) {
        return Contractions.cross(a, b, dim);
    }

    /** Powers 0 to n−1 of the elements in a new last dimension, n the last size: matrices of Vandermonde. Of integers in int64. */
    public static Tensor vander(Tensor x) {
        return Contractions.vander(x, x.dim() == 0 ? 0 : x.size(-1));
    }

    /** Powers 0 to n−1 of the elements in a new last dimension; n is 2 or more. */
    public static Tensor vander(Tensor x, int n) {
        return Contractions.vander(x, n);
    }

    // ---- norms ----

    /** Euclidean norm of all elements. */
    public static Tensor norm(Tensor a) {
        return a.norm();
    }

    /** {@link #vectorNorm(Tensor, double)} of a vector, {@link #matrixNorm(Tensor, double)} of a matrix. */
    public static Tensor norm(Tensor a, double ord) {
        return MatrixNorms.vectorOrMatrix(a, ord);
    }

    /** {@code (Σ |x|^ord)^(1/ord)} of all elements. */
    public static Tensor vectorNorm(Tensor x, double ord) {
        return x.norm(ord);
    }

    /** As {@link Tensor#norm(double, boolean, int...)}. */
    public static Tensor vectorNorm(Tensor x, double ord, boolean keepDim, int... dims) {
        return x.norm(ord, keepDim, dims);
    }

    /** Frobenius's norm. */
    public static Tensor matrixNorm(Tensor a) {
        return MatrixNorms.norm(a, "fro", false, -2, -1);
    }

    /** Frobenius's ({@code fro}) or the nuclear ({@code nuc}) norm. */
    public static Tensor matrixNorm(Tensor a, String ord) {
        return MatrixNorms.norm(a, ord, false, -2, -1);
    }

    /** Largest (negative: smallest) singular value for ±2, column sum for ±1, row sum for ±∞. */
    public static Tensor matrixNorm(Tensor a, double ord) {
        return MatrixNorms.norm(a, ord, false, -2, -1);
    }

    /** As {@link #matrixNorm(Tensor, String)}, of matrices in other dimensions. */
    public static Tensor matrixNorm(Tensor a, String ord, boolean keepDim, int rows, int columns) {
        return MatrixNorms.norm(a, ord, keepDim, rows, columns);
    }

    /** As {@link #matrixNorm(Tensor, double)}, of matrices in other dimensions. */
    public static Tensor matrixNorm(Tensor a, double ord, boolean keepDim, int rows, int columns) {
        return MatrixNorms.norm(a, ord, keepDim, rows, columns);
    }

    /** Condition numbers: the ratio of the largest and smallest singular value. */
    public static Tensor cond(Tensor a) {
        return MatrixNorms.cond(a, 2.0);
    }

    /** Condition numbers in another norm: ±1, ±2 or ±∞; infinite for singular matrices. */
    public static Tensor cond(Tensor a, double ord) {
        return MatrixNorms.cond(a, ord);
    }

    /** Condition numbers in another norm: {@code fro} or {@code nuc}; infinite for singular matrices. */
    public static Tensor cond(Tensor a, String ord) {
        return MatrixNorms.cond(a, ord);
    }

    // ---- results ----

    /**
     * Signs of determinants, and logarithms of their sizes.
     *
     * @param sign      −1, 0 or 1
     * @param logabsdet differentiable; −∞ for singular matrices
     */
    public record Slogdet(Tensor sign, Tensor logabsdet) {}

    /**
     * Factors of Gauss's elimination in one matrix.
     *
     * @param lu     u, and below its diagonal l without its diagonal of ones
     * @param pivots int32, from 1: the row with which row i was exchanged at step i
     */
    public record LUFactor(Tensor lu, Tensor pivots) {}

    /**
     * Factors of Gauss's elimination.
     *
     * @param p permutations {@code (*, m, m)}
     * @param l lower triangles {@code (*, m, k)}, k the smaller size
     * @param u upper triangles {@code (*, k, n)}
     */
    public record LU(Tensor p, Tensor l, Tensor u) {}

    /**
     * A factorization into orthonormal columns and an upper triangle.
     *
     * @param q the columns
     * @param r the triangle
     */
    public record QR(Tensor q, Tensor r) {}

    /**
     * Eigenvalues and eigenvectors of symmetric matrices.
     *
     * @param eigenvalues  in rising order
     * @param eigenvectors as columns
     */
    public record Eigh(Tensor eigenvalues, Tensor eigenvectors) {}

    /**
     * A singular value decomposition.
     *
     * @param u  left singular vectors as columns
     * @param s  singular values in falling order
     * @param vh right singular vectors as rows
     */
    public record SVD(Tensor u, Tensor s, Tensor vh) {}

    /**
     * A part of a singular value decomposition, {@code u diag(s) vᵀ}.
     *
     * @param u left singular vectors as columns, {@code (*, m, q)}
     * @param s singular values in falling order, {@code (*, q)}
     * @param v right singular vectors as columns, {@code (*, n, q)}
     */
    public record LowRankSVD(Tensor u, Tensor s, Tensor v) {}

    /**
     * Least squares.
     *
     * @param solution  differentiable
     * @param residuals sums of squares that are left, as PyTorch describes them: empty unless there are more equations than unknowns and all
     *                  matrices have full rank
     * @param rank      of the matrices, in int64
     */
    public record Lstsq(Tensor solution, Tensor residuals, Tensor rank) {}
}
