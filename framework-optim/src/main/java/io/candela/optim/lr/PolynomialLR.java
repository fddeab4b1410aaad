package io.candela.optim.lr;

import io.candela.optim.Optimizer;

/**
 * Lets the learning rate fall to 0 in {@code totalIters} epochs as {@code (1 − epoch / totalIters)^power}, as
 * {@code torch.optim.lr_scheduler.PolynomialLR}.
 */
public final class PolynomialLR extends LRScheduler {
    /** Evenly, in 5 epochs. */
    public PolynomialLR(Optimizer optimizer) {
        this(optimizer, 5, 1);
    }

    /** A fresh schedule. */
    public PolynomialLR(Optimizer optimizer, int totalIters, double power) {
        this(optimizer, totalIters, power, -1);
    }

    /** @param lastEpoch see {@link #start} */
    public PolynomialLR(Optimizer optimizer, int totalIters, double power, int lastEpoch) {
        super(optimizer);
        state().put("total_iters", totalIters).put("power", power);
        start(lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        double total = state().integer("total_iters");
        int epoch = lastEpoch();
        if (isInitial() || epoch > total) {
            return current;
        }
        return current * Math.pow((1 - epoch / total) / (1 - (epoch - 1) / total), state().number("power"));
    }

    @Override
    protected double firstLr(int group, double current) {
        return baseLr(group);
    }
}
