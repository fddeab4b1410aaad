package io.candela.optim;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Adafactor, as {@code torch.optim.Adafactor}: of the squared gradient of a matrix only the means of rows and columns are remembered, whose product
 * stands for it, so that state is small. Steps are relative to the parameter's size, and clipped.
 *
 * <p>State: {@code step}; {@code row_var} and {@code col_var}, means over the last and the last but one dimension, which stay with size 1; for
 * parameters of less than two dimensions {@code variance}. N. Shazeer and M. Stern, Adafactor, 2018.
 */
public final class Adafactor extends Optimizer {
    /**
     * Learning rate 1e-2, beta2Decay −0.8, eps 1e-3 and that of the type, d 1, no weight decay unless set. Immutable: every method gives a changed
     * copy.
     */
    public static final class Options extends DecayOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1e-2, "beta2_decay", -0.8, "eps", Tuple.of(null, 1e-3), "d", 1.0,
                "weight_decay", 0.0, "foreach", null, "maximize", false));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** The mean square takes in {@code step^beta2Decay} of a new gradient; −0.8 unless set. */
        public Options beta2Decay(double beta2Decay) {
            return with("beta2_decay", beta2Decay);
        }

        /**
         * Lower bounds.
         *
         * @param eps1 of the root of the mean square; null for the spacing of the parameter's type at 1, as it is unless set
         * @param eps2 of the parameter's size; 1e-3 unless set
         */
        public Options eps(Double eps1, double eps2) {
            return with("eps", Tuple.of(eps1, eps2));
        }

        /** The root mean square at which an update is clipped; 1 unless set. */
        public Options d(double d) {
            return with("d", d);
        }
    }

    private static final class Factors extends ParamState {
        private long step;
        private Tensor rows; // null with fewer than two dimensions
        private Tensor columns; // null with fewer than two dimensions
        private Tensor variance; // null otherwise

        @Override
        protected void write(Map<String, Object> entries) {
            entries.put("step", TensorScope.outlive(Tensor.scalar((double) step)));
            if (variance != null) {
                entries.put("variance", variance);
            } else {
                entries.put("row_var", rows);
                entries.put("col_var", columns);
            }
        }
    }

    /** PyTorch's defaults, to be changed: {@code Adafactor.options().lr(1e-3)}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** One group of parameters. */
    public Adafactor(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** One group of parameters. */
    public Adafactor(Collection<Tensor> params, Options options) {
        this(List.of(ParamGroup.of(params)), options);
    }

    /** One group of named parameters. */
    public Adafactor(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** One group of named parameters. */
    public Adafactor(Map<String, Tensor> namedParams, Options options) {
        this(List.of(ParamGroup.of(namedParams)), options);
    }

    /** Several groups, with options of their own. */
    public Adafactor(List<ParamGroup> groups, double lr) {
        this(groups, options().lr(lr));
    }

    /**
     * Several groups, with options of their own.
     *
     * @throws IllegalArgumentException if lr, an eps or weight decay is negative, beta2Decay above 0 or d below 1, or as {@link #addParamGroup} says
     */
    public Adafactor(List<ParamGroup> groups, Options options) {
        super(groups, checked(options.values));
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("Adafactor", "lr", "weight_decay");
        Tuple eps = (Tuple) values.asMap().get("eps");
        if (eps.get(0) != null && !((Double) eps.get(0) >= 0) || !((Double) eps.get(1) >= 0)) {
            throw new IllegalArgumentException("Adafactor: eps must be 0 or more, got %s".formatted(eps));
        } else if (!(values.number("beta2_decay") <= 0) || !(values.number("d") >= 1)) {
            throw new IllegalArgumentException("Adafactor: beta2Decay must be 0 or less and d 1 or more, got %s and %s".formatted(
                    values.number("beta2_decay"), values.number("d")));
        }
        return values.asMap();
    }

    @Override
    protected void update(ParamGroup group) {
        refuseCapture("Adafactor", group);
        for (int i = 0; i < group.size(); i++) {
            Tensor p = group.param(i);
            Tensor grad = p.gradOrNull();
            if (grad != null) {
                Factors state = (Factors) group.state(i);
                update(group, p, group.flag("maximize") ? grad.neg() : grad, state != null ? state : group.setState(i, start(p)));
            }
        }
    }

    private static Factors start(Tensor p) {
        Factors state = new Factors();
        if (p.dim() > 1) {
            state.rows = TensorScope.outlive(Tensor.zeros(reduced(p, -1), p.dtype(), p.device()));
            state.columns = TensorScope.outlive(Tensor.zeros(reduced(p, -2), p.dtype(), p.device()));
        } else {
            state.variance = newState(p);
        }
        return state;
    }

    /** A parameter's shape with size 1 in one dimension. */
    private static Shape reduced(Tensor p, int dim) {
        int[] sizes = p.shape().toArray();
        sizes[sizes.length + dim] = 1;
        return Shape.of(sizes);
    }

    private static void update(ParamGroup group, Tensor p, Tensor grad, Factors state) {
        state.step++;
        double lr = group.lr();
        Object given = ((List<?>) group.get("eps")).get(0);
        double eps = given != null ? (Double) given : p.dtype().finfo().eps();
        double newPart = Math.pow(state.step, group.number("beta2_decay"));
        double rate = Math.max(group.number("eps", 1), p.norm().item() / Math.sqrt(p.numel())) * Math.min(lr, 1 / Math.sqrt(state.step));
        if (group.number("weight_decay") != 0) {
            p.mulInPlace(1 - lr * group.number("weight_decay"));
        }
        Tensor square;
        if (p.dim() > 1) {
            state.rows = like(state.rows, p).lerpInPlace(meanSquare(grad, -1), newPart);
            state.columns = like(state.columns, p).lerpInPlace(meanSquare(grad, -2), newPart);
            square = state.rows.matmul(state.columns).div(state.rows.mean(true, -2).clampMin(eps));
        } else {
            state.variance = like(state.variance, p).lerpInPlace(grad.square(), newPart);
            square = state.variance;
        }
        Tensor update = square.clampMin(eps * eps).rsqrt().mul(grad);
        double clip = Math.max(1, update.norm().item() / (Math.sqrt(p.numel()) * group.number("d")));
        p.addInPlace(update, -rate / clip);
    }

    private static Tensor meanSquare(Tensor grad, int dim) {
        return grad.norm(true, dim).square().div(grad.shape().dim(dim));
    }

    /** State in the parameter's type and on its device, which a module's {@code to} may have changed. */
    private static Tensor like(Tensor state, Tensor p) {
        return state.dtype() == p.dtype() && state.device().equals(p.device()) ? state : TensorScope.outlive(state.to(p.dtype()).to(p.device()));
    }

    @Override
    protected ParamState readState(SavedState saved) {
        Factors state = new Factors();
        state.step = saved.step();
        if (saved.param().dim() > 1) {
            state.rows = saved.tensor("row_var", reduced(saved.param(), -1));
            state.columns = saved.tensor("col_var", reduced(saved.param(), -2));
        } else {
            state.variance = saved.tensor("variance");
        }
        return state;
    }
}
