package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * RMSprop, as {@code torch.optim.RMSprop}: {@code w -= lr · g / (√v + eps)} with v the running mean of the squared gradient; with momentum, along
 * the buffer that sums such steps up; centered, with the gradient's variance in place of v.
 *
 * <p>State: {@code step}, {@code square_avg}, {@code momentum_buffer} with momentum, {@code grad_avg} if centered.
 */
public final class RMSprop extends KernelOptimizer {
    /** Learning rate 1e-2, alpha 0.99, eps 1e-8, no momentum, no weight decay unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends DecayOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-2, "momentum", 0.0, "alpha", 0.99, "eps", 1e-8, "centered", false,
                "weight_decay", 0.0, "capturable", false, "foreach", null, "maximize", false, "differentiable", false));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** How much of the mean square is kept in a step; 0.99 unless set. */
        public Options alpha(double alpha) {
            return with("alpha", alpha);
        }

        /** Added to the divisor, against division by 0; 1e-8 unless set. */
        public Options eps(double eps) {
            return with("eps", eps);
        }

        /** How much of the last update is kept; 0 unless set. */
        public Options momentum(double momentum) {
            return with("momentum", momentum);
        }

        /** Whether to divide by the standard deviation of the gradient; false unless set. */
        public Options centered(boolean centered) {
            return with("centered", centered);
        }
    }

    private static final TensorState.Layout LAYOUT = TensorState.Layout.of(1, "square_avg", "momentum_buffer", "grad_avg");

    /** PyTorch's defaults, to be changed: {@code RMSprop.options().lr(1e-3).momentum(0.9)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public RMSprop(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public RMSprop(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public RMSprop(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public RMSprop(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public RMSprop(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if an option is negative, or as {@link #addParamGroup} says
     */
    public RMSprop(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("RMSprop", "lr", "eps", "momentum", "weight_decay", "alpha");
        return values.asMap();
    }

    @Override
    int[] needed(ParamGroup group) {
        if (group.number("momentum") > 0) {
            return group.flag("centered") ? new int[] {0, 1, 2} : new int[] {0, 1};
        }
        return group.flag("centered") ? new int[] {0, 2} : new int[] {0};
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        return new UpdateRule.SquareMean(group.flag("maximize"), group.number("weight_decay"), group.lr(), group.number("alpha"), group.number("eps"),
                group.number("momentum"), group.flag("centered"));
    }

    @Override
    boolean sharesRule(TensorState a, TensorState b) {
        return true;
    }
}
