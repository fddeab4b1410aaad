package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Function;
import io.candela.autograd.GraphException;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.Linalg;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** Orthogonal factorizations of matrices: QR, eigenvalues of symmetric ones, singular values. Gradients are PyTorch's formulas. */
public final class Factorizations {
    private static final String NO_CONVERGENCE = "led to no convergence (code %d)";

    private Factorizations() {}

    // ---- QR ----

    /**
     * Orthonormal columns and an upper triangle.
     *
     * @param mode reduced, complete or r
     */
    public static Linalg.QR qr(Tensor a, String mode) {
        Matrices.checkMatrix("qr", a);
        if (!mode.equals("reduced") && !mode.equals("complete") && !mode.equals("r")) {
            throw new IllegalArgumentException("qr: mode must be reduced, complete or r, got " + mode);
        }
        int m = a.size(-2);
        int n = a.size(-1);
        if (mode.equals("r")) {
            return new Linalg.QR(Tensor.empty(Shape.of(0), a.dtype(), a.device()), Autograd.apply(new OnlyR(), a));
        }
        if (m >= n) {
            Tensor[] f = Autograd.apply(new TallQr(mode.equals("complete") ? m : n), a);
            return new Linalg.QR(f[0], f[1]);
        }
        Tensor[] f = Autograd.apply(new TallQr(m), a.narrow(-1, 0, m));
        return new Linalg.QR(f[0], Tensor.cat(-1, f[1], f[0].mT().matmul(a.narrow(-1, m, n - m))));
    }

    private static final class OnlyR extends UnaryOp {
        @Override
        public String name() {
            return "qr";
        }

        @Override
        protected Tensor forward(Tensor a) {
            Tensor r = Matrices.empty(a, Math.min(a.size(-2), a.size(-1)), a.size(-1));
            Backend.of(a).linalg().qr(a, null, r);
            return r;
        }

        @Override
        protected Tensor grad(Tensor g) {
            throw new GraphException("qr: the gradient needs q, which mode r does not compute; use mode reduced");
        }
    }

    /** Of matrices with at least as many rows as columns. */
    private static final class TallQr extends Function {
        private final int width; // columns of q
        private Saved q;
        private Saved r;

        TallQr(int width) {
            this.width = width;
        }

        @Override
        public String name() {
            return "qr";
        }

        @Override
        protected Tensor[] forward(Tensor... xs) {
            Tensor a = xs[0];
            Tensor[] out = {Matrices.empty(a, a.size(-2), width), Matrices.empty(a, width, a.size(-1))};
            Backend.of(a).linalg().qr(a, out[0], out[1]);
            q = saveResult(out[0]);
            r = saveResult(out[1]);
            return out;
        }

        @Override
        protected Tensor[] backward(Tensor... gs) {
            Tensor upper = r.get();
            if (width > upper.size(-1)) {
                throw new GraphException("qr: mode complete has no gradient where there are more rows (%d) than columns (%d); use mode reduced", width,
                        upper.size(-1));
            }
            Tensor x = gs[1].matmul(upper.mT()).sub(q.get().mT().matmul(gs[0])).triu();
            x = x.add(x.triu(1).mT());
            return new Tensor[] {Triangular.solve(upper.mT(), gs[0].add(q.get().matmul(x)), false, false, false)};
        }
    }

    // ---- symmetric eigenvalues ----

    /** Eigenvalues and eigenvectors of symmetric matrices. */
    public static Linalg.Eigh eigh(Tensor a, boolean upper) {
        checkSymmetric("eigh", a);
        Tensor[] f = Autograd.apply(new SymmetricEigen(upper), a);
        return new Linalg.Eigh(f[0], f[1]);
    }

    private static void checkSymmetric(String who, Tensor a) {
        Matrices.checkSquare(who, a);
        Matrices.checkFinite(who, a);
    }

    /** Eigenvalues of symmetric matrices. */
    public static Tensor eigvalsh(Tensor a, boolean upper) {
        checkSymmetric("eigvalsh", a);
        return Autograd.apply(new EigenvaluesOnly(upper), a);
    }

    /** The vectors are computed when a gradient asks for them. */
    private static final class EigenvaluesOnly extends UnaryOp {
        private final boolean upper;
        private Saved a;

        EigenvaluesOnly(boolean upper) {
            this.upper = upper;
        }

        @Override
        public String name() {
            return "eigvalsh";
        }

        @Override
        protected Tensor forward(Tensor x) {
            a = saveFor(LHS, x);
            Tensor values = Matrices.empty(x, x.size(-1));
            Matrices.check(name(), x, NO_CONVERGENCE, Backend.of(x).linalg().eigh(x, upper, values, null));
            return values;
        }

        @Override
        protected Tensor grad(Tensor g) {
            Tensor v = eigh(a.get(), upper).eigenvectors();
            return v.mul(g.unsqueeze(-2)).matmul(v.mT());
        }
    }

    private static final class SymmetricEigen extends Function {
        private final boolean upper;
        private Saved w;
        private Saved v;

        SymmetricEigen(boolean upper) {
            this.upper = upper;
            setMaterializeGrads(false);
        }

        @Override
        public String name() {
            return "eigh";
        }

