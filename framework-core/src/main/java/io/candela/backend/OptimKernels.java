package io.candela.backend;

import io.candela.tensor.Tensor;

/**
 * Optimizer updates: one pass over parameter, gradient and state, and one call for many parameters, so that small ones cost little each.
 *
 * <p>Of every array the first {@code count} entries are used. The tensors at one position are contiguous, of one shape and floating point type.
 */
public interface OptimKernels {
    /**
     * SGD of {@code torch.optim.SGD}.
     *
     * @param momentumBuffers null without momentum
     * @param firstStep       whether the buffers are new, and so take the undamped gradient
     */
    void sgd(int count, Tensor[] params, Tensor[] grads, Tensor[] momentumBuffers, boolean firstStep, double lr, double momentum,
            double dampening, double weightDecay, boolean nesterov, boolean maximize);

    /**
     * Adam of {@code torch.optim.Adam} and, with {@code decoupled}, AdamW.
     *
     * @param maxExpAvgSqs null without amsgrad
     * @param step         number of this step, from 1, the same for all
     */
    void adam(int count, Tensor[] params, Tensor[] grads, Tensor[] expAvgs, Tensor[] expAvgSqs, Tensor[] maxExpAvgSqs, long step, double lr,
            double beta1, double beta2, double eps, double weightDecay, boolean decoupled, boolean maximize);
}
