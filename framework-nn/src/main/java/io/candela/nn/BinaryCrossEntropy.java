package io.candela.nn;

import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.tensor.Tensor;

/** −t ln p − (1 − t) ln (1 − p), with PyTorch's limits at 0 and 1: logarithms of −100, and a divisor of 1e-12 in the gradient. */
final class BinaryCrossEntropy extends BinaryOp {
    private static final double LEAST_LOG = -100;
    private static final double LEAST_DIVISOR = 1e-12;

    private Saved probability;
    private Saved target;

    @Override
    public String name() {
        return "binaryCrossEntropy";
    }

    @Override
    protected Tensor forward(Tensor p, Tensor t) {
        check("input", p, "; binaryCrossEntropyWithLogits takes any numbers");
        check("target", t, "");
        probability = save(p);
        target = saveFor(LHS, t);
        return t.sub(1.0).mul(log(p.rsub(1))).sub(t.mul(log(p)));
    }

    private static void check(String what, Tensor x, String remedy) {
        Tensor wrong = x.ge(0).logicalAnd(x.le(1)).logicalNot(); // NaN too
        if (wrong.any().item() != 0) {
            throw new IllegalArgumentException("binaryCrossEntropy: %s must be between 0 and 1, got %s%s".formatted(what,
                    x.maskedSelect(wrong).get(0).item(), remedy));
        }
    }

    private static Tensor log(Tensor p) {
        return p.log().clamp(LEAST_LOG, Double.POSITIVE_INFINITY);
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        Tensor p = probability.get();
        return g.mul(p.sub(target.get())).div(p.rsub(1).mul(p).clamp(LEAST_DIVISOR, Double.POSITIVE_INFINITY));
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        Tensor p = probability.get();
        return g.mul(log(p.rsub(1)).sub(log(p)));
    }
}
