package io.candela.autograd;

import io.candela.tensor.Tensor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Where tensors' hooks are registered. Internal: use {@link Tensor#registerHook} and {@link Tensor#registerPostAccumulateGradHook}. */
public final class Hooks {
    private Hooks() {}

    /** A hook on the gradient of a tensor. */
    public static HookHandle register(Tensor tensor, UnaryOperator<Tensor> hook) {
        if (!tensor.requiresGrad()) {
            throw new GraphException("registerHook: %s does not require a gradient", tensor.shape());
        }
        return tensor.gradNode().extras().add(hook);
    }

    /** A hook for after the accumulation of a leaf's gradient. */
    public static HookHandle registerAfterwards(Tensor tensor, Consumer<Tensor> hook) {
        if (!tensor.requiresGrad() || !tensor.isLeaf()) {
            throw new GraphException("registerPostAccumulateGradHook: %s is not a leaf that requires a gradient", tensor.shape());
        }
        return tensor.gradNode().extras().addAfterwards(hook);
    }
}
