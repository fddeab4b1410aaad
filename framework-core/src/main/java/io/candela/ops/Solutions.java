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
import java.util.Arrays;

/** Determinants, inverses and solutions of square systems, by Gauss's elimination. */
public final class Solutions {
    private static final String SINGULAR = "is singular: element %d of the diagonal is 0 after elimination; Linalg.pinv and Linalg.lstsq take such matrices";

    private Solutions() {}

    /** Factors outside the graph. */
    private record Factors(Tensor lu, Tensor pivots, int[] zeros) {
        static Factors of(Tensor a) {
            Tensor lu = Pointwise.rowMajor(a);
            Tensor pivots = Tensor.empty(a.shape().dropLast(1), DType.INT32, a.device());
            return new Factors(lu, pivots, Backend.of(a).linalg().lu(a, lu, pivots));
        }

        /** The sign of the row exchanges of each matrix. */
        Tensor parity() {
            Tensor steps = Tensor.arange(1, pivots.size(-1) + 1L).to(pivots.device());
            Tensor odd = pivots.ne(steps).sum(-1).remainder(2);
            return odd.to(lu.dtype()).mul(-2.0).add(1.0);
        }

        /** Outside the graph; not finite for matrices that have none. */
        Tensor inverse() {
            int n = lu.size(-1);
            return solve(Tensor.eye(lu.dtype(), n, n).to(lu.device()).expand(lu.shape().toArray()).contiguous(), false);
        }

        Tensor solve(Tensor b, boolean transposed) {
            Tensor x = Tensor.empty(b.shape(), b.dtype(), b.device());
            Backend.of(b).linalg().luSolve(lu, pivots, transposed, b, x);
            return x;
        }
    }

    /** Determinants. */
    public static Tensor det(Tensor a) {
        Matrices.checkSquare("det", a);
        return Autograd.apply(new Determinant(), a);
    }

    private static final class Determinant extends UnaryOp {
        private Saved a;
        private Saved y;

        @Override
        public String name() {
            return "det";
        }

        @Override
        protected Tensor forward(Tensor x) {
            Factors f = Factors.of(x);
            Tensor out = Matrices.diagonal(f.lu).prod(-1, false).mul(f.parity());
            a = saveFor(LHS, x);
            y = saveResult(out);
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            Tensor x = a.get();
            if (x.numel() == 0) {
                return x.zerosLike();
            }
            if (y.get().detach().eq(0).any().item() == 0) {
                return Matrices.perMatrix(g.mul(y.get())).mul(inv(x).mT());
            }
            // The cofactors from the singular values: each with the product of the others, which a value of 0 does not spoil.
            Linalg.SVD f = Factorizations.svd(x, false);
            Tensor s = f.s();
            int n = s.size(-1);
            Tensor wide = s.unsqueeze(-2).expand(s.shape().append(n).toArray());
            Tensor others = wide.maskedFill(Matrices.diagonalMask(x), 1).prod(-1, false);
            Tensor orientation = det(f.u().detach()).mul(det(f.vh().detach())).sign();
            return Matrices.perMatrix(g.mul(orientation)).mul(f.u().mul(others.unsqueeze(-2)).matmul(f.vh()));
        }
    }

    /** Signs of determinants, and logarithms of their sizes. */
    public static Linalg.Slogdet slogdet(Tensor a) {
        Matrices.checkSquare("slogdet", a);
        LogDeterminant op = new LogDeterminant();
        Tensor log = Autograd.apply(op, a);
        return new Linalg.Slogdet(op.sign, log);
    }

    private static final class LogDeterminant extends UnaryOp {
        private Tensor sign;
        private boolean singular; // one of the matrices: the gradient is infinite there, and no error
        private Saved a;

        @Override
        public String name() {
            return "slogdet";
        }

        @Override
        protected Tensor forward(Tensor x) {
            a = saveFor(LHS, x);
            Factors f = Factors.of(x);
            singular = Arrays.stream(f.zeros).anyMatch(z -> z > 0);
            Tensor diagonal = Matrices.diagonal(f.lu);
            sign = diagonal.sign().prod(-1, false).mul(f.parity());
            return diagonal.abs().log().sum(-1);
        }

        @Override
        protected Tensor grad(Tensor g) {
            Tensor x = a.get();
            if (x.numel() == 0) {
                return x.zerosLike();
            }
            return Matrices.perMatrix(g).mul((singular ? Factors.of(x).inverse() : inv(x)).mT());
        }
    }

    /** Logarithms of determinants; NaN where one is negative. */
    public static Tensor logdet(Tensor a) {
        Matrices.checkSquare("logdet", a);
        Linalg.Slogdet d = slogdet(a);
        return d.logabsdet().maskedFill(d.sign().lt(0), Double.NaN);
    }

    /** Inverses. */
    public static Tensor inv(Tensor a) {
        Matrices.checkSquare("inv", a);
        return Autograd.apply(new Inverse(), a);
    }

    private static final class Inverse extends UnaryOp {
        private Saved y;

