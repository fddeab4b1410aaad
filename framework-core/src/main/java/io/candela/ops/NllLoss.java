package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Negative log likelihood of rows {@code (n, classes)} of log probabilities, for labels {@code (n)}. */
public final class NllLoss extends UnaryOp {
    /** What becomes of the losses of the rows. */
    public enum Reduction {
        /** One loss per row. */ NONE,
        /** Their mean, weighted by the labels' weights. */ MEAN,
        /** Their sum. */ SUM
    }

    private final Tensor target;
    private final Tensor weight;
    private final long ignoreIndex;
    private final Reduction reduction;
    private Shape operand;
    private Saved labels; // the target: refuses the gradient if it was changed meanwhile
    private Tensor totalWeight; // of the rows that count

    private NllLoss(Tensor target, Tensor weight, long ignoreIndex, Reduction reduction) {
        this.target = target;
        this.weight = weight;
        this.ignoreIndex = ignoreIndex;
        this.reduction = reduction;
    }

    /**
     * The loss.
     *
     * @param logp        {@code (n, classes)}
     * @param target      int64 {@code (n)}
     * @param weight      {@code (classes)}, or null for 1 each
     * @param ignoreIndex rows with this label count nothing
     * @throws ShapeException if sizes differ, or a label is neither a class nor {@code ignoreIndex}
     */
    public static Tensor apply(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Reduction reduction) {
        if (logp.dim() != 2 || target.dim() != 1 || logp.size(0) != target.size(0)) {
            throw new ShapeException("nllLoss: input must be (n, classes) and target (n), got input %s and target %s", logp.shape(), target.shape());
        }
        if (!logp.dtype().isFloating()) {
            throw new DTypeException("nllLoss: input needs floating point, got %s; convert with to(DType.FLOAT32)", logp.dtype());
        }
        if (target.dtype() == DType.UINT8) {
            return apply(logp, target.to(DType.INT64), weight, ignoreIndex, reduction);
        }
        if (target.dtype() != DType.INT64) {
            throw new DTypeException("nllLoss: target must be int64, got %s; convert with to(DType.INT64)", target.dtype());
        }
        if (weight != null && (weight.dim() != 1 || weight.size(0) != logp.size(1) || weight.dtype() != logp.dtype())) {
            throw new ShapeException("nllLoss: weight must be (%d) of %s, got %s of %s", logp.size(1), logp.dtype(), weight.shape(), weight.dtype());
        }
        if (!target.device().equals(logp.device())) {
            throw new io.candela.tensor.DeviceException("nllLoss: input is on %s, target on %s; move one with to(device)", logp.device(),
                    target.device());
        }
        return Autograd.apply(new NllLoss(target, weight, ignoreIndex, reduction), logp);
    }

    @Override
    public String name() {
        return "nllLoss";
    }

    @Override
    protected Tensor forward(Tensor logp) {
        operand = logp.shape();
        labels = saveFor(LHS, target);
        boolean each = reduction == Reduction.NONE;
        Tensor out = Tensor.empty(each ? target.shape() : Shape.SCALAR, logp.dtype(), logp.device());
        totalWeight = Tensor.empty(Shape.SCALAR, logp.dtype(), logp.device());
        Backend.of(logp).nn().nllLoss(logp, target, weight, ignoreIndex, each ? out : null, each ? null : out, reduction == Reduction.MEAN,
                totalWeight);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        labels.get();
        return Autograd.apply(new Spread(this), g);
    }

    /** The transpose of the pick: gradients of the losses at their labels' places. */
    private static final class Spread extends UnaryOp {
        private final NllLoss loss;

        Spread(NllLoss loss) {
            this.loss = loss;
        }

        @Override
        public String name() {
            return "nllLossBackward";
        }

        @Override
        protected Tensor forward(Tensor g) {
            Tensor out = Tensor.empty(loss.operand, g.dtype(), g.device());
            Backend.of(g).nn().nllLossGrad(g, loss.target, loss.weight, loss.ignoreIndex, loss.reduction == Reduction.MEAN ? loss.totalWeight : null, out);
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new NllLoss(loss.target, loss.weight, loss.ignoreIndex, loss.reduction), g);
        }
    }
}
