package io.candela.autograd;

import io.candela.tensor.Tensor;

/** An operation on two tensors. */
public abstract class BinaryOp extends Op {
    Node lhs;
    Node rhs;

    /** Checks the operands and computes the result. Runs unrecorded. */
    protected abstract Tensor forward(Tensor a, Tensor b);

    /**
     * Whether an operand is copied to the other one's device if it is elsewhere. By default none is; element by element operations take a number,
     * a tensor without dimensions on the CPU, to any device, as PyTorch does.
     */
    protected boolean travels(Tensor operand) {
        return false;
    }

    /** The left operand's gradient from the result's; called only if it is needed. */
    protected abstract Tensor gradLhs(Tensor g);

    /** The right operand's gradient from the result's; called only if it is needed. */
    protected abstract Tensor gradRhs(Tensor g);

    @Override
    final Node input(int input) {
        return input == LHS ? lhs : rhs;
    }

    @Override
    final int inputCount() {
        return 2;
    }

    @Override
    final void backward(Tensor g, BackwardPass pass) {
        if (pass.wants(lhs)) {
            pass.send(lhs, gradLhs(g));
        }
        if (pass.wants(rhs)) {
            pass.send(rhs, gradRhs(g));
        }
    }
}