        @Override
        public String name() {
            return "inv";
        }

        @Override
        protected Tensor forward(Tensor a) {
            Factors f = Factors.of(a);
            Matrices.check(name(), a, SINGULAR, f.zeros);
            Tensor out = f.solve(Matrices.identity(a), false);
            y = saveResult(out);
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            Tensor t = y.get().mT();
            return t.matmul(g).matmul(t).neg();
        }
    }

    /** {@code x} with {@code a x = b}; b is a batch of vectors if it has one dimension less than {@code a}, or one. */
    public static Tensor solve(Tensor a, Tensor b) {
        Matrices.checkSquare("solve", a);
        Matmul.checkTypes("solve", a, b);
        boolean vector = b.dim() == 1 || b.dim() == a.dim() - 1 && b.shape().equals(a.shape().dropLast(1));
        Tensor right = vector ? b.unsqueeze(-1) : b;
        if (right.dim() < 2 || right.size(-2) != a.size(-1)) {
            throw new ShapeException("solve: b %s does not fit the matrices a %s: it needs %d rows", b.shape(), a.shape(), a.size(-1));
        }
        Tensor[] wide = Matrices.broadcastBatch("solve", a, right);
        Tensor x = Autograd.apply(new Solution(), wide[0], wide[1]);
        return vector ? x.squeeze(-1) : x;
    }

    private static final class Solution extends BinaryOp {
        private Factors factors;
        private Saved a;
        private Saved x;

        @Override
        public String name() {
            return "solve";
        }

        @Override
        protected Tensor forward(Tensor left, Tensor right) {
            Factors f = Factors.of(left);
            Matrices.check(name(), left, SINGULAR, f.zeros);
            Tensor out = f.solve(right, false);
            factors = isRecorded() ? f : null;
            a = save(left);
            x = saveResult(out);
            return out;
        }

        @Override
        protected Tensor gradLhs(Tensor g) {
            return gradRhs(g).matmul(x.get().mT()).neg();
        }

        @Override
        protected Tensor gradRhs(Tensor g) {
            Tensor transposed = a.get().mT();
            return Autograd.isGradEnabled() ? solve(transposed, g) : factors.solve(g, true); // the second is cheaper, but has no gradient
        }
    }

    /** Factors in one matrix, and row exchanges. */
    public static Linalg.LUFactor luFactor(Tensor a) {
        Matrices.checkMatrix("luFactor", a);
        return luFactor(new LuFactors(true), a);
    }

    private static Linalg.LUFactor luFactor(LuFactors op, Tensor a) {
        Tensor lu = Autograd.apply(op, a);
        return new Linalg.LUFactor(lu, op.pivots);
    }

    private static final class LuFactors extends UnaryOp {
        private final boolean forSolving;
        private Tensor pivots;
        private Saved y;

        LuFactors(boolean forSolving) {
            this.forSolving = forSolving;
        }

        @Override
        public String name() {
            return "luFactor";
        }

        @Override
        protected Tensor forward(Tensor a) {
            Tensor lu = Pointwise.rowMajor(a);
            pivots = Tensor.empty(a.shape().dropLast(2).append(Math.min(a.size(-2), a.size(-1))), DType.INT32, a.device());
            int[] zeros = Backend.of(a).linalg().lu(a, lu, pivots);
            if (forSolving) {
                Matrices.check(name(), a, "is singular: element %d of u's diagonal is 0; Linalg.lu takes such matrices", zeros);
            }
            y = saveResult(lu);
            return lu;
        }

        /** The square part's formula, after the rectangular rest has been solved for in terms of it. */
        @Override
        protected Tensor grad(Tensor g) {
            Tensor lu = y.get();
            int m = lu.size(-2);
            int n = lu.size(-1);
            int k = Math.min(m, n);
            Tensor square = lu.narrow(-2, 0, k).narrow(-1, 0, k);
            Tensor l = unitLower(square);
            Tensor u = square.triu();
            Tensor gSquare = g.narrow(-2, 0, k).narrow(-1, 0, k);
            Tensor gl = gSquare.tril(-1);
            Tensor gu = gSquare.triu();
            Tensor rest = null;
            if (m > k) { // l₂ = a₂ u⁻¹
                rest = Triangular.solve(u.mT(), g.narrow(-2, k, m - k), false, false, false);
                gu = gu.sub(lu.narrow(-2, k, m - k).mT().matmul(rest));
            } else if (n > k) { // u₂ = l⁻¹ a₂
                rest = Triangular.solve(l.mT(), g.narrow(-1, k, n - k), true, true, true);
                gl = gl.sub(rest.matmul(lu.narrow(-1, k, n - k).mT()));
            }
            Tensor inner = l.mT().matmul(gl).tril(-1).add(gu.matmul(u.mT()).triu());
            Tensor out = Triangular.solve(u.mT(), Triangular.solve(l.mT(), inner, true, true, true), false, false, false);
            if (rest != null) {
                out = Tensor.cat(m > k ? -2 : -1, out, rest);
            }
            return permutation(pivots, m, lu.dtype()).matmul(out);
        }
    }

