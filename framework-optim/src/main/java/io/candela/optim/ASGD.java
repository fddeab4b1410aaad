package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Averaged stochastic gradient descent, as {@code torch.optim.ASGD}: plain steps of {@code eta = lr / (1 + lambd · lr · step)^alpha}, and from step
 * t0 on the mean of the parameter, kept in the state's {@code ax}.
 *
 * <p>State: {@code step}, {@code eta}, {@code mu}, {@code ax}. The parameter itself is not replaced by the mean.
 */
public final class ASGD extends KernelOptimizer {
    /** Learning rate 1e-2, lambd 1e-4, alpha 0.75, t0 1e6, no weight decay unless set. Immutable: every method gives a changed copy. */
    public static final class Options extends DecayOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-2, "lambd", 1e-4, "alpha", 0.75, "t0", 1e6, "weight_decay", 0.0,
                "foreach", null, "maximize", false, "differentiable", false, "capturable", false));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** Decay: each step scales the parameter by 1 − lambd · eta; 1e-4 unless set. */
        public Options lambd(double lambd) {
            return with("lambd", lambd);
        }

        /** Exponent of the decay of eta; 0.75 unless set. */
        public Options alpha(double alpha) {
            return with("alpha", alpha);
        }

        /** The step at which averaging starts; 1e6 unless set. */
        public Options t0(double t0) {
            return with("t0", t0);
        }
    }

    private static final TensorState.Layout LAYOUT = new TensorState.Layout(true, List.of("eta", "mu"), List.of("ax"), 1);

    /** PyTorch's defaults, to be changed: {@code ASGD.options().lr(0.1).t0(1e4)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public ASGD(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public ASGD(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public ASGD(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public ASGD(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public ASGD(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr or weight decay is negative, or as {@link #addParamGroup} says
     */
    public ASGD(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values), LAYOUT);
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("ASGD", "lr", "weight_decay");
        return values.asMap();
    }

    @Override
    TensorState start(ParamGroup group) {
        TensorState state = super.start(group);
        state.numbers[0] = (float) group.lr();
        state.numbers[1] = 1;
        return state;
    }

    @Override
    int[] needed(ParamGroup group) {
        return new int[] {0};
    }

    @Override
    UpdateRule rule(ParamGroup group, TensorState state) {
        double eta = state.numbers[0];
        return new UpdateRule.Averaged(group.flag("maximize"), group.number("weight_decay"), 1 - group.number("lambd") * eta, eta, state.numbers[1]);
    }

    @Override
    boolean sharesRule(TensorState a, TensorState b) {
        return a.numbers[0] == b.numbers[0] && a.numbers[1] == b.numbers[1];
    }

    /** PyTorch keeps both numbers in float32. */
    @Override
    void advance(ParamGroup group, TensorState state) {
        super.advance(group, state);
        double lr = group.lr();
        state.numbers[0] = (float) (lr / Math.pow(1 + group.number("lambd") * lr * state.step, group.number("alpha")));
        state.numbers[1] = (float) (1 / Math.max(1, state.step - group.number("t0")));
    }
}
