package io.candela.optim.lr;

import io.candela.optim.Optimizer;

/**
 * Multiplies the learning rate by {@code gamma} every epoch, as {@code torch.optim.lr_scheduler.ExponentialLR}.
 */
public final class ExponentialLR extends LRScheduler {
    /** A fresh schedule. */
    public ExponentialLR(Optimizer optimizer, double gamma) {
        this(optimizer, gamma, -1);
    }

    /** @param lastEpoch see {@link #start} */
    public ExponentialLR(Optimizer optimizer, double gamma, int lastEpoch) {
        super(optimizer);
        state().put("gamma", gamma);
        start(lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        return isInitial() ? current : current * state().number("gamma");
    }

    @Override
    protected double firstLr(int group, double current) {
        return baseLr(group);
    }
}
