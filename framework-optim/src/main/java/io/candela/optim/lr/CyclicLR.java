package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import io.candela.optim.ParamGroup;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Lets the learning rate go up and down evenly between two bounds, and momentum the other way, as {@code torch.optim.lr_scheduler.CyclicLR}.
 * Step it after every batch.
 *
 * <p>The height of a cycle stays the same ({@code triangular}), is halved from cycle to cycle ({@code triangular2}), or is multiplied by
 * {@code gamma^step} ({@code exp_range}).
 */
public final class CyclicLR extends LRScheduler {
    /** 2000 steps up and as many down, triangular, momentum between 0.8 and 0.9 unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends ScheduleOptions<Options> {
        private static final Options DEFAULTS = new Options();

        private Options() {
            super("up", 2000, "down", -1, "mode", "triangular", "gamma", 1.0, "scale_mode", "cycle", "scale_fn", null, "cycle_momentum", true,
                    "base_momentum", new double[] {0.8}, "max_momentum", new double[] {0.9}, "last_epoch", -1);
        }

        private Options(Map<String, Object> values) {
            super(values);
        }

        @Override
        Options copy(Map<String, Object> changed) {
            return new Options(changed);
        }

        /** Steps from the lower to the upper bound; 2000 unless set. */
        public Options stepSizeUp(int steps) {
            return with("up", steps);
        }

        /** Steps from the upper to the lower bound; as many as up unless set. */
        public Options stepSizeDown(int steps) {
            return with("down", steps);
        }

        /** {@code triangular}, {@code triangular2} or {@code exp_range}. */
        public Options mode(String mode) {
            return with("mode", mode);
        }

        /** The base of {@code exp_range}; 1 unless set. */
        public Options gamma(double gamma) {
            return with("gamma", gamma);
        }

        /** The height's factor by number of the cycle (from 1) if {@code scaleMode} is {@code cycle}, by step if {@code iterations}; replaces mode. */
        public Options scaleFn(DoubleUnaryOperator scaleFn, String scaleMode) {
            return with("scale_fn", scaleFn).with("scale_mode", scaleMode);
        }

        /** Whether momentum is cycled too; true unless set. */
        public Options cycleMomentum(boolean cycle) {
            return with("cycle_momentum", cycle);
        }

        /** Momentum where the learning rate is highest, for all groups or each; 0.8 unless set. */
        public Options baseMomentum(double... perGroup) {
            return with("base_momentum", perGroup.clone());
        }

        /** Momentum where the learning rate is lowest, for all groups or each; 0.9 unless set. */
        public Options maxMomentum(double... perGroup) {
            return with("max_momentum", perGroup.clone());
        }

        /** See {@link LRScheduler#start}. */
        public Options lastEpoch(int lastEpoch) {
            return with("last_epoch", lastEpoch);
        }
    }

    private final DoubleUnaryOperator scaleFn; // null unless given

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** Bounds for all groups. */
    public CyclicLR(Optimizer optimizer, double baseLr, double maxLr) {
        this(optimizer, baseLr, maxLr, options());
    }

    /** Bounds for all groups. */
    public CyclicLR(Optimizer optimizer, double baseLr, double maxLr, Options options) {
        this(optimizer, new double[] {baseLr}, new double[] {maxLr}, options);
    }

    /**
     * Bounds for each group.
     *
     * @throws IllegalArgumentException if the mode is unknown, a list does not have one element for each group, or there is no momentum to cycle
     */
    public CyclicLR(Optimizer optimizer, double[] baseLrs, double[] maxLrs, Options options) {
        super(optimizer);
        scaleFn = (DoubleUnaryOperator) options.value("scale_fn");
        String mode = options.text("mode");
        if (scaleFn == null && !List.of("triangular", "triangular2", "exp_range").contains(mode)) {
            throw new IllegalArgumentException("CyclicLR: mode must be triangular, triangular2 or exp_range, got " + mode);
        }
        List<Double> lowest = perGroup("baseLrs", baseLrs);
        double up = options.integer("up");
        double total = up + (options.integer("down") < 0 ? up : options.integer("down"));
        String scaleMode = scaleFn != null ? options.text("scale_mode") : mode.equals("exp_range") ? "iterations" : "cycle";
        boolean cycled = options.flag("cycle_momentum");
        state().put("max_lrs", perGroup("maxLrs", maxLrs)).put("total_size", total).put("step_ratio", up / total).put("mode", mode)
                .put("gamma", options.number("gamma")).put("scale_mode", scaleMode).put("cycle_momentum", cycled);
        if (cycled) {
            state().put("use_beta1", Momentum.isBeta(optimizer, "CyclicLR")).put("base_momentums", perGroup("baseMomentum",
                    options.numbers("base_momentum"))).put("max_momentums", perGroup("maxMomentum", options.numbers("max_momentum")));
        }
        if (options.integer("last_epoch") == -1) {
            for (int i = 0; i < groups().size(); i++) {
                ParamGroup group = groups().get(i);
                group.setLr(lowest.get(i));
                if (cycled) {
                    group.set("max_momentum", state().numbers("max_momentums").get(i)).set("base_momentum", state().numbers("base_momentums").get(i));
                }
            }
        }
        start(options.integer("last_epoch"));
        state().put("base_lrs", lowest);
    }

    @Override
    protected double lr(int group, double current) {
        if (state().flag("cycle_momentum")) {
            setMomentum(group);
        }
        return baseLr(group) + (state().numbers("max_lrs").get(group) - baseLr(group)) * height() * scale();
    }

    private void setMomentum(int group) {
        double highest = state().numbers("max_momentums").get(group);
        double lowest = state().numbers("base_momentums").get(group);
        Momentum.set(groups().get(group), state().flag("use_beta1"), highest - (highest - lowest) * height() * scale());
    }

    private double cycle() {
        return Math.floor(1 + lastEpoch() / state().number("total_size"));
    }

    /** How far up the present cycle is, from 0 to 1. */
    private double height() {
        double x = 1 + lastEpoch() / state().number("total_size") - cycle();
        double top = state().number("step_ratio");
        return x <= top ? x / top : (x - 1) / (top - 1);
    }

    private double scale() {
        double x = state().text("scale_mode").equals("cycle") ? cycle() : lastEpoch();
        if (scaleFn != null) {
            return scaleFn.applyAsDouble(x);
        }
        return switch (state().text("mode")) {
            case "triangular2" -> 1 / Math.pow(2, x - 1);
            case "exp_range" -> Math.pow(state().number("gamma"), x);
            default -> 1;
        };
    }

    /** The function is not saved: null stands for it. */
    @Override
    public Map<String, Object> stateDict() {
        Map<String, Object> dict = super.stateDict();
        dict.put("_scale_fn_custom", null);
        return dict;
    }

    @Override
    List<String> unread() {
        return List.of("_scale_fn_custom");
    }

    @Override
    void loaded() {
        for (int i = 0; state().flag("cycle_momentum") && i < groups().size(); i++) {
            setMomentum(i);
        }
    }
}
