package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Rectified Adam, as {@code torch.optim.RAdam}: as long as few gradients were seen the step is the mean's alone, then Adam's, scaled by how well
 * the mean square is known.
 *
 * <p>State: {@code step}, {@code exp_avg}, {@code exp_avg_sq}.
 */
public final class RAdam extends KernelOptimizer {
    /** Learning rate 1e-3 and no weight decay unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends MomentOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-3, "betas", Tuple.of(0.9, 0.999), "eps", 1e-8,
                "weight_decay", 0.0, "maximize", false, "foreach", null, "capturable", false, "decoupled_weight_decay", false,
                "differentiable", false));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** Whether weight decay scales the parameter by 1 − lr · weightDecay first, as in AdamW, and stays out of the gradient. */
        public Options decoupledWeightDecay(boolean decoupled) {
            return with("decoupled_weight_decay", decoupled);
        }
    }

    private static final TensorState.Layout LAYOUT = TensorState.Layout.of(2, "exp_avg", "exp_avg_sq");

    /** PyTorch's defaults, to be changed: {@code RAdam.options().lr(1e-4)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public RAdam(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public RAdam(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public RAdam(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public RAdam(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public RAdam(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr, eps or weight decay is negative, a beta is not in [0, 1), or as {@link #addParamGroup} says
     */
    public RAdam(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("RAdam", "lr", "eps", "weight_decay");
        values.checkPairBelow1("RAdam", "betas");
        return values.asMap();
    }

    @Override
    int[] needed(ParamGroup group) {
        return new int[] {0, 1};
    }

    /** Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, 2020, algorithm 2. */
    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        long step = state.step + 1;
        double beta2 = group.number("betas", 1);
        double decayed = Math.pow(beta2, step);
        double longest = 2 / (1 - beta2) - 1;
        double length = longest - 2 * step * decayed / (1 - decayed);
        double mean = group.lr() / (1 - Math.pow(group.number("betas", 0), step));
        Moments moments = Moments.of(group, state, group.flag("decoupled_weight_decay"));
        if (length <= 5) {
            return moments.undivided(mean);
        }
        double rectified = Math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
        return moments.uncorrected(mean * rectified * Math.sqrt(1 - decayed));
    }
}
