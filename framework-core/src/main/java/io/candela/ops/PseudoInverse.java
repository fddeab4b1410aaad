package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.Linalg;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Moore and Penrose's inverses: what is left of an inverse for any matrix. Least squares and ranks with them. */
public final class PseudoInverse extends UnaryOp {
    private final double atol;
    private final double rtol;
    private Saved a;
    private Saved y;

    private PseudoInverse(double atol, double rtol) {
        this.atol = atol;
        this.rtol = rtol;
    }

    /** Pseudo-inverses; singular values up to {@code max(atol, rtol · largest)} count as 0. */
    public static Tensor of(Tensor a, double atol, double rtol) {
        Matrices.checkMatrix("pinv", a);
        checkTolerance("pinv", atol);
        return Autograd.apply(new PseudoInverse(atol, rtol), a);
    }

    private static void checkTolerance(String who, double atol) {
        if (!(atol >= 0)) {
            throw new IllegalArgumentException(who + ": atol must be 0 or more, got " + atol);
        }
    }

    /** Which of the singular values count; a negative relative tolerance stands for PyTorch's default. */
    private static Tensor counting(Tensor a, Tensor s, double atol, double rtol) {
        double precision = a.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
        double relative = rtol >= 0 ? rtol : atol > 0 ? 0 : Math.max(a.size(-1), a.size(-2)) * precision;
        return s.gt(s.amax(true, -1).mul(relative).clamp(atol, Double.POSITIVE_INFINITY));
    }

    @Override
    public String name() {
        return "pinv";
    }

    @Override
    protected Tensor forward(Tensor x) {
        a = saveFor(LHS, x);
        Tensor out;
        if (x.numel() == 0) {
            out = Tensor.zeros(x.shape().dropLast(2).append(x.size(-1), x.size(-2)), x.dtype(), x.device());
        } else {
            Linalg.SVD f = Factorizations.svd(x, false);
            Tensor inverse = f.s().reciprocal().maskedFill(counting(x, f.s(), atol, rtol).logicalNot(), 0);
            out = f.vh().mT().mul(inverse.unsqueeze(-2)).matmul(f.u().mT());
        }
        y = saveResult(out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return gradient(g, a.get(), y.get());
    }

    /** The gradient of {@code x} from that of its pseudo-inverse {@code p}: Golub and Pereyra's formula (1973). */
    private static Tensor gradient(Tensor g, Tensor x, Tensor p) {
        Tensor pt = p.mT();
        Tensor gt = g.mT();
        if (x.size(-2) <= x.size(-1)) {
            Tensor k = gt.matmul(p);
            Tensor kpt = k.matmul(pt);
            return p.matmul(k).mT().neg().add(kpt).sub(x.matmul(p).matmul(kpt)).add(pt.matmul(p).matmul(gt.sub(k.matmul(x))));
        }
        Tensor k = p.matmul(gt);
        Tensor ptk = pt.matmul(k);
        return k.matmul(p).mT().neg().add(gt.sub(x.matmul(k)).matmul(p).matmul(pt)).add(ptk).sub(ptk.matmul(p).matmul(x));
    }

    /** How many singular values are above {@code max(atol, rtol · largest)}. */
    public static Tensor rank(Tensor a, double atol, double rtol) {
        Matrices.checkMatrix("matrixRank", a);
        checkTolerance("matrixRank", atol);
        if (a.numel() == 0) {
            return Tensor.zeros(a.shape().dropLast(2), DType.INT64, a.device());
        }
        return counting(a, Factorizations.svdvals(a.detach()), atol, rtol).sum(-1);
    }

    /** Least squares. */
    public static Linalg.Lstsq lstsq(Tensor a, Tensor b, double rcond) {
        Matrices.checkMatrix("lstsq", a);
        Matmul.checkTypes("lstsq", a, b);
        boolean vector = b.dim() == a.dim() - 1;
        Tensor right = vector ? b.unsqueeze(-1) : b;
        if (right.dim() < 2 || right.size(-2) != a.size(-2)) {
            throw new ShapeException("lstsq: b %s does not fit a %s: it needs %d rows", b.shape(), a.shape(), a.size(-2));
        }
        Matrices.checkFinite("lstsq", a);
        Tensor[] wide = Matrices.broadcastBatch("lstsq", a, right);
        LeastSquares op = new LeastSquares(rcond);
        Tensor x = Autograd.apply(op, wide[0], wide[1]);
        boolean over = a.size(-2) > a.size(-1) && op.rank.eq(a.size(-1)).all().item() != 0;
        Tensor residuals = over ? wide[0].matmul(x).sub(wide[1]).square().sum(-2) : Tensor.empty(Shape.of(0), a.dtype(), a.device());
        return new Linalg.Lstsq(vector ? x.squeeze(-1) : x, vector && over ? residuals.squeeze(-1) : residuals, op.rank);
    }

    private static final class LeastSquares extends BinaryOp {
        private final double rcond;
        private Tensor rank;
        private Saved a;
        private Saved b;

        LeastSquares(double rcond) {
            this.rcond = rcond;
        }

        @Override
        public String name() {
            return "lstsq";
        }

        @Override
        protected Tensor forward(Tensor left, Tensor right) {
            double precision = left.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
            Tensor x = Matrices.empty(left, left.size(-1), right.size(-1));
            rank = Tensor.empty(left.shape().dropLast(2), DType.INT64, left.device());
            Backend.of(left).linalg().lstsq(left, right, rcond >= 0 ? rcond : precision * Math.max(left.size(-1), left.size(-2)), x, rank);
            a = save(left);
            b = saveFor(LHS, right);
            return x;
        }

        /** The solution is the pseudo-inverse times b. */
        @Override
        protected Tensor gradLhs(Tensor g) {
            return gradient(g.matmul(b.get().mT()), a.get(), of(a.get(), 0, rcond));
        }

        @Override
        protected Tensor gradRhs(Tensor g) {
            return of(a.get(), 0, rcond).mT().matmul(g);
        }
    }
}
