package io.candela.ops;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.LinalgException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** What the operations on stacks of matrices share: checks, and tensors of related shapes. */
final class Matrices {
    private Matrices() {}

    static void checkFloating(String who, Tensor a) {
        if (!a.dtype().isFloating()) {
            throw new DTypeException("%s: needs floating point, got %s; convert with to(DType.FLOAT32)", who, a.dtype());
        }
    }

    static void checkMatrix(String who, Tensor a) {
        if (a.dim() < 2) {
            throw new ShapeException("%s: at least two dimensions are needed, got %s", who, a.shape());
        }
        checkFloating(who, a);
        if (a.dtype().isHalf()) {
            throw new DTypeException("%s: needs float32 or float64, got %s; convert with to(DType.FLOAT32)", who, a.dtype());
        }
    }

    static void checkSquare(String who, Tensor a) {
        if (a.dim() < 2 || a.size(-1) != a.size(-2)) {
            throw new ShapeException("%s: matrices must be square, got %s", who, a.shape());
        }
        checkMatrix(who, a);
    }

    /** Refuses infinities and NaN: iterations would not end. */
    static void checkFinite(String who, Tensor a) {
        Tensor finite = a.detach().isFinite();
        if (finite.all().item() == 0) {
            double[] ok = finite.flatten(-2, -1).all(-1, false).toDoubleArray();
            int i = 0;
            while (ok[i] != 0) {
                i++;
            }
            throw new LinalgException("%s: %s has elements that are not finite", who, which(i, a));
        }
    }

    /** Refuses matrices that a kernel could not cope with; {@code what} says why, with one %d for the kernel's code. */
    static void check(String who, Tensor a, String what, int... codes) {
        for (int i = 0; i < codes.length; i++) {
            if (codes[i] != 0) {
                throw new LinalgException("%s: %s " + what, who, which(i, a), codes[i]);
            }
        }
    }

    private static String which(int i, Tensor a) {
        return a.dim() == 2 ? "the matrix" : "matrix " + i + " of the batch";
    }

    /** Identity matrices in the shape and type of {@code a}; a view. */
    static Tensor identity(Tensor a) {
        return Tensor.eye(a.dtype(), a.size(-1), a.size(-1)).to(a.device()).expand(a.shape().toArray());
    }

    /** The main diagonal's places in square matrices of size n. */
    static Tensor diagonalMask(Tensor a) {
        return Tensor.eye(DType.BOOL, a.size(-1), a.size(-1)).to(a.device());
    }

    /** Room for results with {@code a}'s leading dimensions. */
    static Tensor empty(Tensor a, int... sizes) {
        return Tensor.empty(a.shape().dropLast(2).append(sizes), a.dtype(), a.device());
    }

    static Tensor diagonal(Tensor a) {
        return a.diagonal(0, -2, -1);
    }

    /** A number per matrix, in the shape of matrices. */
    static Tensor perMatrix(Tensor g) {
        return g.unsqueeze(-1).unsqueeze(-1);
    }

    /** The same leading dimensions on both. */
    static Tensor[] broadcastBatch(String who, Tensor a, Tensor b) {
        Shape batch = Shape.broadcast(who, a.shape().dropLast(2), b.shape().dropLast(2));
        return new Tensor[] {a.expand(batch.append(a.size(-2), a.size(-1)).toArray()), b.expand(batch.append(b.size(-2), b.size(-1)).toArray())};
    }
}