        @Override
        protected Tensor[] forward(Tensor... xs) {
            Tensor a = xs[0];
            Tensor[] out = {Matrices.empty(a, a.size(-1)), Pointwise.rowMajor(a)};
            Matrices.check(name(), a, NO_CONVERGENCE, Backend.of(a).linalg().eigh(a, upper, out[0], out[1]));
            w = saveResult(out[0]);
            v = saveResult(out[1]);
            return out;
        }

        @Override
        protected Tensor[] backward(Tensor... gs) {
            Tensor vectors = v.get();
            if (gs[1] == null) { // equal eigenvalues do no harm then
                return new Tensor[] {vectors.mul(gs[0].unsqueeze(-2)).matmul(vectors.mT())};
            }
            Tensor inner = vectors.mT().matmul(gs[1]).mul(gaps(w.get()));
            inner = gs[0] == null ? inner : inner.add(gs[0].diagEmbed());
            return new Tensor[] {vectors.matmul(inner).matmul(vectors.mT())};
        }
    }

    /** {@code 1 / (wⱼ − wᵢ)}, and 0 on the diagonal. */
    private static Tensor gaps(Tensor w) {
        Tensor differences = w.unsqueeze(-2).sub(w.unsqueeze(-1));
        Tensor diagonal = Matrices.diagonalMask(differences);
        return differences.maskedFill(diagonal, 1).reciprocal().maskedFill(diagonal, 0);
    }

    // ---- singular values ----

    /** Singular values and vectors; with {@code full}, the vectors are completed to bases, of which that part has no gradient. */
    public static Linalg.SVD svd(Tensor a, boolean full) {
        Matrices.checkMatrix("svd", a);
        Matrices.checkFinite("svd", a);
        Tensor[] f = Autograd.apply(new SingularVectors(full), a);
        return new Linalg.SVD(f[0], f[1], f[2]);
    }

    /** Singular values. */
    public static Tensor svdvals(Tensor a) {
        Matrices.checkMatrix("svdvals", a);
        Matrices.checkFinite("svdvals", a);
        return Autograd.apply(new SingularValuesOnly(), a);
    }

    /** The vectors are computed when a gradient asks for them. */
    private static final class SingularValuesOnly extends UnaryOp {
        private Saved a;

        @Override
        public String name() {
            return "svdvals";
        }

        @Override
        protected Tensor forward(Tensor x) {
            a = saveFor(LHS, x);
            Tensor values = Matrices.empty(x, Math.min(x.size(-1), x.size(-2)));
            Matrices.check(name(), x, NO_CONVERGENCE, Backend.of(x).linalg().svd(x, null, values, null));
            return values;
        }

        @Override
        protected Tensor grad(Tensor g) {
            Linalg.SVD f = svd(a.get(), false);
            return f.u().mul(g.unsqueeze(-2)).matmul(f.vh());
        }
    }

    private static final class SingularVectors extends Function {
        private final boolean full;
        private Saved left;
        private Saved values;
        private Saved right;

        SingularVectors(boolean full) {
            this.full = full;
            setMaterializeGrads(false);
        }

        @Override
        public String name() {
            return "svd";
        }

        @Override
        protected Tensor[] forward(Tensor... xs) {
            Tensor a = xs[0];
            int m = a.size(-2);
            int n = a.size(-1);
            int k = Math.min(m, n);
            Tensor[] out = {Matrices.empty(a, m, full ? m : k), Matrices.empty(a, k), Matrices.empty(a, full ? n : k, n)};
            Matrices.check(name(), a, NO_CONVERGENCE, Backend.of(a).linalg().svd(a, out[0], out[1], out[2]));
            left = saveResult(out[0]);
            values = saveResult(out[1]);
            right = saveResult(out[2]);
            return out;
        }

        @Override
        protected Tensor[] backward(Tensor... gs) {
            Tensor s = values.get();
            int k = s.size(-1);
            Tensor u = left.get().narrow(-1, 0, k);
            Tensor vh = right.get().narrow(-2, 0, k);
            if (gs[0] == null && gs[2] == null) { // equal singular values do no harm then
                return new Tensor[] {u.mul(gs[1].unsqueeze(-2)).matmul(vh)};
            }
            Tensor e = gaps(s.square());
            Tensor row = s.unsqueeze(-2);
            Tensor inner = gs[1] == null ? s.zerosLike().diagEmbed() : gs[1].diagEmbed();
            Tensor outside = null;
            if (gs[0] != null) {
                Tensor g = gs[0].narrow(-1, 0, k);
                Tensor own = u.mT().matmul(g);
                inner = inner.add(own.sub(own.mT()).mul(e).mul(row));
                if (u.size(-2) > k) {
                    outside = g.sub(u.matmul(own)).div(row).matmul(vh);
                }
            }
            if (gs[2] != null) {
                Tensor g = gs[2].narrow(-2, 0, k);
                Tensor own = vh.matmul(g.mT());
                inner = inner.add(s.unsqueeze(-1).mul(own.sub(own.mT()).mul(e)));
                if (vh.size(-1) > k) {
                    Tensor part = u.div(row).matmul(g.sub(own.mT().matmul(vh)));
                    outside = outside == null ? part : outside.add(part);
                }
            }
            Tensor inside = u.matmul(inner).matmul(vh);
            return new Tensor[] {outside == null ? inside : inside.add(outside)};
        }
    }
}
