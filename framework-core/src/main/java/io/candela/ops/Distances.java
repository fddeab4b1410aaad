package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Distances between all pairs of two sets of points. */
public final class Distances {
    /** Points on both sides up to which Euclidean distances are computed from differences, as PyTorch does. */
    private static final int FEW = 25;

    private Distances() {}

    /** {@code (*, p, m)} and {@code (*, r, m)} give {@code (*, p, r)}: norms of order {@code ord} of the differences. */
    public static Tensor cdist(Tensor a, Tensor b, double ord) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, a)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> cdist(t[0], t[1], ord), a, b);
        }
        if (a.dim() < 2 || b.dim() < 2 || a.size(-1) != b.size(-1)) {
            throw new ShapeException("cdist: operands must be (*, n, m) and (*, k, m), got %s and %s", a.shape(), b.shape());
        }
        Matmul.checkTypes("cdist", a, b);
        Matrices.checkFloating("cdist", a);
        if (!(ord >= 0)) {
            throw new IllegalArgumentException("cdist: p must be 0 or more, got " + ord);
        }
        if (a.size(-1) == 0) {
            return a.matmul(b.mT()); // zeros
        }
        if (ord == 2 && (a.size(-2) > FEW || b.size(-2) > FEW)) {
            Tensor[] wide = Matrices.broadcastBatch("cdist", a, b);
            return Autograd.apply(new Euclidean(), wide[0], wide[1]);
        }
        return a.unsqueeze(-2).sub(b.unsqueeze(-3)).norm(ord, false, -1);
    }

    /** |a|² − 2 a·b + |b|² for all pairs by one matrix product; points close together lose digits. */
    private static final class Euclidean extends BinaryOp {
        private Saved a;
        private Saved b;
        private Saved y;

        @Override
        public String name() {
            return "cdist";
        }

        @Override
        protected Tensor forward(Tensor left, Tensor right) {
            Tensor squares = left.square().sum(true, -1).add(right.square().sum(true, -1).mT());
            Tensor out = squares.sub(left.matmul(right.mT()).mul(2.0)).clamp(0, Double.POSITIVE_INFINITY).sqrt();
            a = save(left);
            b = save(right);
            y = saveResult(out);
            return out;
        }

        @Override
        protected Tensor gradLhs(Tensor g) {
            Tensor ratio = ratio(g);
            return a.get().mul(ratio.sum(true, -1)).sub(ratio.matmul(b.get()));
        }

        @Override
        protected Tensor gradRhs(Tensor g) {
            Tensor ratio = ratio(g).mT();
            return b.get().mul(ratio.sum(true, -1)).sub(ratio.matmul(a.get()));
        }

        private Tensor ratio(Tensor g) {
            return g.div(y.get()).maskedFill(y.get().eq(0), 0);
        }
    }
}
