package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Triangular systems, and Cholesky's factorization, which leads to them. */
public final class Triangular {
    private Triangular() {}

    /** {@code x} with {@code a x = b} (or {@code x a = b}) for triangular {@code a}. */
    public static Tensor solve(Tensor a, Tensor b, boolean upper, boolean left, boolean unit) {
        Matrices.checkSquare("solveTriangular", a);
        Matmul.checkTypes("solveTriangular", a, b);
        if (b.dim() < 2 || b.size(left ? -2 : -1) != a.size(-1)) {
            throw new ShapeException("solveTriangular: b %s does not fit the matrices a %s: it needs %d %s", b.shape(), a.shape(), a.size(-1),
                    left ? "rows" : "columns");
        }
        if (!left) {
            return solve(a.mT(), b.mT(), !upper, true, unit).mT().contiguous();
        }
        Tensor[] wide = Matrices.broadcastBatch("solveTriangular", a, b);
        return Autograd.apply(new Solution(upper, unit), wide[0], wide[1]);
    }

    private static final class Solution extends BinaryOp {
        private final boolean upper;
        private final boolean unit;
        private Saved a;
        private Saved x;

        Solution(boolean upper, boolean unit) {
            this.upper = upper;
            this.unit = unit;
        }

        @Override
        public String name() {
            return "solveTriangular";
        }

        @Override
        protected Tensor forward(Tensor left, Tensor right) {
            Tensor out = Tensor.empty(right.shape(), right.dtype(), right.device());
            Backend.of(left).linalg().solveTriangular(left, right, upper, unit, out);
            a = save(left);
            x = saveResult(out);
            return out;
        }

        @Override
        protected Tensor gradLhs(Tensor g) {
            Tensor full = gradRhs(g).matmul(x.get().mT()).neg();
            return upper ? full.triu(unit ? 1 : 0) : full.tril(unit ? -1 : 0);
        }

        @Override
        protected Tensor gradRhs(Tensor g) {
            return solve(a.get().mT(), g, !upper, true, unit);
        }
    }

    /** Lower (or upper) triangular factors of positive definite matrices. */
    public static Tensor cholesky(Tensor a, boolean upper) {
        Matrices.checkSquare("cholesky", a);
        return upper ? cholesky(a.mT(), false).mT().contiguous() : Autograd.apply(new Cholesky(), a);
    }

    private static final class Cholesky extends UnaryOp {
        private Saved l;

        @Override
        public String name() {
            return "cholesky";
        }

        @Override
        protected Tensor forward(Tensor a) {
            Tensor out = Pointwise.rowMajor(a);
            int[] codes = Backend.of(a).linalg().cholesky(a, out);
            Matrices.check(name(), a, "is not positive definite: its leading minor of order %d is not", codes);
            l = saveResult(out);
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            Tensor lower = l.get();
            Tensor phi = lower.mT().matmul(g.tril()).tril();
            phi = phi.add(phi.tril(-1).mT()).mul(0.5);
            return solve(lower, solve(lower.mT(), phi, true, true, false), false, false, false);
        }
    }

    /** Solutions with the matrix whose Cholesky factor is given. */
    public static Tensor choleskySolve(Tensor b, Tensor factor, boolean upper) {
        Matrices.checkSquare("choleskySolve", factor);
        Tensor lower = upper ? factor.mT() : factor;
        return solve(lower.mT(), solve(lower, b, false, true, false), true, true, false);
    }

    /** The inverse of the matrix whose Cholesky factor is given. */
    public static Tensor choleskyInverse(Tensor factor, boolean upper) {
        Matrices.checkSquare("choleskyInverse", factor);
        return choleskySolve(Matrices.identity(factor), factor, upper);
    }
}
