package io.candela.ops;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Covariances and correlations of variables; made of other operations, which have the gradients. */
public final class Covariance {
    private Covariance() {}

    /** As {@link Tensor#cov(int, Tensor, Tensor)}. */
    public static Tensor of(Tensor x, int correction, Tensor frequencies, Tensor weights) {
        if (x.dim() > 2) {
            throw new ShapeException("cov: needs (variables, n) or (n), got %s", x.shape());
        }
        Tensor rows = x.dim() < 2 ? x.reshape(1, -1) : x;
        DType type = Pointwise.floating(x.dtype());
        rows = rows.to(type);
        int n = rows.size(1);
        Tensor weight = weight(frequencies, weights, n, type);
        Tensor total = weight == null ? Tensor.full(Shape.SCALAR, n, type, x.device()) : weight.sum();
        Tensor mean = (weight == null ? rows : rows.mul(weight)).sum(true, 1).div(total);
        Tensor divisor = total.sub((double) correction);
        if (weights != null && correction != 0) { // n is then Σ w, and the correction is scaled by Σ w·a / Σ w
            Tensor squares = weights.to(type).mul(weight).sum();
            divisor = total.sub(squares.mul((double) correction).div(total));
        }
        Tensor centred = rows.sub(mean);
        Tensor out = centred.matmul((weight == null ? centred : centred.mul(weight)).t()).div(divisor.clampMin(0));
        return rows.size(0) == 1 ? out.reshape() : out;
    }

    private static Tensor weight(Tensor frequencies, Tensor weights, int n, DType type) {
        for (Tensor w : new Tensor[] {frequencies, weights}) {
            if (w != null && !w.shape().equals(Shape.of(n))) {
                throw new ShapeException("cov: weights must have one element per observation, (%d), got %s", n, w.shape());
            }
        }
        Tensor product = frequencies == null ? weights : weights == null ? frequencies : frequencies.mul(weights);
        return product == null ? null : product.to(type);
    }

    /** As {@link Tensor#corrcoef()}. */
    public static Tensor correlation(Tensor x) {
        Tensor c = x.cov();
        if (c.dim() == 0) {
            return c.div(c);
        }
        Tensor deviation = c.diagonal().sqrt();
        return c.div(deviation.unsqueeze(1)).div(deviation.unsqueeze(0)).clamp(-1, 1);
    }
}
