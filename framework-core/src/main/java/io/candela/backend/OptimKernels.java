package io.candela.backend;

import io.candela.tensor.Tensor;

/** One pass over parameter, gradient and state per optimizer step. All tensors of a call are contiguous, of one shape and type. */
public interface OptimKernels {
    /**
     * SGD of {@code torch.optim.SGD}.
     *
     * @param momentumBuffer null without momentum
     * @param firstStep      whether the buffer is new, and so takes the undamped gradient
     */
    void sgd(Tensor param, Tensor grad, Tensor momentumBuffer, boolean firstStep, double lr, double momentum, double dampening,
            double weightDecay, boolean nesterov, boolean maximize);

    /**
     * Adam of {@code torch.optim.Adam} and, with {@code decoupled}, AdamW.
     *
     * @param maxExpAvgSq null without amsgrad
     * @param step        number of this step, from 1
     */
    void adam(Tensor param, Tensor grad, Tensor expAvg, Tensor expAvgSq, Tensor maxExpAvgSq, long step, double lr, double beta1,
            double beta2, double eps, double weightDecay, boolean decoupled, boolean maximize);
}
