package io.candela.optim;

import io.candela.tensor.DType;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Muon, as {@code torch.optim.Muon}: momentum whose update is made nearly orthogonal, for the matrices of hidden layers. Biases, embeddings and the
 * rest belong to another optimizer, such as {@link AdamW}. K. Jordan, Muon: An optimizer for hidden layers in neural networks, 2024.
 *
 * <p>With the gradient {@code g}: {@code b = momentum · b + (1 − momentum) · g}; {@code u = (1 − momentum) · g + momentum · b}, or {@code b} without
 * nesterov; {@code w = (1 − lr · weightDecay) · w − lr · ratio · o}, where {@code o} is {@code u} after some steps of Newton and Schulz's iteration
 * {@code x ← a x + (b x xᵀ + c (x xᵀ)²) x} from {@code u / |u|}, computed in bfloat16. State: {@code momentum_buffer}.
 */
public final class Muon extends Optimizer {
    /**
     * Learning rate 1e-3, weight decay 0.1, momentum 0.95 with nesterov, coefficients 3.4445, −4.775 and 2.0315, eps 1e-7 and 5 iterations unless
     * set. Immutable: every method gives a changed copy.
     */
    public static final class Options extends BaseOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-3, "weight_decay", 0.1, "momentum", 0.95, "nesterov", true,
                "ns_coefficients", Tuple.of(3.4445, -4.7750, 2.0315), "eps", 1e-7, "ns_steps", 5L, "adjust_lr_fn", null));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** What a parameter loses in each step, times the learning rate; 0.1 unless set. */
        public Options weightDecay(double weightDecay) {
            return with("weight_decay", weightDecay);
        }

        /** How much of the momentum buffer is kept; 0.95 unless set. */
        public Options momentum(double momentum) {
            return with("momentum", momentum);
        }

        /** Whether the step looks ahead along the momentum; true unless set. */
        public Options nesterov(boolean nesterov) {
            return with("nesterov", nesterov);
        }

        /** The iteration's {@code a}, {@code b} and {@code c}; 3.4445, −4.775 and 2.0315 unless set. */
        public Options nsCoefficients(double a, double b, double c) {
            return with("ns_coefficients", Tuple.of(a, b, c));
        }

        /** The least norm that an update is divided by; 1e-7 unless set. */
        public Options eps(double eps) {
            return with("eps", eps);
        }

        /** How often to iterate, below 100; 5 unless set. */
        public Options nsSteps(int nsSteps) {
            return with("ns_steps", nsSteps);
        }

        /**
         * By what the learning rate is multiplied for a matrix of n rows and m columns: {@code original}, √max(1, n/m), which null stands for too, or
         * {@code match_rms_adamw}, 0.2 √max(n, m), for steps as large as {@link AdamW}'s.
         */
        public Options adjustLrFn(String name) {
            return with("adjust_lr_fn", name);
        }
    }

    private static final class Momentum extends ParamState {
        private Tensor buffer;

        @Override
        protected void write(Map<String, Object> entries) {
            entries.put("momentum_buffer", buffer);
        }
    }

    /** PyTorch's defaults, to be changed: {@code Muon.options().lr(0.02)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public Muon(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public Muon(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public Muon(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public Muon(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public Muon(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr, momentum, weight decay or the number of iterations is negative, adjustLrFn is not known, or as
     *     {@link #addParamGroup} says
     * @throws ShapeException           if a parameter is no matrix
     */
    public Muon(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values));
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("Muon", "lr", "momentum", "weight_decay");
        Object adjust = values.asMap().get("adjust_lr_fn");
        if (adjust != null && !adjust.equals("original") && !adjust.equals("match_rms_adamw")) {
            throw new IllegalArgumentException("Muon: adjustLrFn must be original, match_rms_adamw or null, got " + adjust);
        }
        long steps = (Long) values.asMap().get("ns_steps");
        if (steps < 0 || steps >= 100) {
            throw new IllegalArgumentException("Muon: nsSteps must be 0 to 99, got " + steps);
        }
        return values.asMap();
    }

    /** @throws ShapeException also if a parameter is no matrix */
    @Override
    public void addParamGroup(ParamGroup group) {
        for (int i = 0; i < group.size(); i++) {
            if (group.param(i).dim() != 2) {
                throw new ShapeException("Muon: parameters must have two dimensions, %s has %s; give it to another optimizer", group.label(i),
                        group.param(i).shape());
            }
        }
        super.addParamGroup(group);
    }

    @Override
    protected void update(ParamGroup group) {
        refuseCapture("Muon", group);
        for (int i = 0; i < group.size(); i++) {
            Tensor p = group.param(i);
            Tensor grad = p.gradOrNull();
            if (grad == null) {
                continue;
            }
            Momentum state = (Momentum) group.state(i);
            if (state == null) {
                state = group.setState(i, new Momentum());
                state.buffer = newState(p);
            } else if (state.buffer.dtype() != p.dtype() || !state.buffer.device().equals(p.device())) { // a module's to moved the parameter
                state.buffer = TensorScope.outlive(state.buffer.to(p.dtype()).to(p.device()));
            }
            double momentum = group.number("momentum");
            state.buffer.lerpInPlace(grad, 1 - momentum);
            Tensor update = orthogonal(group.flag("nesterov") ? grad.lerp(state.buffer, momentum) : state.buffer, group);
            p.mulInPlace(1 - group.lr() * group.number("weight_decay"));
            p.addInPlace(update.to(p.dtype()), -group.lr() * ratio(group.get("adjust_lr_fn"), p.size(0), p.size(1)));
        }
    }

    private static double ratio(Object adjust, double rows, double columns) {
        return "match_rms_adamw".equals(adjust) ? 0.2 * Math.sqrt(Math.max(rows, columns)) : Math.sqrt(Math.max(1, rows / columns));
    }

    /** Numbers of bfloat16 in float32: each product is rounded once, with what is added to it. */
    private static Tensor orthogonal(Tensor update, ParamGroup group) {
        boolean tall = update.size(0) > update.size(1);
        Tensor x = rounded(update);
        x = tall ? x.t() : x;
        x = rounded(x.div(rounded(rounded(x.norm()).clampMin(group.number("eps")))));
        double a = group.number("ns_coefficients", 0);
        double b = group.number("ns_coefficients", 1);
        double c = group.number("ns_coefficients", 2);
        for (long i = (Long) group.get("ns_steps"); i > 0; i--) {
            Tensor gram = rounded(x.matmul(x.t()));
            x = rounded(x.addmm(rounded(gram.addmm(gram, gram, b, c)), x, a, 1));
        }
        return tall ? x.t() : x;
    }

    private static Tensor rounded(Tensor x) {
        return x.to(DType.BFLOAT16).to(DType.FLOAT32);
    }

    @Override
    protected ParamState readState(SavedState saved) {
        Momentum state = new Momentum();
        state.buffer = saved.tensor("momentum_buffer");
        return state;
    }
}
