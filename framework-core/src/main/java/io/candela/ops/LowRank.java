package io.candela.ops;

import io.candela.tensor.Linalg;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * Approximate singular value decompositions from products with few random vectors: N. Halko, P. G. Martinsson and J. A. Tropp, Finding structure with
 * randomness, 2011, algorithms 4.4 and 5.1.
 */
public final class LowRank {
    private LowRank() {}

    /** Of {@code a − mean}; {@code mean} may be null. */
    public static Linalg.LowRankSVD svd(Tensor a, int q, int iterations, Tensor mean) {
        String who = "svdLowrank";
        check(who, a, iterations);
        if (q < 1) {
            throw new IllegalArgumentException(who + ": q must be 1 or more, got " + q);
        }
        if (mean != null && !mean.shape().broadcastsTo(a.shape())) {
            throw new ShapeException("%s: the mean %s does not broadcast to %s", who, mean.shape(), a.shape());
        }
        return of(mean == null ? a : a.sub(mean), q, iterations);
    }

    /** Of the rows less their mean, if {@code center}. */
    public static Linalg.LowRankSVD pca(Tensor a, int q, boolean center, int iterations) {
        String who = "pcaLowrank";
        check(who, a, iterations);
        int most = Math.min(a.size(-2), a.size(-1));
        if (q < 0 || q > most) {
            throw new IllegalArgumentException("%s: q must be 0 to %d, the smaller size of %s, got %d".formatted(who, most, a.shape(), q));
        }
        return of(center ? a.sub(a.mean(true, -2)) : a, q, iterations);
    }

    private static void check(String who, Tensor a, int iterations) {
        Matrices.checkMatrix(who, a);
        if (iterations < 0) {
            throw new IllegalArgumentException("%s: niter must be 0 or more, got %d".formatted(who, iterations));
        }
    }

    private static Linalg.LowRankSVD of(Tensor a, int q, int iterations) {
        boolean wide = a.size(-2) < a.size(-1);
        Tensor tall = wide ? a.mT() : a;
        Tensor basis = basis(tall, q, iterations);
        Linalg.SVD inner = Linalg.svd(basis.mT().matmul(tall), false);
        Tensor left = basis.matmul(inner.u());
        Tensor right = inner.vh().mT();
        return wide ? new Linalg.LowRankSVD(right, inner.s(), left) : new Linalg.LowRankSVD(left, inner.s(), right);
    }

    /** Orthonormal columns that span nearly what {@code a} maps to; each iteration raises the large singular values above the small ones. */
    private static Tensor basis(Tensor a, int q, int iterations) {
        Tensor random = Tensor.empty(Shape.of(a.size(-1), q), a.dtype(), a.device()).normalInPlace(0, 1);
        Tensor basis = Linalg.qr(a.matmul(random)).q();
        for (int i = 0; i < iterations; i++) {
            basis = Linalg.qr(a.mT().matmul(basis)).q();
            basis = Linalg.qr(a.matmul(basis)).q();
        }
        return basis;
    }
}
