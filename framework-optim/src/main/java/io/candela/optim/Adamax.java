package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Adam with the largest gradient in place of the mean square, as {@code torch.optim.Adamax}: {@code u = max(beta2 · u, |g| + eps)},
 * {@code w -= lr · m̂ / u}.
 *
 * <p>State: {@code step}, {@code exp_avg}, {@code exp_inf}.
 */
public final class Adamax extends KernelOptimizer {
    /** Learning rate 2e-3 and no weight decay unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends MomentOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 2e-3, "betas", Tuple.of(0.9, 0.999), "eps", 1e-8,
                "weight_decay", 0.0, "foreach", null, "maximize", false, "differentiable", false, "capturable", false));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }
    }

    private static final TensorState.Layout LAYOUT = TensorState.Layout.of(2, "exp_avg", "exp_inf");

    /** PyTorch's defaults, to be changed: {@code Adamax.options().lr(1e-3)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public Adamax(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public Adamax(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public Adamax(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public Adamax(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public Adamax(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr, eps or weight decay is negative, a beta is not in [0, 1), or as {@link #addParamGroup} says
     */
    public Adamax(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("Adamax", "lr", "eps", "weight_decay");
        values.checkPairBelow1("Adamax", "betas");
        return values.asMap();
    }

    @Override
    int[] needed(ParamGroup group) {
        return new int[] {0, 1};
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        double beta1 = group.number("betas", 0);
        return new UpdateRule.InfinityNorm(group.flag("maximize"), group.number("weight_decay"), beta1, group.number("betas", 1), group.number("eps"),
                group.lr() / (1 - Math.pow(beta1, state.step + 1)));
    }
}