    private static Tensor unitLower(Tensor lu) {
        int k = Math.min(lu.size(-2), lu.size(-1));
        return lu.narrow(-1, 0, k).tril(-1).add(Tensor.eye(lu.dtype(), lu.size(-2), k).to(lu.device()));
    }

    /** Permutation matrices of row exchanges, {@code (*, m, m)}: {@code a = p l u}. */
    private static Tensor permutation(Tensor pivots, int m, DType type) {
        int k = pivots.size(-1);
        long[] exchanges = pivots.toLongArray();
        int count = pivots.shape().dropLast(1).numel();
        long[] rows = new long[count * m];
        for (int b = 0; b < count; b++) {
            for (int i = 0; i < m; i++) {
                rows[b * m + i] = i;
            }
            for (int i = 0; i < k; i++) {
                int other = b * m + (int) exchanges[b * k + i] - 1;
                long swap = rows[b * m + i];
                rows[b * m + i] = rows[other];
                rows[other] = swap;
            }
        }
        Shape batch = pivots.shape().dropLast(1);
        Tensor order = Tensor.of(rows, rows.length).view(batch.append(1, m).toArray()).to(pivots.device());
        Tensor column = Tensor.arange(m).unsqueeze(1).to(pivots.device());
        return column.eq(order).to(type);
    }

    /** The three factors of {@code a = p l u}. */
    public static Linalg.LU lu(Tensor a) {
        Matrices.checkMatrix("lu", a);
        Linalg.LUFactor f = luFactor(new LuFactors(false), a);
        int k = Math.min(a.size(-2), a.size(-1));
        return new Linalg.LU(permutation(f.pivots(), a.size(-2), a.dtype()), unitLower(f.lu()), f.lu().narrow(-2, 0, k).triu());
    }

    /** {@code x} with {@code a x = b}, or transposed, from a's factors. */
    public static Tensor luSolve(Tensor lu, Tensor pivots, Tensor b, boolean transposed) {
        Matrices.checkSquare("luSolve", lu);
        Matmul.checkTypes("luSolve", lu, b);
        if (pivots.dtype() != DType.INT32 || !pivots.shape().equals(lu.shape().dropLast(1))) {
            throw new ShapeException("luSolve: pivots must be int32 %s for factors %s, got %s %s", lu.shape().dropLast(1), lu.shape(), pivots.dtype(),
                    pivots.shape());
        }
        if (b.dim() < 2 || b.size(-2) != lu.size(-1)) {
            throw new ShapeException("luSolve: b %s does not fit the factors %s: it needs %d rows", b.shape(), lu.shape(), lu.size(-1));
        }
        Tensor p = permutation(pivots, lu.size(-1), lu.dtype());
        if (transposed) {
            Tensor y = Triangular.solve(lu.mT(), b, false, true, false);
            return p.matmul(Triangular.solve(lu.mT(), y, true, true, true));
        }
        return Triangular.solve(lu, Triangular.solve(lu, p.mT().matmul(b), false, true, true), true, true, false);
    }

    /** The inverse of {@code a} seen as a matrix whose rows are its first {@code ind} dimensions. */
    public static Tensor tensorinv(Tensor a, int ind) {
        if (ind < 1) {
            throw new IllegalArgumentException("tensorinv: ind must be 1 or more, got " + ind);
        }
        int[] sizes = a.shape().toArray();
        int[] first = Arrays.copyOf(sizes, Math.min(ind, sizes.length));
        int[] rest = Arrays.copyOfRange(sizes, first.length, sizes.length);
        int rows = Shape.of(first).numel();
        int columns = Shape.of(rest).numel();
        if (rows != columns) {
            throw new ShapeException("tensorinv: the first %d dimensions of %s must have as many elements as the others, got %d and %d", ind, a.shape(), rows,
                    columns);
        }
        return Linalg.inv(a.reshape(rows, columns)).reshape(Shape.of(rest).append(first).toArray());
    }

    /** {@code x} with {@code tensordot(a, x, x.dim()) = b}, after {@code dims} of a are moved to its end. */
    public static Tensor tensorsolve(Tensor a, Tensor b, int... dims) {
        int[] ends = new int[dims.length];
        Arrays.setAll(ends, i -> a.dim() - dims.length + i);
        Tensor moved = dims.length == 0 ? a : a.moveAxis(dims, ends);
        int[] sizes = moved.shape().toArray();
        int n = b.numel();
        int[] rest = Arrays.copyOfRange(sizes, Math.min(b.dim(), sizes.length), sizes.length);
        if (!Arrays.equals(Arrays.copyOf(sizes, b.dim()), b.shape().toArray()) || Shape.of(rest).numel() != n) {
            throw new ShapeException("tensorsolve: a %s must have the sizes of b %s, and then as many elements again", moved.shape(), b.shape());
        }
        return Linalg.solve(moved.reshape(n, n), b.reshape(n)).reshape(rest);
    }
}
