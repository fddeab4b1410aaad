package io.candela.optim.lr;

import java.util.List;

/** Steps several schedulers one after the other, each changing what the one before left, as {@code torch.optim.lr_scheduler.ChainedScheduler}. */
public final class ChainedScheduler extends CompositeScheduler {
    /**
     * @param schedulers all of one optimizer; they are stepped by this scheduler from now on
     * @throws IllegalArgumentException if there is no scheduler, they belong to different optimizers, or one is a {@link ReduceLROnPlateau}
     */
    public ChainedScheduler(List<? extends LRScheduler> schedulers) {
        super(schedulers.isEmpty() ? null : schedulers.get(0).optimizer(), schedulers);
        noteLrs();
    }

    /** The first scheduler's epoch. */
    @Override
    public int lastEpoch() {
        return schedulers.get(0).lastEpoch();
    }

    /** Steps every scheduler. */
    @Override
    public void step() {
        schedulers.forEach(LRScheduler::step);
        noteLrs();
    }
}
