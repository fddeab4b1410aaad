package io.candela.optim.lr;

import io.candela.optim.Optimizer;

/**
 * Lets the learning rate follow half a cosine wave down to {@code etaMin} in {@code t0} epochs, and starts again from the top, each time for
 * {@code tMult} times as long, as {@code torch.optim.lr_scheduler.CosineAnnealingWarmRestarts}.
 */
public final class CosineAnnealingWarmRestarts extends LRScheduler {
    /** Down to 0, always for {@code t0} epochs. */
    public CosineAnnealingWarmRestarts(Optimizer optimizer, int t0) {
        this(optimizer, t0, 1, 0);
    }

    /** A fresh schedule. */
    public CosineAnnealingWarmRestarts(Optimizer optimizer, int t0, int tMult, double etaMin) {
        this(optimizer, t0, tMult, etaMin, -1);
    }

    /**
     * @param lastEpoch see {@link #start}
     * @throws IllegalArgumentException unless {@code t0} and {@code tMult} are positive
     */
    public CosineAnnealingWarmRestarts(Optimizer optimizer, int t0, int tMult, double etaMin, int lastEpoch) {
        super(optimizer);
        if (t0 <= 0 || tMult < 1) {
            throw new IllegalArgumentException("CosineAnnealingWarmRestarts: t0 and tMult must be positive, got %d and %d".formatted(t0, tMult));
        }
        state().put("T_0", t0).put("T_i", t0).put("T_mult", tMult).put("eta_min", etaMin).put("T_cur", lastEpoch);
        start(lastEpoch);
    }

    /** Goes to the next epoch. */
    @Override
    public void step() {
        if (lastEpoch() < 0) {
            goTo(0L);
            return;
        }
        Number passed = plus(1, (Number) state().value("T_cur"));
        int period = state().integer("T_i");
        if (passed.doubleValue() >= period) {
            passed = passed instanceof Long whole ? (Number) (whole % period) : (Number) (passed.doubleValue() % period);
            state().put("T_i", period * state().integer("T_mult"));
        }
        state().put("T_cur", passed).put("last_epoch", lastEpoch() + 1);
        setLrs(false);
    }

    private static Number plus(int more, Number n) {
        return n instanceof Long whole ? (Number) (whole + more) : (Number) (n.doubleValue() + more);
    }

    /**
     * Goes to any point, between epochs too: {@code step(epoch + batch / (double) batches)} after every batch.
     *
     * @throws IllegalArgumentException if the epoch is negative
     */
    public void step(double epoch) {
        if (!(epoch >= 0)) {
            throw new IllegalArgumentException("CosineAnnealingWarmRestarts: epoch must be 0 or more, got " + epoch);
        }
        goTo(epoch);
    }

    private void goTo(Number epoch) {
        int first = state().integer("T_0");
        int mult = state().integer("T_mult");
        double at = epoch.doubleValue();
        if (at < first) {
            state().put("T_i", first).put("T_cur", epoch);
        } else if (mult == 1) {
            state().put("T_cur", at % first);
        } else {
            int restarts = (int) (Math.log(at / first * (mult - 1) + 1) / Math.log(mult));
            double power = Math.pow(mult, restarts);
            state().put("T_cur", at - first * (power - 1) / (mult - 1)).put("T_i", (long) (first * power));
        }
        state().put("last_epoch", (long) Math.floor(at));
        setLrs(false);
    }

    @Override
    protected double lr(int group, double current) {
        double lowest = state().number("eta_min");
        return lowest + (baseLr(group) - lowest) * (1 + Math.cos(Math.PI * state().number("T_cur") / state().integer("T_i"))) / 2;
    }
}
