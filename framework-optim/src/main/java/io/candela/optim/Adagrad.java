package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Adagrad, as {@code torch.optim.Adagrad}: {@code w -= lr · g / (√s + eps)} with s the sum of all squared gradients, so that each element's steps
 * become smaller the more it has moved.
 *
 * <p>State: {@code step}, {@code sum}, made at once for the parameters given to the constructor.
 */
public final class Adagrad extends KernelOptimizer {
    /** Learning rate 1e-2 and eps 1e-10, the rest 0 unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends DecayOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-2, "lr_decay", 0.0, "eps", 1e-10, "weight_decay", 0.0,
                "initial_accumulator_value", 0.0, "foreach", null, "maximize", false, "differentiable", false, "fused", null));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** The learning rate of a step is divided by 1 + lrDecay · (steps before); 0 unless set. */
        public Options lrDecay(double lrDecay) {
            return with("lr_decay", lrDecay);
        }

        /** What the sum of squares starts with; 0 unless set. A group's own value counts too; PyTorch overlooks it. */
        public Options initialAccumulatorValue(double value) {
            return with("initial_accumulator_value", value);
        }

        /** Added to the divisor, against division by 0; 1e-10 unless set. */
        public Options eps(double eps) {
            return with("eps", eps);
        }
    }

    private static final TensorState.Layout LAYOUT = TensorState.Layout.of(1, "sum");

    /** PyTorch's defaults, to be changed: {@code Adagrad.options().lr(0.1).lrDecay(1e-3)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public Adagrad(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public Adagrad(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public Adagrad(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public Adagrad(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public Adagrad(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if an option is negative, or as {@link #addParamGroup} says
     */
    public Adagrad(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
        for (ParamGroup group : groups) {
            for (int i = 0; i < group.size(); i++) {
                group.setState(i, start(group)).tensors[0] = startTensor(group, group.param(i), 0);
            }
        }
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("Adagrad", "lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps");
        return values.asMap();
    }

    @Override
    int[] needed(ParamGroup group) {
        return new int[] {0};
    }

    @Override
    Tensor startTensor(ParamGroup group, Tensor param, int position) {
        return newState(param).fillInPlace(group.number("initial_accumulator_value"));
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        return new UpdateRule.SquareSum(group.flag("maximize"), group.number("weight_decay"), group.lr() / (1 + state.step * group.number("lr_decay")),
                group.number("eps"));
    }
}
