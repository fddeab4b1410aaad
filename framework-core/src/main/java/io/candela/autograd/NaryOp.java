package io.candela.autograd;

import io.candela.tensor.Tensor;

/** An operation on any number of tensors; an operand may be null where the operation says so. */
public abstract class NaryOp extends Op {
    Node[] inputs = {};

    /** Checks the operands and computes the result. Runs unrecorded. */
    protected abstract Tensor forward(Tensor... xs);

    /** The gradient of operand {@code input} from the result's; called only if it is needed. */
    protected abstract Tensor grad(int input, Tensor g);

    @Override
    final Node input(int input) {
        return input < inputs.length ? inputs[input] : null;
    }

    @Override
    final int inputCount() {
        return inputs.length;
    }

    @Override
    void backward(Tensor g, BackwardPass pass) {
        for (int i = 0; i < inputs.length; i++) {
            if (pass.wants(inputs[i])) {
                pass.send(inputs[i], grad(i, g));
            }
        }
    }
}
