package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Powers and exponentials of square matrices, and products of reflections. */
public final class MatrixFunctions {
    private MatrixFunctions() {}

    /** Integer powers by repeated squaring; negative ones of the inverse. */
    public static Tensor power(Tensor a, int n) {
        if (a.dim() < 2 || a.size(-1) != a.size(-2)) {
            throw new ShapeException("matrixPower: matrices must be square, got %s", a.shape());
        }
        if (n < 0) {
            return power(Solutions.inv(a), Math.negateExact(n));
        }
        if (n == 0) {
            return Matrices.identity(a).clone();
        }
        Tensor out = null;
        Tensor square = a;
        for (int rest = n;; rest >>= 1) {
            if ((rest & 1) == 1) {
                out = out == null ? square : out.matmul(square);
            }
            if (rest == 1) {
                return out == a ? a.clone() : out;
            }
            square = square.matmul(square);
        }
    }

    /** Exponentials. */
    public static Tensor exp(Tensor a) {
        Matrices.checkSquare("matrixExp", a);
        return a.numel() == 0 ? a.clone() : Autograd.apply(new Exponential(), a);
    }

    /**
     * By Padé's approximant of degree 13 of a matrix halved until it is small, and as many squarings: Higham, The scaling and squaring method for
     * the matrix exponential revisited (2005). In float64, so that the squarings cost float32 nothing.
     */
    private static final class Exponential extends UnaryOp {
        private static final double[] PADE = {64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
            10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0};
        private static final double LARGEST = 5.371920351148152; // norm up to which the approximant is exact to rounding
        private Saved a;

        @Override
        public String name() {
            return "matrixExp";
        }

        @Override
        protected Tensor forward(Tensor x) {
            a = saveFor(LHS, x);
            Tensor wide = x.to(DType.FLOAT64);
            double norm = wide.abs().sum(-2).amax(false).item();
            if (!(norm < Double.MAX_VALUE)) {
                return Tensor.full(x.shape(), Double.NaN, x.dtype(), x.device());
            }
            int halvings = norm <= LARGEST ? 0 : (int) Math.ceil(Math.log(norm / LARGEST) / Math.log(2));
            Tensor m = wide.mul(Math.scalb(1.0, -halvings));
            Tensor one = Matrices.identity(m);
            Tensor m2 = m.matmul(m);
            Tensor m4 = m2.matmul(m2);
            Tensor m6 = m4.matmul(m2);
            Tensor odd = m.matmul(m6.matmul(sum(m6, 13, m4, 11, m2, 9)).add(sum(m6, 7, m4, 5, m2, 3)).add(one.mul(PADE[1])));
            Tensor even = m6.matmul(sum(m6, 12, m4, 10, m2, 8)).add(sum(m6, 6, m4, 4, m2, 2)).add(one.mul(PADE[0]));
            Tensor y = Solutions.solve(even.sub(odd), even.add(odd));
            for (int i = 0; i < halvings; i++) {
                y = y.matmul(y);
            }
            return y.to(x.dtype());
        }

        private static Tensor sum(Tensor m6, int i, Tensor m4, int j, Tensor m2, int k) {
            return m6.mul(PADE[i]).add(m4.mul(PADE[j])).add(m2.mul(PADE[k]));
        }

        /** The upper right part of the exponential of {@code (aᵀ g; 0 aᵀ)}. */
        @Override
        protected Tensor grad(Tensor g) {
            Tensor t = a.get().mT();
            int n = t.size(-1);
            Tensor upper = Tensor.cat(-1, t, g);
            Tensor lower = Tensor.cat(-1, t.zerosLike(), t);
            return exp(Tensor.cat(-2, upper, lower)).narrow(-2, 0, n).narrow(-1, n, n);
        }
    }

    /** The first columns of a product of reflections {@code 1 − tᵢ vᵢ vᵢᵀ}, whose vectors lie below the diagonal and have a 1 on it. */
    public static Tensor householderProduct(Tensor a, Tensor tau) {
        Matrices.checkMatrix("householderProduct", a);
        Matmul.checkTypes("householderProduct", a, tau);
        int m = a.size(-2);
        int n = a.size(-1);
        Shape batch = a.shape().dropLast(2);
        if (m < n || tau.dim() != a.dim() - 1 || !tau.shape().dropLast(1).equals(batch) || tau.size(-1) > n) {
            throw new ShapeException("householderProduct: matrices (*, m, n) with m of n or more and tau (*, k) with k up to n are needed, got %s and %s",
                    a.shape(), tau.shape());
        }
        Tensor ones = Tensor.eye(a.dtype(), m, n).to(a.device());
        Tensor vectors = a.tril(-1).add(ones);
        Tensor out = ones.expand(a.shape().toArray());
        for (int i = tau.size(-1) - 1; i >= 0; i--) {
            Tensor v = vectors.narrow(-1, i, 1);
            out = out.sub(v.mul(Matrices.perMatrix(tau.select(-1, i))).matmul(v.mT().matmul(out)));
        }
        return out.isContiguous() ? out : out.contiguous();
    }
}
