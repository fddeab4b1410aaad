package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Adam, as {@code torch.optim.Adam}: {@code w -= lr · m̂ / (√v̂ + eps)} with running means m of the gradient and v of its square, both corrected
 * for their start at 0.
 *
 * <p>State: {@code step}, {@code exp_avg}, {@code exp_avg_sq} and, with amsgrad, {@code max_exp_avg_sq}, the largest uncorrected v so far.
 */
public final class Adam extends KernelOptimizer {
    /** Learning rate 1e-3 and no weight decay unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends MomentOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-3, "betas", Tuple.of(0.9, 0.999), "eps", 1e-8,
                "weight_decay", 0.0, "amsgrad", false, "maximize", false, "foreach", null, "capturable", false, "differentiable", false,
                "fused", null, "decoupled_weight_decay", false));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** Whether to divide by the largest mean square so far; false unless set. */
        public Options amsgrad(boolean amsgrad) {
            return with("amsgrad", amsgrad);
        }

        /** Whether weight decay scales the parameter by 1 − lr · weightDecay first, as in AdamW, and stays out of the gradient. */
        public Options decoupledWeightDecay(boolean decoupled) {
            return with("decoupled_weight_decay", decoupled);
        }
    }

    private static final TensorState.Layout LAYOUT = TensorState.Layout.of(2, "exp_avg", "exp_avg_sq", "max_exp_avg_sq");

    /** PyTorch's defaults, to be changed: {@code Adam.options().lr(1e-4).weightDecay(0.01)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public Adam(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public Adam(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public Adam(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public Adam(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public Adam(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr, eps or weight decay is negative, a beta is not in [0, 1), or as {@link #addParamGroup} says
     */
    public Adam(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("Adam", "lr", "eps", "weight_decay");
        values.checkPairBelow1("Adam", "betas");
        return values.asMap();
    }

    @Override
    int[] needed(ParamGroup group) {
        return group.flag("amsgrad") ? new int[] {0, 1, 2} : new int[] {0, 1};
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        return Moments.of(group, state, group.flag("decoupled_weight_decay")).adam(group.flag("amsgrad"));
    }
}
