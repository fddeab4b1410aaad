package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay, as {@code torch.optim.AdamW}: the parameter is scaled by 1 − lr · weightDecay before the update, and the
 * decay stays out of the gradient. Otherwise as {@link Adam}, state too.
 *
 * <p>A state dict of {@link Adam} loads, and decays decoupled from then on.
 */
public final class AdamW extends KernelOptimizer {
    /** Learning rate 1e-3 and weight decay 0.01 unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends MomentOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-3, "betas", Tuple.of(0.9, 0.999), "eps", 1e-8,
                "weight_decay", 1e-2, "amsgrad", false, "maximize", false, "foreach", null, "capturable", false, "differentiable", false,
                "fused", null, "decoupled_weight_decay", true));

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
    }

    private static final TensorState.Layout LAYOUT = TensorState.Layout.of(2, "exp_avg", "exp_avg_sq", "max_exp_avg_sq");

    /** PyTorch's defaults, to be changed: {@code AdamW.options().lr(3e-4).weightDecay(0.1)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public AdamW(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public AdamW(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public AdamW(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public AdamW(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public AdamW(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr, eps or weight decay is negative, a beta is not in [0, 1), or as {@link #addParamGroup} says
     */
    public AdamW(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("AdamW", "lr", "eps", "weight_decay");
        values.checkPairBelow1("AdamW", "betas");
        return values.asMap();
    }

    @Override
    int[] needed(ParamGroup group) {
        return group.flag("amsgrad") ? new int[] {0, 1, 2} : new int[] {0, 1};
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        return Moments.of(group, state, true).adam(group.flag("amsgrad"));
    }

    @Override
    protected Map<String, Object> adaptOptions(Map<String, Object> loaded) {
        loaded.put("decoupled_weight_decay", true);
        return loaded;
    }
}
