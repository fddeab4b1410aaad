package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Matrix products of all ranks, brought to the two that {@link Matmul} knows. */
public final class Products {
    private Products() {}

    /** PyTorch's matmul. */
    public static Tensor matmul(Tensor a, Tensor b) {
        if (Autocast.concerns(Autocast.Rule.LOWER, a)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> matmul(t[0], t[1]), a, b);
        }
        if (a.dim() == 0 || b.dim() == 0) {
            throw new ShapeException("matmul: both operands need at least one dimension: lhs %s, rhs %s; use mul for scalars", a.shape(), b.shape());
        }
        if (a.dim() == 1) {
            return matmul(a.unsqueeze(0), b).squeeze(b.dim() == 1 ? 0 : -2);
        }
        if (b.dim() == 1) {
            return matmul(a, b.unsqueeze(1)).squeeze(-1);
        }
        if (a.dim() == 2 && b.dim() == 2) {
            return Autograd.apply(new Matmul(), a, b);
        }
        if (b.dim() == 2) { // all leading dimensions are rows
            Matmul.checkTypes("matmul", a, b);
            if (a.size(-1) == b.size(0)) {
                return a.reshape(rows(a), a.size(-1)).matmul(b).reshape(a.shape().dropLast(1).append(b.size(1)).toArray());
            }
        }
        if (a.dim() == 3 && b.dim() == 3) {
            return Autograd.apply(new Matmul(), a, b);
        }
        Shape batch = Shape.broadcast("matmul", a.shape().dropLast(2), b.shape().dropLast(2));
        Tensor product = Autograd.apply(new Matmul(), stack(a, batch), stack(b, batch));
        return product.reshape(batch.append(a.size(-2), b.size(-1)).toArray());
    }

    private static int rows(Tensor a) {
        return a.shape().dropLast(1).numel();
    }

    /** Leading dimensions merged into one: of size 1 if there is nothing to go through, else stretched to {@code batch}. */
    private static Tensor stack(Tensor x, Shape batch) {
        Shape own = x.shape().dropLast(2);
        int n = own.numel() == 1 ? 1 : batch.numel();
        Tensor wide = n == 1 ? x : x.expand(batch.append(x.size(-2), x.size(-1)).toArray());
        return wide.reshape(n, x.size(-2), x.size(-1));
    }

    /** Two matrices. */
    public static Tensor mm(Tensor a, Tensor b) {
        if (Autocast.concerns(Autocast.Rule.LOWER, a)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> mm(t[0], t[1]), a, b);
        }
        if (a.dim() != 2 || b.dim() != 2) {
            throw new ShapeException("mm: both operands must be matrices: lhs %s, rhs %s; matmul takes other ranks", a.shape(), b.shape());
        }
        return Autograd.apply(new Matmul(), a, b);
    }

    /** Two stacks of matrices. */
    public static Tensor bmm(Tensor a, Tensor b) {
        if (Autocast.concerns(Autocast.Rule.LOWER, a)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> bmm(t[0], t[1]), a, b);
        }
        if (a.dim() != 3 || b.dim() != 3 || a.size(0) != b.size(0)) {
            throw new ShapeException("bmm: both operands must be (batch, rows, columns) with one batch size: lhs %s, rhs %s", a.shape(), b.shape());
        }
        return Autograd.apply(new Matmul(), a, b);
    }

    /** Two vectors. */
    public static Tensor dot(Tensor a, Tensor b) {
        if (a.dim() != 1 || b.dim() != 1 || a.size(0) != b.size(0)) {
            throw new ShapeException("dot: both operands must be vectors of one length: lhs %s, rhs %s", a.shape(), b.shape());
        }
        if (Autocast.concerns(Autocast.Rule.WIDEST_ON_CUDA, a)) {
            return Autocast.apply(Autocast.Rule.WIDEST_ON_CUDA, t -> dot(t[0], t[1]), a, b);
        }
        Matmul.checkTypes("dot", a, b);
        Tensor sum = a.mul(b).sum();
        return sum.dtype() == a.dtype() ? sum : sum.to(a.dtype());
    }
}
