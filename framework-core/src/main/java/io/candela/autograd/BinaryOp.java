package io.candela.autograd;

import io.candela.tensor.Tensor;

/** An operation on two tensors. */
public abstract class BinaryOp extends Op {
    Node lhs;
    Node rhs;

    /** Checks the operands and computes the result. Runs unrecorded. */
    protected abstract Tensor forward(Tensor a, Tensor b);

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
