package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import io.candela.optim.ParamGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The 1cycle policy, as {@code torch.optim.lr_scheduler.OneCycleLR}: the learning rate goes up from {@code maxLr / divFactor} to {@code maxLr} and
 * then down far below where it began; momentum goes the other way. Step it after every batch.
 *
 * <p>The values are those of L. Smith and N. Topin, Super-Convergence, 2018, in two phases, or with {@code threePhase} in three.
 */
public final class OneCycleLR extends LRScheduler {
    /**
     * 30 % of the steps up, cosine annealing, momentum between 0.85 and 0.95, divFactor 25, finalDivFactor 1e4, two phases unless set. Immutable:
     * every method gives a changed copy.
     */
    public static final class Options extends ScheduleOptions<Options> {
        private static final Options DEFAULTS = new Options();

        private Options() {
            super("pct_start", 0.3, "strategy", "cos", "cycle_momentum", true, "base_momentum", new double[] {0.85}, "max_momentum", new double[] {0.95},
                    "div_factor", 25.0, "final_div_factor", 1e4, "three_phase", false, "last_epoch", -1);
        }

        private Options(Map<String, Object> values) {
            super(values);
        }

        @Override
        Options copy(Map<String, Object> changed) {
            return new Options(changed);
        }

        /** The part of the steps in which the learning rate goes up; 0.3 unless set. */
        public Options pctStart(double part) {
            return with("pct_start", part);
        }

        /** {@code cos} or {@code linear}. */
        public Options annealStrategy(String strategy) {
            return with("strategy", strategy);
        }

        /** Whether momentum is cycled too; true unless set. */
        public Options cycleMomentum(boolean cycle) {
            return with("cycle_momentum", cycle);
        }

        /** Momentum where the learning rate is highest, for all groups or each; 0.85 unless set. */
        public Options baseMomentum(double... perGroup) {
            return with("base_momentum", perGroup.clone());
        }

        /** Momentum where the learning rate is lowest, for all groups or each; 0.95 unless set. */
        public Options maxMomentum(double... perGroup) {
            return with("max_momentum", perGroup.clone());
        }

        /** The learning rate begins at its maximum divided by this; 25 unless set. */
        public Options divFactor(double divFactor) {
            return with("div_factor", divFactor);
        }

        /** The learning rate ends at where it began, divided by this; 1e4 unless set. */
        public Options finalDivFactor(double finalDivFactor) {
            return with("final_div_factor", finalDivFactor);
        }

        /** Whether a third phase goes from where it began to the end; false unless set. */
        public Options threePhase(boolean three) {
            return with("three_phase", three);
        }

        /** See {@link LRScheduler#start}. */
        public Options lastEpoch(int lastEpoch) {
            return with("last_epoch", lastEpoch);
        }
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** The same maximum for all groups. */
    public OneCycleLR(Optimizer optimizer, double maxLr, int totalSteps) {
        this(optimizer, maxLr, totalSteps, options());
    }

    /** The same maximum for all groups. */
    public OneCycleLR(Optimizer optimizer, double maxLr, int totalSteps, Options options) {
        this(optimizer, new double[] {maxLr}, totalSteps, options);
    }

    /**
     * A maximum for each group.
     *
     * @param totalSteps batches in all: epochs times batches per epoch
     * @throws IllegalArgumentException if there is no step, the first phase is not a part of the steps, the strategy is unknown, a list does not
     *     have one element for each group, or there is no momentum to cycle
     */
    public OneCycleLR(Optimizer optimizer, double[] maxLrs, int totalSteps, Options options) {
        super(optimizer);
        double part = options.number("pct_start");
        String strategy = options.text("strategy");
        if (totalSteps <= 0) {
            throw new IllegalArgumentException("OneCycleLR: totalSteps must be positive, got " + totalSteps);
        } else if (!(part >= 0 && part <= 1) || part * totalSteps == 1) {
            throw new IllegalArgumentException("OneCycleLR: pctStart must be between 0 and 1, and not one step alone, got %s of %d steps"
                    .formatted(part, totalSteps));
        }
        checkStrategy(strategy);
        List<Double> highest = perGroup("maxLrs", maxLrs);
        boolean cycled = options.flag("cycle_momentum");
        List<Double> maxMomentums = perGroup("maxMomentum", options.numbers("max_momentum"));
        List<Double> baseMomentums = perGroup("baseMomentum", options.numbers("base_momentum"));
        boolean beta = cycled && Momentum.isBeta(optimizer, "OneCycleLR");
        state().put("total_steps", totalSteps).put("_schedule_phases", phases(part, totalSteps, options.flag("three_phase")))
                .put("_anneal_func_type", strategy).put("cycle_momentum", cycled);
        if (cycled) {
            state().put("use_beta1", beta);
        }
        for (int i = 0; options.integer("last_epoch") == -1 && i < groups().size(); i++) {
            ParamGroup group = groups().get(i);
            double first = highest.get(i) / options.number("div_factor");
            group.set("initial_lr", first).set("max_lr", highest.get(i)).set("min_lr", first / options.number("final_div_factor"));
            if (cycled) {
                group.set("max_momentum", maxMomentums.get(i)).set("base_momentum", baseMomentums.get(i));
            }
        }
        start(options.integer("last_epoch"));
    }

