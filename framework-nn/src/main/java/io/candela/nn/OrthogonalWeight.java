package io.candela.nn;

import io.candela.tensor.Linalg;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * A matrix with orthogonal columns, or rows if it has more columns, from a matrix of the same shape; of {@link Parametrizations#orthogonal}. State
 * {@code base}: what the orthogonal matrix is multiplied with, so that the parameter starts where its gradients are well scaled. M. Lezcano-Casado,
 * Trivializations for Gradient-Based Optimization on Manifolds, 2019.
 */
final class OrthogonalWeight extends Layer implements RightInverse {
    private final OrthogonalMap map;
    private final Shape shape;
    private final Tensor base; // (…, n, n) with the larger size n

    OrthogonalWeight(Tensor weight, OrthogonalMap map) {
        this.map = map;
        shape = weight.shape();
        int n = Math.max(weight.size(-2), weight.size(-1));
        base = registerBuffer("base", Tensor.empty(shape.dropLast(2).append(n, n), weight.dtype(), weight.device()));
    }

    @Override
    public Tensor forward(Tensor x) {
        boolean wide = x.size(-2) < x.size(-1);
        Tensor tall = wide ? x.mT() : x;
        Tensor q = base.matmul(map == OrthogonalMap.HOUSEHOLDER ? reflections(tall) : retraction(tall));
        return wide ? q.mT() : q;
    }

    private Tensor retraction(Tensor tall) {
        int n = tall.size(-2);
        int k = tall.size(-1);
        Tensor lower = tall.tril();
        Tensor square = n == k ? lower : F.pad(lower, 0, n - k);
        Tensor skew = square.sub(square.mT());
        Tensor q;
        if (map == OrthogonalMap.MATRIX_EXP) {
            q = Linalg.matrixExp(skew);
        } else {
            Tensor one = Tensor.eye(n).to(skew.dtype()).to(skew.device());
            q = Linalg.solve(one.add(skew, -0.5), one.add(skew, 0.5));
        }
        return q.narrow(-1, 0, k);
    }

    private static Tensor reflections(Tensor tall) {
        Tensor below = tall.tril(-1);
        Tensor tau = below.square().sum(-2).add(1).rdiv(2);
        // The diagonal only says which columns change their sign, as whole numbers: no gradient
        Tensor signs = tall.detach().diagonal(0, -2, -1).trunc().unsqueeze(-2);
        return Linalg.householderProduct(below, tau).mul(signs);
    }

    /** Makes {@code value} the base, orthogonal if it is not, and gives the matrix that leaves it as it is: −1 on the diagonal. */
    @Override
    public Tensor rightInverse(Tensor value) {
        if (!value.shape().equals(shape)) {
            throw new ShapeException("orthogonal: the value must have the shape %s of the weight, got %s", shape, value.shape());
        }
        boolean wide = value.size(-2) < value.size(-1);
        Tensor tall = wide ? value.mT() : value;
        int n = tall.size(-2);
        int k = tall.size(-1);
        if (n != k) { // completed with random columns
            Shape rest = tall.shape().dropLast(2).append(n, n - k);
            tall = Tensor.cat(-1, tall, Tensor.empty(rest, tall.dtype(), tall.device()).normalInPlace(0, 1));
        }
        base.copyFrom(n == k && isOrthogonal(tall) ? tall : orthogonal(tall));
        Tensor start = value.zerosLike();
        start.diagonal(0, -2, -1).fillInPlace(-1);
        return start;
    }

    private static boolean isOrthogonal(Tensor q) {
        Tensor one = Tensor.eye(q.size(-1)).to(q.dtype()).to(q.device());
        return q.mT().matmul(q).allClose(one.expand(q.shape().toArray()), 1e-5, 10.0 * q.size(-2) * q.dtype().finfo().eps(), false);
    }

    /** The orthogonal factor that goes with a positive diagonal of the other. */
    private static Tensor orthogonal(Tensor a) {
        Linalg.QR qr = Linalg.qr(a);
        return qr.q().mul(qr.r().diagonal(0, -2, -1).sign().unsqueeze(-2));
    }

    @Override
    String typeName() {
        return "_Orthogonal";
    }
}
