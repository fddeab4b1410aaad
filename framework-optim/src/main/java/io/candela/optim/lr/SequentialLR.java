package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import io.candela.optim.ParamGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * One scheduler after the other, as {@code torch.optim.lr_scheduler.SequentialLR}: at each milestone the next one begins with its epoch 0.
 *
 * <pre>{@code
 * var scheduler = new SequentialLR(optimizer, List.of(new LinearLR(optimizer), new CosineAnnealingLR(optimizer, 95)), List.of(5));
 * }</pre>
 */
public final class SequentialLR extends CompositeScheduler {
    /**
     * @param schedulers all of this optimizer; they are stepped by this scheduler from now on
     * @param milestones the epochs at which the second, third, … begins
     * @throws IllegalArgumentException if there is no scheduler, one belongs to another optimizer or is a {@link ReduceLROnPlateau}, one but the
     *     first is itself made of schedulers (it cannot begin anew), or the milestones are not one less
     */
    public SequentialLR(Optimizer optimizer, List<? extends LRScheduler> schedulers, List<Integer> milestones) {
        super(optimizer, schedulers);
        if (milestones.size() != schedulers.size() - 1) {
            throw new IllegalArgumentException("SequentialLR: %d schedulers need %d milestones, got %d".formatted(schedulers.size(), schedulers.size() - 1,
                    milestones.size()));
        }
        for (int i = 1; i < schedulers.size(); i++) {
            if (schedulers.get(i) instanceof CompositeScheduler) {
                throw new IllegalArgumentException("SequentialLR: scheduler %d is a %s, which cannot begin at a milestone".formatted(i,
                        schedulers.get(i).name()));
            }
        }
        List<Object> epochs = new ArrayList<>();
        milestones.forEach(epoch -> epochs.add((long) epoch));
        state().put("_milestones", epochs).put("last_epoch", 0);
        for (ParamGroup group : groups()) {
            group.setLr(group.number("initial_lr"));
        }
        undo();
        LRScheduler active = this.schedulers.get(active(0));
        active.initialStep();
        state().put("_last_lr", new ArrayList<Object>(active.getLastLr()));
    }

    /** The number of the scheduler whose turn an epoch is. */
    private int active(int epoch) {
        int active = 0;
        for (Object milestone : (List<?>) state().value("_milestones")) {
            active += (Long) milestone <= epoch ? 1 : 0;
        }
        return active;
    }

    /** Goes to the next epoch of the scheduler whose turn it is. */
    @Override
    public void step() {
        int epoch = lastEpoch() + 1;
        int number = active(epoch);
        LRScheduler active = schedulers.get(number);
        if (number > 0 && (Long) ((List<?>) state().value("_milestones")).get(number - 1) == epoch) {
            active.restart();
        } else {
            active.step();
        }
        state().put("last_epoch", epoch).put("_last_lr", new ArrayList<Object>(active.getLastLr()));
    }
}
