package io.candela.optim;

import io.candela.backend.OptimKernels;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
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
public final class Adam extends Optimizer {
    /** What can be set besides the parameters. Immutable: every method gives a changed copy. */
    public static final class Options {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-3, "betas", Tuple.of(0.9, 0.999), "eps", 1e-8,
                "weight_decay", 0.0, "amsgrad", false, "maximize", false, "foreach", null, "capturable", false, "differentiable", false,
                "fused", null, "decoupled_weight_decay", false));

        private final Hyperparameters values;

        private Options(Hyperparameters values) {
            this.values = values;
        }

        /** Learning rate; 1e-3 unless set. */
        public Options lr(double lr) {
            return new Options(values.with("lr", lr));
        }

        /** How much of the means of the gradient and of its square is kept in a step; 0.9 and 0.999 unless set. */
        public Options betas(double beta1, double beta2) {
            return new Options(values.with("betas", Tuple.of(beta1, beta2)));
        }

        /** Added to the root of the mean square, against division by 0; 1e-8 unless set. */
        public Options eps(double eps) {
            return new Options(values.with("eps", eps));
        }

        /** Factor of the parameter that is added to its gradient; 0 unless set. */
        public Options weightDecay(double weightDecay) {
            return new Options(values.with("weight_decay", weightDecay));
        }

        /** Whether to divide by the largest mean square so far. */
        public Options amsgrad(boolean amsgrad) {
            return new Options(values.with("amsgrad", amsgrad));
        }

        /** Whether to go up the gradient. It is negated before weight decay is added. */
        public Options maximize(boolean maximize) {
            return new Options(values.with("maximize", maximize));
        }

        /** Whether weight decay scales the parameter by 1 − lr · weightDecay first, as in AdamW, and stays out of the gradient. */
        public Options decoupledWeightDecay(boolean decoupled) {
            return new Options(values.with("decoupled_weight_decay", decoupled));
        }
    }

    private static final class Moments extends ParamState {
        private long step;
        private Tensor expAvg;
        private Tensor expAvgSq;
        private Tensor maxExpAvgSq; // null until a step with amsgrad

        Moments(Tensor param) {
            expAvg = newState(param);
            expAvgSq = newState(param);
        }

        Moments(SavedState saved) {
            step = saved.step();
            expAvg = saved.tensor("exp_avg");
            expAvgSq = saved.tensor("exp_avg_sq");
            maxExpAvgSq = saved.tensorOrNull("max_exp_avg_sq");
        }

        @Override
        protected void write(Map<String, Object> entries) {
            entries.put("step", TensorScope.outlive(Tensor.scalar((double) step)));
            entries.put("exp_avg", expAvg);
            entries.put("exp_avg_sq", expAvgSq);
            if (maxExpAvgSq != null) {
                entries.put("max_exp_avg_sq", maxExpAvgSq);
            }
        }
    }

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
        super(groups, checked(options.values));
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("Adam", "lr", "eps", "weight_decay");
        values.checkPairBelow1("Adam", "betas");
        return values.asMap();
    }

    @Override
    protected void update(ParamGroup group) {
        Update update = new Update(group);
        for (int i = 0; i < group.size(); i++) {
            Tensor p = group.param(i);
            Tensor grad = p.gradOrNull();
            if (grad == null) {
                continue;
            }
            Moments state = (Moments) group.state(i);
            if (state == null) {
                state = group.setState(i, new Moments(p));
            }
            update.add(p, grad, state);
        }
        update.flush();
    }

    /** A step of one group. */
    private static final class Update extends KernelBatch {
        private final double lr;
        private final double beta1;
        private final double beta2;
        private final double eps;
        private final double weightDecay;
        private final boolean decoupled;
        private final boolean maximize;
        private final Moments[] states;
        private final Tensor[] expAvgs;
        private final Tensor[] expAvgSqs;
        private final Tensor[] maxExpAvgSqs; // null without amsgrad
        private long step; // of all parameters in the batch, before this one

        Update(ParamGroup group) {
            super(group);
            lr = group.number("lr");
            beta1 = group.number("betas", 0);
            beta2 = group.number("betas", 1);
            eps = group.number("eps");
            weightDecay = group.number("weight_decay");
            decoupled = group.flag("decoupled_weight_decay");
            maximize = group.flag("maximize");
            int size = group.size();
            states = new Moments[size];
            expAvgs = new Tensor[size];
            expAvgSqs = new Tensor[size];
            maxExpAvgSqs = group.flag("amsgrad") ? new Tensor[size] : null;
        }

        void add(Tensor param, Tensor grad, Moments state) {
            if (state.step != step) {
                flush();
            }
            int i = add(param, grad);
            step = state.step; // after add, which may have updated this very parameter
            states[i] = state;
            state.expAvg = fit(state.expAvg, param);
            state.expAvgSq = fit(state.expAvgSq, param);
            expAvgs[i] = state.expAvg;
            expAvgSqs[i] = state.expAvgSq;
            if (maxExpAvgSqs != null) {
                state.maxExpAvgSq = state.maxExpAvgSq == null ? newState(param) : fit(state.maxExpAvgSq, param);
                maxExpAvgSqs[i] = state.maxExpAvgSq;
            }
        }

        @Override
        void launch(OptimKernels kernels) {
            kernels.adam(count, params, grads, expAvgs, expAvgSqs, maxExpAvgSqs, step + 1, lr, beta1, beta2, eps, weightDecay, decoupled, maximize);
            for (int i = 0; i < count; i++) {
                states[i].step++;
            }
        }
    }

    @Override
    protected ParamState readState(SavedState saved) {
        return new Moments(saved);
    }
}
