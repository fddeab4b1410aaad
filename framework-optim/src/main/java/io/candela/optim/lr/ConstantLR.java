package io.candela.optim.lr;

import io.candela.optim.Optimizer;

/**
 * Multiplies the learning rate by {@code factor} for the first {@code totalIters} epochs, as {@code torch.optim.lr_scheduler.ConstantLR}.
 */
public final class ConstantLR extends LRScheduler {
    /** A third for 5 epochs. */
    public ConstantLR(Optimizer optimizer) {
        this(optimizer, 1.0 / 3, 5);
    }

    /** A fresh schedule. */
    public ConstantLR(Optimizer optimizer, double factor, int totalIters) {
        this(optimizer, factor, totalIters, -1);
    }

    /**
     * @param lastEpoch see {@link #start}
     * @throws IllegalArgumentException if the factor is not in [0, 1]
     */
    public ConstantLR(Optimizer optimizer, double factor, int totalIters, int lastEpoch) {
        super(optimizer);
        if (!(factor >= 0 && factor <= 1)) {
            throw new IllegalArgumentException("ConstantLR: factor must be between 0 and 1, got " + factor);
        }
        state().put("factor", factor).put("total_iters", totalIters);
        start(lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        if (lastEpoch() == 0) {
            return current * state().number("factor");
        }
        return lastEpoch() == state().integer("total_iters") ? current * (1 / state().number("factor")) : current;
    }

    @Override
    protected double firstLr(int group, double current) {
        return state().integer("total_iters") <= 0 ? baseLr(group) : baseLr(group) * state().number("factor");
    }
}
