package io.candela.ops;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** Orthogonal polynomials by their recurrences, which are differentiable as they stand. Abramowitz and Stegun, table 22.7. */
public enum Polynomials {
    /** Of the first kind: x, then 2x p − q. */
    CHEBYSHEV_T(1, 0),
    /** Of the second kind. */
    CHEBYSHEV_U(2, 0),
    /** Of the third kind. */
    CHEBYSHEV_V(2, -1),
    /** Of the fourth kind. */
    CHEBYSHEV_W(2, 1),
    /** The physicists'. */
    HERMITE_H(2, 0),
    /** The probabilists'. */
    HERMITE_HE(1, 0),
    /** With the weight exp(−x). */
    LAGUERRE_L(-1, 1),
    /** With the weight 1. */
    LEGENDRE_P(1, 0);

    private final double slope; // of the polynomial of degree 1, slope · x + start
    private final double start;

    Polynomials(double slope, double start) {
        this.slope = slope;
        this.start = start;
    }

    /** Of degree {@code n}; 0 below degree 0. */
    public Tensor at(Tensor x, int n) {
        return Pointwise.wide(x, wide -> ofDegree(wide, n));
    }

    private Tensor ofDegree(Tensor x, int n) {
        Tensor before = Tensor.zeros(x.shape(), Pointwise.floating(x.dtype()), x.device());
        Tensor here = before;
        for (int k = 0; k <= n; k++) {
            Tensor next = next(k, x, here, before);
            before = here;
            here = next;
        }
        return here;
    }

    /** Of the degree that {@code n} says for each element; fractions are cut off. */
    public Tensor at(Tensor x, Tensor n) {
        if (n.dtype() == DType.BOOL) {
            throw new DTypeException("%s: degrees must be numbers, got bool; convert with to(DType.INT64)", name());
        }
        return Pointwise.wide(x, wide -> ofDegrees(wide, n.detach().to(DType.INT64)));
    }

    private Tensor ofDegrees(Tensor x, Tensor degrees) {
        Tensor before = Tensor.zeros(Shape.broadcast(name(), x.shape(), degrees.shape()), Pointwise.floating(x.dtype()), x.device());
        Tensor here = before;
        Tensor out = before;
        int most = degrees.numel() == 0 ? -1 : (int) degrees.max().item();
        for (int k = 0; k <= most; k++) {
            Tensor next = next(k, x, here, before);
            before = here;
            here = next;
            out = next.where(degrees.eq(k), out);
        }
        return out;
    }

    /** The polynomial of degree k, from those of degrees k − 1 and k − 2. */
    private Tensor next(int k, Tensor x, Tensor p, Tensor q) {
        if (k == 0) {
            return p.onesLike();
        }
        if (k == 1) {
            return x.mul(slope).add(start);
        }
        int m = k - 1;
        return switch (this) {
            case CHEBYSHEV_T, CHEBYSHEV_U, CHEBYSHEV_V, CHEBYSHEV_W -> x.mul(2.0).mul(p).sub(q);
            case HERMITE_H -> x.mul(2.0).mul(p).sub(q.mul(2.0 * m));
            case HERMITE_HE -> x.mul(p).sub(q.mul((double) m));
            case LAGUERRE_L -> x.rsub(2.0 * m + 1).mul(p).sub(q.mul((double) m)).div((double) k);
            case LEGENDRE_P -> x.mul(2.0 * m + 1).mul(p).sub(q.mul((double) m)).div((double) k);
        };
    }
}
