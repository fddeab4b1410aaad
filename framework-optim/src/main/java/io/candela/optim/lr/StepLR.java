package io.candela.optim.lr;

import io.candela.optim.Optimizer;

/**
 * Multiplies the learning rate by {@code gamma} every {@code stepSize} epochs, as {@code torch.optim.lr_scheduler.StepLR}.
 */
public final class StepLR extends LRScheduler {
    /** A tenth every {@code stepSize} epochs. */
    public StepLR(Optimizer optimizer, int stepSize) {
        this(optimizer, stepSize, 0.1);
    }

    /** A fresh schedule. */
    public StepLR(Optimizer optimizer, int stepSize, double gamma) {
        this(optimizer, stepSize, gamma, -1);
    }

    /**
     * @param lastEpoch see {@link #start}
     * @throws IllegalArgumentException unless the step size is positive
     */
    public StepLR(Optimizer optimizer, int stepSize, double gamma, int lastEpoch) {
        super(optimizer);
        if (stepSize <= 0) {
            throw new IllegalArgumentException("StepLR: stepSize must be positive, got " + stepSize);
        }
        state().put("step_size", stepSize).put("gamma", gamma);
        start(lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        return lastEpoch() == 0 || lastEpoch() % state().integer("step_size") != 0 ? current : current * state().number("gamma");
    }

    @Override
    protected double firstLr(int group, double current) {
        return baseLr(group);
    }
}
