package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Adadelta, as {@code torch.optim.Adadelta}: the gradient is divided by the root of its mean square and multiplied by that of the updates so far,
 * which gives steps in the parameter's own unit.
 *
 * <p>State: {@code step}, {@code square_avg}, {@code acc_delta}.
 */
public final class Adadelta extends KernelOptimizer {
    /** Learning rate 1, rho 0.9, eps 1e-6 and no weight decay unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends DecayOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1.0, "rho", 0.9, "eps", 1e-6, "weight_decay", 0.0, "maximize", false,
                "capturable", false, "foreach", null, "differentiable", false));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** How much of the mean squares is kept in a step; 0.9 unless set. */
        public Options rho(double rho) {
            return with("rho", rho);
        }

        /** Added under both roots; 1e-6 unless set. */
        public Options eps(double eps) {
            return with("eps", eps);
        }
    }

    private static final TensorState.Layout LAYOUT = TensorState.Layout.of(2, "square_avg", "acc_delta");

    /** PyTorch's defaults, to be changed: {@code Adadelta.options().rho(0.95)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public Adadelta(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public Adadelta(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public Adadelta(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public Adadelta(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public Adadelta(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr, eps or weight decay is negative, rho is not in [0, 1], or as {@link #addParamGroup} says
     */
    public Adadelta(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("Adadelta", "lr", "rho", "eps", "weight_decay");
        if (values.number("rho") > 1) {
            throw new IllegalArgumentException("Adadelta: rho must be 1 or less, got %s".formatted(values.number("rho")));
        }
        return values.asMap();
    }

    @Override
    int[] needed(ParamGroup group) {
        return new int[] {0, 1};
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        return new UpdateRule.SquareRatio(group.flag("maximize"), group.number("weight_decay"), group.lr(), group.number("rho"), group.number("eps"));
    }

    @Override
    boolean sharesRule(TensorState a, TensorState b) {
        return true;
    }
}
