package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Resilient propagation, as {@code torch.optim.Rprop}: each element has a step size of its own, which grows while its gradient keeps its sign and
 * shrinks when it changes; only the sign of the gradient counts. For full batches.
 *
 * <p>State: {@code step}, {@code prev}, the last gradient, {@code step_size}, which starts at the learning rate.
 */
public final class Rprop extends KernelOptimizer {
    /** Learning rate 1e-2, which only is the first step size, etas 0.5 and 1.2, step sizes 1e-6 to 50 unless set. Immutable. */
    public static final class Options extends BaseOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-2, "etas", Tuple.of(0.5, 1.2), "step_sizes", Tuple.of(1e-6, 50.0),
                "foreach", null, "maximize", false, "differentiable", false, "capturable", false));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** Factors of the step size when the sign changes and when it does not; 0.5 and 1.2 unless set. */
        public Options etas(double minus, double plus) {
            return with("etas", Tuple.of(minus, plus));
        }

        /** The smallest and the largest step size; 1e-6 and 50 unless set. */
        public Options stepSizes(double min, double max) {
            return with("step_sizes", Tuple.of(min, max));
        }

        /** Whether to go up the gradient; false unless set. */
        public Options maximize(boolean maximize) {
            return with("maximize", maximize);
        }
    }

    private static final TensorState.Layout LAYOUT = TensorState.Layout.of(2, "prev", "step_size");

    /** PyTorch's defaults, to be changed: {@code Rprop.options().stepSizes(1e-8, 1)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public Rprop(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public Rprop(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public Rprop(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public Rprop(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public Rprop(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr is negative, or unless the etas are in (0, 1) and above 1, or as {@link #addParamGroup} says
     */
    public Rprop(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("Rprop", "lr");
        Tuple etas = (Tuple) values.asMap().get("etas");
        double minus = (Double) etas.get(0);
        double plus = (Double) etas.get(1);
        if (!(minus > 0 && minus < 1 && plus > 1)) {
            throw new IllegalArgumentException("Rprop: etas must be between 0 and 1 and above 1, got %s".formatted(etas));
        }
        return values.asMap();
    }

    @Override
    int[] needed(ParamGroup group) {
        return new int[] {0, 1};
    }

    @Override
    Tensor startTensor(ParamGroup group, Tensor param, int position) {
        return position == 0 ? newState(param) : newState(param).fillInPlace(group.lr());
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        return new UpdateRule.SignStep(group.flag("maximize"), group.number("etas", 0), group.number("etas", 1), group.number("step_sizes", 0),
                group.number("step_sizes", 1));
    }

    @Override
    boolean sharesRule(TensorState a, TensorState b) {
        return true;
    }
}
