package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Adam with Nesterov's momentum, as {@code torch.optim.NAdam}: the step takes the mean one step ahead, weighted by a schedule
 * {@code mu = beta1 · (1 − 0.5 · 0.96^(step · momentumDecay))}.
 *
 * <p>State: {@code step}, {@code mu_product}, the product of all mu so far, {@code exp_avg}, {@code exp_avg_sq}.
 */
public final class NAdam extends KernelOptimizer {
    /** Learning rate 2e-3, momentum decay 4e-3 and no weight decay unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends MomentOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 2e-3, "betas", Tuple.of(0.9, 0.999), "eps", 1e-8,
                "weight_decay", 0.0, "momentum_decay", 4e-3, "decoupled_weight_decay", false, "maximize", false, "foreach", null, "capturable", false,
                "differentiable", false));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** How fast the momentum grows to beta1; 4e-3 unless set. */
        public Options momentumDecay(double momentumDecay) {
            return with("momentum_decay", momentumDecay);
        }

        /** Whether weight decay scales the parameter by 1 − lr · weightDecay first, as in AdamW, and stays out of the gradient. */
        public Options decoupledWeightDecay(boolean decoupled) {
            return with("decoupled_weight_decay", decoupled);
        }
    }

    private static final TensorState.Layout LAYOUT = new TensorState.Layout(true, List.of("mu_product"), List.of("exp_avg", "exp_avg_sq"), 2);

    /** PyTorch's defaults, to be changed: {@code NAdam.options().lr(1e-3)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public NAdam(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public NAdam(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public NAdam(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public NAdam(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public NAdam(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr, eps, weight decay or momentum decay is negative, a beta is not in [0, 1), or as {@link #addParamGroup} says
     */
    public NAdam(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("NAdam", "lr", "eps", "weight_decay", "momentum_decay");
        values.checkPairBelow1("NAdam", "betas");
        return values.asMap();
    }

    @Override
    TensorState start(ParamGroup group) {
        TensorState state = super.start(group);
        state.numbers[0] = 1;
        return state;
    }

    @Override
    int[] needed(ParamGroup group) {
        return new int[] {0, 1};
    }

    /** The weight of the mean in a step, counted from 1. */
    private static double mu(ParamGroup group, long step) {
        return group.number("betas", 0) * (1 - 0.5 * Math.pow(0.96, step * group.number("momentum_decay")));
    }

    /** The product of the weights after the next step; PyTorch keeps it in float32. */
    private static float nextProduct(ParamGroup group, TensorState state) {
        return state.numbers[0] * (float) mu(group, state.step + 1);
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        double mu = mu(group, state.step + 1);
        double next = mu(group, state.step + 2);
        double product = nextProduct(group, state);
        double lr = group.lr();
        return Moments.of(group, state, group.flag("decoupled_weight_decay")).rule(lr * next / (1 - product * next), lr * (1 - mu) / (1 - product));
    }

    @Override
    boolean sharesRule(TensorState a, TensorState b) {
        return super.sharesRule(a, b) && a.numbers[0] == b.numbers[0];
    }

    @Override
    void advance(ParamGroup group, TensorState state) {
        state.numbers[0] = nextProduct(group, state);
        super.advance(group, state);
    }
}
