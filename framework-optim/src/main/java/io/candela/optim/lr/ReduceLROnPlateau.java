package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import io.candela.optim.ParamGroup;
import java.util.List;
import java.util.Map;

/**
 * Multiplies the learning rate by {@code factor} when a metric has not become better for {@code patience} epochs, as
 * {@code torch.optim.lr_scheduler.ReduceLROnPlateau}. Step it with the metric: {@code scheduler.step(validationLoss)}.
 */
public final class ReduceLROnPlateau extends LRScheduler {
    /**
     * Mode min, factor 0.1, patience 10, threshold 1e-4 relative, no cooldown, least learning rate 0, eps 1e-8 unless set. Immutable: every method
     * gives a changed copy.
     */
    public static final class Options extends ScheduleOptions<Options> {
        private static final Options DEFAULTS = new Options();

        private Options() {
            super("mode", "min", "factor", 0.1, "patience", 10, "threshold", 1e-4, "threshold_mode", "rel", "cooldown", 0, "min_lr", new double[] {0},
                    "eps", 1e-8);
        }

        private Options(Map<String, Object> values) {
            super(values);
        }

        @Override
        Options copy(Map<String, Object> changed) {
            return new Options(changed);
        }

        /** {@code min} if less is better, {@code max} if more is. */
        public Options mode(String mode) {
            return with("mode", mode);
        }

        /** What the learning rate is multiplied with; below 1; 0.1 unless set. */
        public Options factor(double factor) {
            return with("factor", factor);
        }

        /** How many epochs without an improvement are borne; 10 unless set. */
        public Options patience(int epochs) {
            return with("patience", epochs);
        }

        /** By how much a metric must be better to count; 1e-4 unless set. */
        public Options threshold(double threshold) {
            return with("threshold", threshold);
        }

        /** {@code rel} if the threshold is a part of the best metric, {@code abs} if a difference to it. */
        public Options thresholdMode(String mode) {
            return with("threshold_mode", mode);
        }

        /** How many epochs after a reduction do not count; 0 unless set. */
        public Options cooldown(int epochs) {
            return with("cooldown", epochs);
        }

        /** The least learning rate, for all groups or each; 0 unless set. */
        public Options minLr(double... perGroup) {
            return with("min_lr", perGroup.clone());
        }

        /** Smaller changes of the learning rate are not made; 1e-8 unless set. */
        public Options eps(double eps) {
            return with("eps", eps);
        }
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** With PyTorch's defaults. */
    public ReduceLROnPlateau(Optimizer optimizer) {
        this(optimizer, options());
    }

    /** @throws IllegalArgumentException if the factor is 1 or more, a mode is unknown, or a list does not have one element for each group */
    public ReduceLROnPlateau(Optimizer optimizer, Options options) {
        super(optimizer);
        String mode = options.text("mode");
        if (!(options.number("factor") < 1)) {
            throw new IllegalArgumentException("ReduceLROnPlateau: factor must be below 1, got " + options.number("factor"));
        } else if (!List.of("min", "max").contains(mode) || !List.of("rel", "abs").contains(options.text("threshold_mode"))) {
            throw new IllegalArgumentException("ReduceLROnPlateau: mode must be min or max, thresholdMode rel or abs, got %s and %s".formatted(mode,
                    options.text("threshold_mode")));
        }
        double[] least = options.numbers("min_lr");
        state().put("factor", options.number("factor")).put("default_min_lr", least.length == 1 ? (Object) least[0] : null)
                .put("min_lrs", perGroup("minLr", least)).put("patience", options.integer("patience")).put("cooldown", options.integer("cooldown"))
                .put("eps", options.number("eps")).put("last_epoch", 0);
        noteLrs();
        double worst = mode.equals("min") ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        state().put("mode_worse", worst).put("mode", mode).put("threshold", options.number("threshold"))
                .put("threshold_mode", options.text("threshold_mode")).put("best", worst).put("cooldown_counter", 0).put("num_bad_epochs", 0);
    }

    /** @throws UnsupportedOperationException always: this scheduler needs the metric */
    @Override
    public void step() {
        throw new UnsupportedOperationException("ReduceLROnPlateau: step needs the metric; call step(validationLoss)");
    }

    /** Takes an epoch's metric, and reduces the learning rate if it is time. */
    public void step(double metric) {
        state().put("last_epoch", lastEpoch() + 1);
        int bad = state().integer("num_bad_epochs") + 1;
        if (isBetter(metric, state().number("best"))) {
            state().put("best", metric);
            bad = 0;
        }
        if (isCoolingDown()) {
            state().put("cooldown_counter", state().integer("cooldown_counter") - 1);
            bad = 0;
        }
        if (bad > state().integer("patience")) {
            reduce();
            state().put("cooldown_counter", state().integer("cooldown"));
            bad = 0;
        }
        state().put("num_bad_epochs", bad);
        noteLrs();
    }

    /** Whether epochs do not count at present, because the learning rate was just reduced. */
    public boolean isCoolingDown() {
        return state().integer("cooldown_counter") > 0;
    }

    private boolean isBetter(double metric, double best) {
        double threshold = state().number("threshold");
        boolean relative = state().text("threshold_mode").equals("rel");
        if (state().text("mode").equals("min")) {
            return metric < (relative ? best * (1 - threshold) : best - threshold);
        }
        return metric > (relative ? best * (threshold + 1) : best + threshold);
    }

    private void reduce() {
        List<ParamGroup> groups = groups();
        if (groups.size() != state().numbers("min_lrs").size()) {
            if (state().value("default_min_lr") == null) {
                throw new IllegalStateException("ReduceLROnPlateau: the optimizer has %d parameter groups, minLr was given for %d; make a new scheduler"
                        .formatted(groups.size(), state().numbers("min_lrs").size()));
            }
            state().put("min_lrs", perGroup("minLr", state().number("default_min_lr")));
        }
        for (int i = 0; i < groups.size(); i++) {
            double old = groups.get(i).lr();
            double reduced = Math.max(old * state().number("factor"), state().numbers("min_lrs").get(i));
            if (old - reduced > state().number("eps")) {
                groups.get(i).setLr(reduced);
            }
        }
    }

    @Override
    protected double lr(int group, double current) {
        return current;
    }
}
