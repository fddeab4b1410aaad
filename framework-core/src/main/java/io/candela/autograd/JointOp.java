package io.candela.autograd;

import io.candela.tensor.Tensor;

/** An operation on any number of tensors whose gradients are computed together, such as in one pass over memory. */
public abstract class JointOp extends NaryOp {
    /**
     * The operands' gradients from the result's.
     *
     * @param needed which of them are asked for; one at least
     * @return one per operand; null where it is not needed
     */
    protected abstract Tensor[] grads(Tensor g, boolean... needed);

    @Override
    protected final Tensor grad(int input, Tensor g) {
        throw new AssertionError(name());
    }

    @Override
    final void backward(Tensor g, BackwardPass pass) {
        boolean[] needed = new boolean[inputs.length];
        boolean any = false;
        for (int i = 0; i < needed.length; i++) {
            needed[i] = pass.wants(inputs[i]);
            any |= needed[i];
        }
        if (!any) {
            return;
        }
        Tensor[] gradients = grads(g, needed);
        for (int i = 0; i < needed.length; i++) {
            if (needed[i]) {
                pass.send(inputs[i], gradients[i]);
            }
        }
    }
}
