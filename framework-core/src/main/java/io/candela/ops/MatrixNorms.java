package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.tensor.Linalg;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Norms and condition numbers of matrices. */
public final class MatrixNorms {
    private MatrixNorms() {}

    /** What is known of a norm by its order: fro, nuc, or a number. */
    private static Tensor ofLastTwo(Tensor a, Object ord) {
        boolean least = ord instanceof Double d && d < 0;
        if (!least && (a.size(-1) == 0 || a.size(-2) == 0)) {
            return a.sum(-2, -1);
        }
        if (ord.equals("fro")) {
            return a.norm(false, -2, -1);
        }
        if (ord.equals("nuc")) {
            return Factorizations.svdvals(a).sum(-1);
        }
        double size = Math.abs((Double) ord);
        Tensor sums = size == 2 ? Factorizations.svdvals(a) : size == 1 ? a.abs().sum(-2) : a.abs().sum(-1);
        return least ? sums.amin(false, -1) : sums.amax(false, -1);
    }

    private static void checkOrder(String who, Object ord) {
        boolean known = ord instanceof Double d ? Math.abs(d) == 1 || Math.abs(d) == 2 || Double.isInfinite(d) : ord.equals("fro") || ord.equals("nuc");
        if (!known) {
            throw new IllegalArgumentException(who + ": ord must be fro, nuc, or 1, 2, infinity with either sign, got " + ord);
        }
    }

    /**
     * Norms of the matrices in two dimensions.
     *
     * @param ord "fro", "nuc", or a Double: largest (negative: smallest) singular value for ±2, column sum for ±1, row sum for ±∞
     */
    public static Tensor norm(Tensor a, Object ord, boolean keepDim, int rows, int columns) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32_ON_CUDA, a)) {
            return Autocast.apply(Autocast.Rule.FLOAT32_ON_CUDA, t -> norm(t[0], ord, keepDim, rows, columns), a);
        }
        Matrices.checkMatrix("matrixNorm", a);
        checkOrder("matrixNorm", ord);
        int r = a.shape().wrap("matrixNorm", rows);
        int c = a.shape().wrap("matrixNorm", columns);
        if (r == c) {
            throw new ShapeException("matrixNorm: two different dimensions are needed, got %d and %d of %s", rows, columns, a.shape());
        }
        Tensor out = ofLastTwo(a.moveDim(new int[] {r, c}, new int[] {-2, -1}), ord);
        return keepDim ? out.reshape(a.shape().with(r, 1).with(c, 1).toArray()) : out;
    }

    /** Of a vector or a matrix, whichever it is. */
    public static Tensor vectorOrMatrix(Tensor a, double ord) {
        if (a.dim() != 1 && a.dim() != 2) {
            throw new ShapeException("norm: with an order alone, a vector or a matrix is needed, got %s; use vectorNorm or matrixNorm", a.shape());
        }
        return a.dim() == 1 ? a.norm(ord) : norm(a, ord, false, 0, 1);
    }

    /** How much a matrix and its inverse together magnify errors. */
    public static Tensor cond(Tensor a, Object ord) {
        Matrices.checkMatrix("cond", a);
        checkOrder("cond", ord);
        Shape batch = a.shape().dropLast(2);
        if (a.size(-1) == 0 || a.size(-2) == 0) {
            return Tensor.zeros(batch, a.dtype(), a.device());
        }
        if (ord instanceof Double d && Math.abs(d) == 2) {
            Tensor s = Factorizations.svdvals(a);
            Tensor ratio = s.select(-1, 0).div(s.select(-1, s.size(-1) - 1));
            return d > 0 ? ratio : ratio.reciprocal();
        }
        Matrices.checkSquare("cond", a);
        Linalg.Slogdet determinant = Solutions.slogdet(a.detach());
        Tensor singular = determinant.sign().eq(0);
        Tensor regular = Matrices.identity(a).where(Matrices.perMatrix(singular), a);
        return norm(a, ord, false, -2, -1).mul(norm(Solutions.inv(regular), ord, false, -2, -1)).maskedFill(singular, Double.POSITIVE_INFINITY);
    }
}
