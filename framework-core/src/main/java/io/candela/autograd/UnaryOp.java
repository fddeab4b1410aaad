package io.candela.autograd;

import io.candela.tensor.Tensor;

/** An operation on one tensor. */
public abstract class UnaryOp extends Op {
    Node in;

    /** Checks the operand and computes the result. Runs unrecorded. */
    protected abstract Tensor forward(Tensor x);

    /** The operand's gradient from the result's. */
    protected abstract Tensor grad(Tensor g);

    @Override
    final Node input(int input) {
        return in;
    }

    @Override
    final int inputCount() {
        return 1;
    }

    @Override
    final void backward(Tensor g, BackwardPass pass) {
        if (pass.wants(in)) {
            pass.send(in, grad(g));
        }
    }
}
