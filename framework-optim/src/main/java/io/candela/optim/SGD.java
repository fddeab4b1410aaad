package io.candela.optim;

import io.candela.backend.OptimKernels;
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
public final class SGD extends Optimizer {
    /** What can be set besides the parameters. Immutable: every method gives a changed copy. */
    public static final class Options {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-3, "momentum", 0.0, "dampening", 0.0, "weight_decay", 0.0,
                "nesterov", false, "maximize", false, "foreach", null, "differentiable", false, "fused", null));

        private final Hyperparameters values;

        private Options(Hyperparameters values) {
            this.values = values;
        }

        /** Learning rate; 1e-3 unless set. */
        public Options lr(double lr) {
            return new Options(values.with("lr", lr));
        }

        /** How much of the last update is kept; 0 unless set. */
        public Options momentum(double momentum) {
            return new Options(values.with("momentum", momentum));
        }

        /** By how much the gradient is lessened before it enters the momentum buffer; 0 unless set. */
        public Options dampening(double dampening) {
            return new Options(values.with("dampening", dampening));
        }

        /** Factor of the parameter that is added to its gradient; 0 unless set. */
        public Options weightDecay(double weightDecay) {
            return new Options(values.with("weight_decay", weightDecay));
        }

        /** Whether the step looks ahead along the momentum. */
        public Options nesterov(boolean nesterov) {
            return new Options(values.with("nesterov", nesterov));
        }

        /** Whether to go up the gradient. It is negated before weight decay is added. */
        public Options maximize(boolean maximize) {
            return new Options(values.with("maximize", maximize));
        }
    }

    private static final class Velocity extends ParamState {
        private Tensor buffer;

        Velocity(Tensor buffer) {
            this.buffer = buffer;
        }

        @Override
        protected void write(Map<String, Object> entries) {
            entries.put("momentum_buffer", buffer);
        }
    }

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
     * @throws IllegalArgumentException if lr, momentum or weight decay is negative; with nesterov, unless momentum is positive and dampening 0;
     *     or as {@link #addParamGroup} says
     */
    public SGD(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values));
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
    protected void update(ParamGroup group) {
        Update update = new Update(group);
        for (int i = 0; i < group.size(); i++) {
            Tensor p = group.param(i);
            Tensor grad = p.gradOrNull();
            if (grad == null) {
                continue;
            }
            if (!update.hasMomentum()) {
                update.add(p, grad);
                continue;
            }
            Velocity state = (Velocity) group.state(i);
            boolean first = state == null;
            if (first) {
                state = group.setState(i, new Velocity(newState(p)));
            }
            update.add(p, grad, state, first);
        }
        update.flush();
    }

    /** A step of one group. */
    private static final class Update extends KernelBatch {
        private final double lr;
        private final double momentum;
        private final double dampening;
        private final double weightDecay;
        private final boolean nesterov;
        private final boolean maximize;
        private final Tensor[] buffers; // null without momentum
        private boolean first;

        Update(ParamGroup group) {
            super(group);
            lr = group.number("lr");
            momentum = group.number("momentum");
            dampening = group.number("dampening");
            weightDecay = group.number("weight_decay");
            nesterov = group.flag("nesterov");
            maximize = group.flag("maximize");
            buffers = momentum == 0 ? null : new Tensor[group.size()];
        }

        boolean hasMomentum() {
            return buffers != null;
        }

        void add(Tensor param, Tensor grad, Velocity state, boolean isFirst) {
            if (isFirst != first) {
                flush();
                first = isFirst;
            }
            int i = add(param, grad);
            state.buffer = fit(state.buffer, param);
            buffers[i] = state.buffer;
        }

        @Override
        void launch(OptimKernels kernels) {
            kernels.sgd(count, params, grads, buffers, first, lr, momentum, dampening, weightDecay, nesterov, maximize);
        }
    }

    @Override
    protected ParamState readState(SavedState saved) {
        Tensor buffer = saved.tensorOrNull("momentum_buffer"); // older PyTorch versions saved None without momentum
        return buffer == null ? null : new Velocity(buffer);
    }
}
