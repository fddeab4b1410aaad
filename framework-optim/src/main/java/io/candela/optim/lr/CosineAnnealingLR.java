package io.candela.optim.lr;

import io.candela.optim.Optimizer;

/**
 * Lets the learning rate follow half a cosine wave down to {@code etaMin} in {@code tMax} epochs, and up again in the next {@code tMax}, as
 * {@code torch.optim.lr_scheduler.CosineAnnealingLR}.
 */
public final class CosineAnnealingLR extends LRScheduler {
    /** Down to 0. */
    public CosineAnnealingLR(Optimizer optimizer, int tMax) {
        this(optimizer, tMax, 0);
    }

    /** A fresh schedule. */
    public CosineAnnealingLR(Optimizer optimizer, int tMax, double etaMin) {
        this(optimizer, tMax, etaMin, -1);
    }

    /**
     * @param lastEpoch see {@link #start}
     * @throws IllegalArgumentException unless {@code tMax} is positive
     */
    public CosineAnnealingLR(Optimizer optimizer, int tMax, double etaMin, int lastEpoch) {
        super(optimizer);
        if (tMax <= 0) {
            throw new IllegalArgumentException("CosineAnnealingLR: tMax must be positive, got " + tMax);
        }
        state().put("T_max", tMax).put("eta_min", etaMin);
        start(lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        int half = state().integer("T_max");
        double lowest = state().number("eta_min");
        int epoch = lastEpoch();
        if (isInitial()) {
            return current;
        } else if (stepCount() == 1 && epoch > 0) {
            return lowest + (baseLr(group) - lowest) * (1 + Math.cos(epoch * Math.PI / half)) / 2;
        } else if (Math.floorMod(epoch - 1 - half, 2 * half) == 0) { // the wave's lowest point, from which no factor leads up
            return current + (baseLr(group) - lowest) * (1 - Math.cos(Math.PI / half)) / 2;
        }
        return (1 + Math.cos(Math.PI * epoch / half)) / (1 + Math.cos(Math.PI * (epoch - 1) / half)) * (current - lowest) + lowest;
    }

    @Override
    protected double firstLr(int group, double current) {
        return state().number("eta_min") + (baseLr(group) - state().number("eta_min")) * (1 + Math.cos(0)) / 2;
    }
}
