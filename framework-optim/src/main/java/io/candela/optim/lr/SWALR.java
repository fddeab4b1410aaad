package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import java.util.List;

/**
 * Lets each group's learning rate go to a constant one in {@code annealEpochs} epochs, for averaging weights from then on, as
 * {@code torch.optim.swa_utils.SWALR}. The value to go to is kept as the group's option {@code swa_lr}.
 */
public final class SWALR extends LRScheduler {
    /** The same learning rate for all groups, in 10 epochs along a cosine. */
    public SWALR(Optimizer optimizer, double swaLr) {
        this(optimizer, swaLr, 10, "cos");
    }

    /** The same learning rate for all groups. */
    public SWALR(Optimizer optimizer, double swaLr, int annealEpochs, String annealStrategy) {
        this(optimizer, new double[] {swaLr}, annealEpochs, annealStrategy, -1);
    }

    /**
     * @param swaLrs         for all groups or each
     * @param annealStrategy {@code cos} or {@code linear}
     * @param lastEpoch      see {@link #start}
     * @throws IllegalArgumentException if there is not a learning rate for each group, the epochs are negative, or the strategy is unknown
     */
    public SWALR(Optimizer optimizer, double[] swaLrs, int annealEpochs, String annealStrategy, int lastEpoch) {
        super(optimizer);
        List<Double> perGroup = perGroup("swaLrs", swaLrs);
        checkStrategy(annealStrategy);
        if (annealEpochs < 0) {
            throw new IllegalArgumentException("SWALR: annealEpochs must be 0 or more, got " + annealEpochs);
        }
        for (int i = 0; i < groups().size(); i++) {
            groups().get(i).set("swa_lr", perGroup.get(i));
        }
        state().put("_anneal_strategy", annealStrategy).put("anneal_epochs", annealEpochs);
        start(lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        double target = groups().get(group).number("swa_lr");
        int epochs = state().integer("anneal_epochs");
        int step = epochs == 0 ? Math.max(1, stepCount() - 1) : stepCount() - 1;
        double before = annealed(step - 1, epochs);
        double first = before == 1 ? target : (current - before * target) / (1 - before);
        double now = annealed(step, epochs);
        return target * now + first * (1 - now);
    }

    /** How much of the way is done, from 0 to 1. */
    private double annealed(int step, int epochs) {
        double t = Math.max(0, Math.min(1, (double) step / Math.max(1, epochs)));
        return state().text("_anneal_strategy").equals("cos") ? (1 - Math.cos(Math.PI * t)) / 2 : t;
    }
}