    private static List<Object> phases(double part, int totalSteps, boolean three) {
        List<Object> phases = new ArrayList<>();
        phases.add(phase(part * totalSteps - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"));
        if (three) {
            phases.add(phase(2 * part * totalSteps - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"));
            phases.add(phase(totalSteps - 1L, "initial_lr", "min_lr", "max_momentum", "max_momentum"));
        } else {
            phases.add(phase(totalSteps - 1L, "max_lr", "min_lr", "base_momentum", "max_momentum"));
        }
        return phases;
    }

    private static Map<String, Object> phase(Number end, String startLr, String endLr, String startMomentum, String endMomentum) {
        Map<String, Object> phase = new LinkedHashMap<>();
        phase.put("end_step", end);
        phase.put("start_lr", startLr);
        phase.put("end_lr", endLr);
        phase.put("start_momentum", startMomentum);
        phase.put("end_momentum", endMomentum);
        return phase;
    }

    /** @throws IllegalStateException after the last step */
    @Override
    protected double lr(int group, double current) {
        if (lastEpoch() > state().integer("total_steps")) {
            throw new IllegalStateException("OneCycleLR: step %d of %d; make the schedule longer".formatted(lastEpoch(), state().integer("total_steps")));
        }
        if (state().flag("cycle_momentum")) {
            setMomentum(group);
        }
        return value(group, "lr");
    }

    private void setMomentum(int group) {
        Momentum.set(groups().get(group), state().flag("use_beta1"), value(group, "momentum"));
    }

    /** The value of {@code lr} or {@code momentum} at the present step: annealed between the group's options that the phase names. */
    private double value(int group, String what) {
        List<?> phases = (List<?>) state().value("_schedule_phases");
        double start = 0;
        for (int i = 0; ; i++) {
            Map<?, ?> phase = (Map<?, ?>) phases.get(i);
            double end = ((Number) phase.get("end_step")).doubleValue();
            if (lastEpoch() <= end || i == phases.size() - 1) {
                ParamGroup g = groups().get(group);
                double from = g.number((String) phase.get("start_" + what));
                return anneal(from, g.number((String) phase.get("end_" + what)), (lastEpoch() - start) / (end - start));
            }
            start = end;
        }
    }

    private double anneal(double start, double end, double part) {
        return state().text("_anneal_func_type").equals("cos") ? end + (start - end) / 2 * (Math.cos(Math.PI * part) + 1) : (end - start) * part + start;
    }

    @Override
    List<String> unread() {
        return List.of("_schedule_phases");
    }

    @Override
    Runnable loading(Map<?, ?> saved, List<String> problems) {
        Object phases = saved.get("_schedule_phases");
        if (!(phases instanceof List<?> list) || list.isEmpty() || !list.stream().allMatch(OneCycleLR::isPhase)) {
            problems.add("_schedule_phases must be a list of phases, got " + phases);
        }
        Runnable loading = super.loading(saved, problems);
        return () -> {
            state().put("_schedule_phases", phases);
            loading.run();
        };
    }

    private static boolean isPhase(Object value) {
        return value instanceof Map<?, ?> phase && phase.get("end_step") instanceof Number
                && List.of("initial_lr", "max_lr", "min_lr").containsAll(List.of(String.valueOf(phase.get("start_lr")), String.valueOf(phase.get("end_lr"))))
                && List.of("max_momentum", "base_momentum").containsAll(List.of(String.valueOf(phase.get("start_momentum")),
                        String.valueOf(phase.get("end_momentum"))));
    }

    @Override
    void loaded() {
        for (int i = 0; state().flag("cycle_momentum") && i < groups().size(); i++) {
            setMomentum(i);
        }
    }
}
