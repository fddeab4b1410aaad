package io.candela.optim.lr;

import io.candela.optim.Optimizer;

/**
 * Multiplies the learning rate by a factor that goes evenly from {@code startFactor} to {@code endFactor} in {@code totalIters} epochs, as
 * {@code torch.optim.lr_scheduler.LinearLR}: a warm-up.
 */
public final class LinearLR extends LRScheduler {
    /** From a third to the full learning rate in 5 epochs. */
    public LinearLR(Optimizer optimizer) {
        this(optimizer, 1.0 / 3, 1, 5);
    }

    /** A fresh schedule. */
    public LinearLR(Optimizer optimizer, double startFactor, double endFactor, int totalIters) {
        this(optimizer, startFactor, endFactor, totalIters, -1);
    }

    /**
     * @param lastEpoch see {@link #start}
     * @throws IllegalArgumentException if the first factor is not in (0, 1] or the last not in [0, 1]
     */
    public LinearLR(Optimizer optimizer, double startFactor, double endFactor, int totalIters, int lastEpoch) {
        super(optimizer);
        if (!(startFactor > 0 && startFactor <= 1 && endFactor >= 0 && endFactor <= 1)) {
            throw new IllegalArgumentException("LinearLR: startFactor must be above 0 and at most 1, endFactor between 0 and 1, got %s and %s"
                    .formatted(startFactor, endFactor));
        }
        state().put("start_factor", startFactor).put("end_factor", endFactor).put("total_iters", totalIters);
        start(lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        double first = state().number("start_factor");
        double last = state().number("end_factor");
        int total = state().integer("total_iters");
        int epoch = lastEpoch();
        if (epoch == 0) {
            return current * first;
        }
        return isInitial() || epoch > total ? current : current * (1 + (last - first) / (total * first + (epoch - 1) * (last - first)));
    }

    @Override
    protected double firstLr(int group, double current) {
        return baseLr(group) * state().number("start_factor");
    }
}
