package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import io.candela.optim.ParamGroup;
import io.candela.tensor.StateDictException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Changes an optimizer's learning rates from epoch to epoch, as {@code torch.optim.lr_scheduler.LRScheduler}. The learning rate for epoch 0 is
 * set at once by the constructor; {@link #step()} goes to the next epoch, after the optimizer's own steps.
 *
 * <pre>{@code
 * var scheduler = new StepLR(optimizer, 30);
 * for (int epoch = 0; epoch < 100; epoch++) {
 *     train(optimizer);
 *     scheduler.step();
 * }
 * }</pre>
 *
 * <p>Most schedules compute a learning rate from the one before, so that schedulers can be chained and learning rates changed by hand. Each group
 * keeps the learning rate that it began with as its option {@code initial_lr}.
 *
 * <p>A subclass puts its values into {@link #state()}, calls {@link #start} at the end of its constructor, and says what the next learning rate is.
 */
public abstract class LRScheduler {
    private final Optimizer optimizer;
    private final ScheduleState state = new ScheduleState();
    private boolean restored; // from a state dict: what the optimizer did before is not known

    /** @param optimizer whose learning rates are set */
    protected LRScheduler(Optimizer optimizer) {
        this.optimizer = optimizer;
    }

    /**
     * Begins, at epoch {@code lastEpoch} + 1.
     *
     * @param lastEpoch −1 to begin with the optimizer's present learning rates; otherwise the epoch after which an interrupted run goes on
     * @throws IllegalArgumentException if a group has no {@code initial_lr} though the epoch is not −1
     */
    protected final void start(int lastEpoch) {
        List<ParamGroup> groups = groups();
        for (int i = 0; i < groups.size(); i++) {
            ParamGroup group = groups.get(i);
            if (lastEpoch != -1 && !group.options().containsKey("initial_lr")) {
                throw new IllegalArgumentException(("%s: lastEpoch is %d, but group %d has no initial_lr; load the optimizer's state first, or leave "
                        + "lastEpoch out for a fresh run").formatted(name(), lastEpoch, i));
            }
        }
        List<Object> baseLrs = new ArrayList<>();
        for (ParamGroup group : groups) {
            if (!group.options().containsKey("initial_lr")) {
                group.set("initial_lr", group.lr());
            }
            baseLrs.add(group.number("initial_lr"));
        }
        state.put("base_lrs", baseLrs).put("last_epoch", lastEpoch);
        initialStep();
    }

    /** Counts from 0, and goes to the first epoch. */
    void initialStep() {
        state.put("_step_count", 0).put("_is_initial", true);
        step();
        state.put("_is_initial", false);
    }

    /** Takes the step of the constructor back, for another scheduler takes its turn. */
    void undo() {
        state.put("last_epoch", lastEpoch() - 1);
    }

    final String name() {
        return getClass().getSimpleName();
    }

    /**
     * One value for each group.
     *
     * @param values one, which goes for all, or as many as groups
     */
    final List<Double> perGroup(String what, double... values) {
        int count = groups().size();
        if (values.length != 1 && values.length != count) {
            throw new IllegalArgumentException("%s: the optimizer has %d parameter groups, %s has %d values".formatted(name(), count, what, values.length));
        }
        List<Double> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(values[values.length == 1 ? 0 : i]);
        }
        return list;
    }

    final void checkStrategy(String strategy) {
        if (!strategy.equals("cos") && !strategy.equals("linear")) {
            throw new IllegalArgumentException("%s: annealStrategy must be cos or linear, got %s".formatted(name(), strategy));
        }
    }

    /** The optimizer. */
    public final Optimizer optimizer() {
        return optimizer;
    }

    /** The optimizer's groups. */
    protected final List<ParamGroup> groups() {
        return optimizer.paramGroups();
    }

    /** The values that are saved. */
    protected final ScheduleState state() {
        return state;
    }

    /** The present epoch, counted from 0. */
    public int lastEpoch() {
        return state.integer("last_epoch");
    }

    /** Whether {@link #lr} is asked by the constructor, when a schedule that goes from value to value must stay where it is. */
    protected final boolean isInitial() {
        return state.flag("_is_initial");
    }

    /** How often {@link #step()} was called, the constructor's call included. */
    final int stepCount() {
        return state.integer("_step_count");
    }

    /**
     * The learning rate that a group began with.
     *
     * @throws IllegalStateException if the group was added to the optimizer later
     */
    protected final double baseLr(int group) {
        List<Double> baseLrs = state.numbers("base_lrs");
        if (group >= baseLrs.size()) {
            throw new IllegalStateException("%s: the optimizer has %d parameter groups, %d when the scheduler was made; make a new scheduler"
                    .formatted(name(), groups().size(), baseLrs.size()));
        }
        return baseLrs.get(group);
    }

    /**
     * The learning rate of a group for epoch {@link #lastEpoch()}.
     *
     * @param group   the group's number
     * @param current its learning rate now
     */
    protected abstract double lr(int group, double current);

    /** The learning rate of a group for epoch 0, when a {@link SequentialLR} comes to this scheduler. */
    protected double firstLr(int group, double current) {
        return lr(group, current);
    }

    /** Goes to the next epoch. Call it after the optimizer's {@code step()}, or the first learning rate goes unused: that is warned of once,
     * but not after {@link #loadStateDict}, for the optimizer may have made its step before it was saved. */
    public void step() {
        if (stepCount() == 1 && !restored && !optimizer.hasStepped()) {
            System.getLogger(LRScheduler.class.getName()).log(System.Logger.Level.WARNING,
                    "{0}: step() was called before the optimizer''s step(), so the first learning rate of the schedule is skipped", name());
        }
        int epoch = lastEpoch();
        state.put("_step_count", stepCount() + 1).put("last_epoch", epoch + 1);
        try {
            setLrs(false);
        } catch (RuntimeException e) {
            state.put("_step_count", stepCount() - 1).put("last_epoch", epoch);
            throw e;
        }
    }

    /** Goes to epoch 0 without counting a step. */
    void restart() {
        state.put("last_epoch", 0);
        setLrs(true);
    }

    final void setLrs(boolean first) {
        List<ParamGroup> groups = groups();
        double[] lrs = new double[groups.size()];
        for (int i = 0; i < lrs.length; i++) {
            lrs[i] = first ? firstLr(i, groups.get(i).lr()) : lr(i, groups.get(i).lr());
        }
        for (int i = 0; i < lrs.length; i++) {
            groups.get(i).setLr(lrs[i]);
        }
        if (!state.has("_get_lr_called_within_step")) {
            state.put("_get_lr_called_within_step", false);
        }
        noteLrs();
    }

    /** Notes the optimizer's learning rates as the last that were set. */
    final void noteLrs() {
        List<Object> lrs = new ArrayList<>();
        groups().forEach(group -> lrs.add(group.lr()));
        state.put("_last_lr", lrs);
    }

    /** The learning rate of each group as it was last set by this scheduler. */
    public final List<Double> getLastLr() {
        return List.copyOf(state.numbers("_last_lr"));
    }

    // ---- state ----

    /** The schedule and where it stands, in PyTorch's layout: PyTorch's {@code load_state_dict} takes it. Functions are not saved. */
    public Map<String, Object> stateDict() {
        return state.copy();
    }

    /**
     * Continues from a saved state, PyTorch's or Candela's. What was saved replaces what the constructor was given, functions excepted. <b>The
     * optimizer's learning rates become those that were last set</b>, whether the optimizer is loaded before or after; PyTorch leaves them.
     *
     * @param stateDict as {@link #stateDict()} gives it
     * @throws StateDictException if a value is missing, unknown or of another kind, or the number of groups, functions or schedulers differs;
     *     it lists all problems, and nothing was changed
     */
    public final void loadStateDict(Map<?, ?> stateDict) {
        List<String> problems = new ArrayList<>();
        Runnable loading = loading(stateDict, problems);
        if (!problems.isEmpty()) {
            throw new StateDictException("%s.loadStateDict: %d problem%s, nothing was loaded".formatted(name(), problems.size(),
                    problems.size() == 1 ? "" : "s"), problems);
        }
        loading.run();
    }

    /** Checks a saved state, notes problems, and gives what loads it. */
    Runnable loading(Map<?, ?> saved, List<String> problems) {
        Map<String, Object> read = state.read(saved, unread(), problems);
        if (state.numbers("_last_lr").size() != groups().size()) {
            problems.add("the optimizer has %d parameter groups, the scheduler was made for %d".formatted(groups().size(),
                    state.numbers("_last_lr").size()));
        }
        return () -> {
            state.take(read);
            restored = true;
            List<Double> lrs = getLastLr();
            for (int i = 0; i < lrs.size(); i++) {
                groups().get(i).setLr(lrs.get(i));
            }
            loaded();
        };
    }

    /** Names of a saved state that are no values: the scheduler reads them itself. */
    List<String> unread() {
        return List.of();
    }

    /** Called after a state was loaded and learning rates were set. */
    void loaded() {
    }
}
