package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Stochastic gradient descent with momentum, as {@code torch.optim.SGD}: {@code b = momentum · b + (1 − dampening) · g}, {@code w -= lr · b}.
 *
 * <p>The first momentum buffer is the undamped gradient. The learning rate is not part of the buffer, so a new one acts on it at once. State:
 * {@code momentum_buffer}, made only if there is momentum.
 */
public final class SGD extends KernelOptimizer {
    /** Learning rate 1e-3, the rest 0 or false unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends DecayOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-3, "momentum", 0.0, "dampening", 0.0, "weight_decay", 0.0,
                "nesterov", false, "maximize", false, "foreach", null, "differentiable", false, "fused", null));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** How much of the last update is kept. */
        public Options momentum(double momentum) {
            return with("momentum", momentum);
        }

        /** By how much the gradient is lessened before it enters the momentum buffer. */
        public Options dampening(double dampening) {
            return with("dampening", dampening);
        }

        /** Whether the step looks ahead along the momentum. */
        public Options nesterov(boolean nesterov) {
            return with("nesterov", nesterov);
        }
    }

    private static final TensorState.Layout LAYOUT = new TensorState.Layout(false, List.of(), List.of("momentum_buffer"), 0);

    /** PyTorch's defaults, to be changed: {@code SGD.options().lr(0.1).momentum(0.9)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public SGD(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public SGD(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public SGD(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public SGD(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public SGD(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr, momentum or weight decay is negative; with nesterov, unless momentum is positive and
     *     dampening 0, or as {@link #addParamGroup} says
     */
    public SGD(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("SGD", "lr", "momentum", "weight_decay");
        if (values.flag("nesterov") && (values.number("momentum") <= 0 || values.number("dampening") != 0)) {
            throw new IllegalArgumentException("SGD: nesterov needs a momentum above 0 and a dampening of 0, got momentum %s, dampening %s"
                    .formatted(values.number("momentum"), values.number("dampening")));
        }
        return values.asMap();
    }

    @Override
    int[] needed(ParamGroup group) {
        return group.number("momentum") == 0 ? new int[0] : new int[] {0};
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        return new UpdateRule.Momentum(group.flag("maximize"), group.number("weight_decay"), group.lr(), group.number("momentum"),
                group.number("dampening"), group.flag("nesterov"), state.step == 0);
    }

    @Override
    void advance(ParamGroup group, TensorState state) {
        state.step = 1; // only says that the buffer is not new: parameters that were skipped share a call with the others
    }

    @Override
    protected ParamState readState(SavedState saved) {
        TensorState state = (TensorState) super.readState(saved);
        state.step = 1;
        return state.tensors[0] == null ? null : state; // older PyTorch versions saved None without momentum
    }
}
