package io.candela.optim;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Limited-memory BFGS, as {@code torch.optim.LBFGS}: each iteration steps along an estimate of Newton's direction, made of the last steps and
 * changes of the gradient. A call of {@link #step(Supplier)} makes up to {@code maxIter} iterations and computes the loss several times, so it
 * needs the closure. For smooth functions of full batches.
 *
 * <p>All parameters form one group on one device. State, kept with the first parameter: {@code func_evals}, {@code n_iter}, {@code al},
 * {@code d}, {@code t}, {@code old_dirs}, {@code old_stps}, {@code ro}, {@code H_diag}, {@code prev_flat_grad}, {@code prev_loss}; it needs as much
 * memory as {@code 2 · historySize} copies of the parameters. The line search computes in float64, where PyTorch's has tensors of the parameters' type.
 */
public final class LBFGS extends Optimizer {
    /**
     * Learning rate 1, 20 iterations, a quarter more evaluations, tolerances 1e-7 and 1e-9, history of 100, no line search unless set. Immutable:
     * every method gives a changed copy.
     */
    public static final class Options extends BaseOptions<Options> {
        private static final Options DEFAULTS = new Options(Hyperparameters.of("lr", 1.0, "max_iter", 20L, "max_eval", -1L, "tolerance_grad", 1e-7,
                "tolerance_change", 1e-9, "history_size", 100L, "line_search_fn", null));

        private Options(Hyperparameters values) {
            super(values);
        }

        @Override
        Options copy(Hyperparameters changed) {
            return new Options(changed);
        }

        /** Iterations in one step at most; 20 unless set. */
        public Options maxIter(int maxIter) {
            return with("max_iter", maxIter);
        }

        /** Evaluations of the loss in one step at most; maxIter · 5 / 4 unless set. */
        public Options maxEval(int maxEval) {
            return with("max_eval", maxEval);
        }

        /** The largest element of the gradient at which to stop; 1e-7 unless set. */
        public Options toleranceGrad(double tolerance) {
            return with("tolerance_grad", tolerance);
        }

        /** The change of the loss, or of a parameter, at which to stop; 1e-9 unless set. */
        public Options toleranceChange(double tolerance) {
            return with("tolerance_change", tolerance);
        }

        /** How many steps are remembered; 100 unless set. */
        public Options historySize(int size) {
            return with("history_size", size);
        }

        /** {@code strong_wolfe}, or null for steps of fixed length. */
        public Options lineSearchFn(String name) {
            return with("line_search_fn", name);
        }
    }

    private static final class Memory extends ParamState {
        private long evaluations;
        private long iterations;
        private Tensor direction; // null before the first iteration
        private double length;
        private final List<Tensor> gradChanges = new ArrayList<>();
        private final List<Tensor> steps = new ArrayList<>();
        private final List<Double> inverseCurvatures = new ArrayList<>();
        private double scale = 1;
        private Tensor lastGrad;
        private double lastLoss;
        private int history;

        @Override
        protected void write(Map<String, Object> entries) {
            entries.put("func_evals", evaluations);
            entries.put("n_iter", iterations);
            if (direction == null) {
                return;
            }
            if (iterations > 1) {
                entries.put("al", new ArrayList<>(Collections.nCopies(history, null))); // scratch
            }
            entries.put("d", direction);
            entries.put("t", length);
            entries.put("old_dirs", new ArrayList<>(gradChanges));
            entries.put("old_stps", new ArrayList<>(steps));
            List<Object> ro = new ArrayList<>();
            inverseCurvatures.forEach(value -> ro.add(scalar(value)));
            entries.put("ro", ro);
            entries.put("H_diag", scalar(scale));
            entries.put("prev_flat_grad", lastGrad);
            entries.put("prev_loss", lastLoss);
        }

        private Tensor scalar(double value) {
            return TensorScope.outlive(Tensor.scalar(value).to(direction.dtype()));
        }
    }

    /** PyTorch's defaults, to be changed: {@code LBFGS.options().lineSearchFn("strong_wolfe")}. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** Steps of fixed length. */
    public LBFGS(Collection<Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** As {@link #LBFGS(Map, Options)}. */
    public LBFGS(Collection<Tensor> params, Options options) {
        super(List.of(ParamGroup.of(params)), checked(options.values));
    }

    /** Steps of fixed length. */
    public LBFGS(Map<String, Tensor> namedParams, double lr) {
        this(namedParams, options().lr(lr));
    }

    /** @throws IllegalArgumentException if lr is negative, the line search is unknown, or as {@link #addParamGroup} says */
    public LBFGS(Map<String, Tensor> namedParams, Options options) {
        super(List.of(ParamGroup.of(namedParams)), checked(options.values));
    }

    private static Map<String, Object> checked(Hyperparameters values) {
        values.checkNotNegative("LBFGS", "lr");
        Object search = values.asMap().get("line_search_fn");
        if (search != null && !search.equals("strong_wolfe")) {
            throw new IllegalArgumentException("LBFGS: lineSearchFn must be strong_wolfe or null, got " + search);
        }
        boolean open = values.asMap().get("max_eval").equals(-1L);
        return open ? values.with("max_eval", (Long) values.asMap().get("max_iter") * 5 / 4).asMap() : values.asMap();
    }

    /** @throws IllegalArgumentException for a second group: directions are those of all parameters together */
    @Override
    public void addParamGroup(ParamGroup group) {
        if (!paramGroups().isEmpty()) {
            throw new IllegalArgumentException("LBFGS: there can be only one parameter group");
        }
        super.addParamGroup(group);
    }

    @Override
    protected void update(ParamGroup group) {
        throw new AssertionError("the closure is needed");
    }

    @Override
    protected Tensor update(Supplier<Tensor> closure) {
        if (closure == null) {
            throw new IllegalStateException("LBFGS: step needs a closure that computes the loss and its gradients anew");
        }
        return Autograd.noGrad(() -> new Step(closure).run());
    }

    /** One call of {@link #step(Supplier)}. */
    private final class Step {
        private final ParamGroup group = paramGroups().get(0);
        private final Supplier<Tensor> closure;
        private final double toleranceGrad = group.number("tolerance_grad");
        private final double toleranceChange = group.number("tolerance_change");
        private final Memory memory;
        private Tensor grad; // of all parameters, flat
        private double loss;

        Step(Supplier<Tensor> closure) {
            this.closure = closure;
            Memory known = (Memory) group.state(0);
            memory = known != null ? known : group.setState(0, new Memory());
            memory.history = (int) group.number("history_size");
        }

        Tensor run() {
            Tensor first = Autograd.enableGrad(closure);
            loss = first.item();
            grad = flatGrad();
            memory.evaluations++;
            if (largest(grad) <= toleranceGrad) {
                return first;
            }
            long maxIter = (long) group.number("max_iter");
            long maxEval = (long) group.number("max_eval");
            double lr = group.lr();
            long evaluations = 1;
            for (long i = 1; i <= maxIter; i++) {
                memory.iterations++;
                boolean begins = memory.iterations == 1;
                memory.direction = TensorScope.outlive(begins ? grad.neg() : direction());
                memory.lastGrad = TensorScope.outlive(grad.clone());
                memory.lastLoss = loss;
                memory.length = begins ? Math.min(1, 1 / grad.abs().sum().item()) * lr : lr;
                double slope = grad.dot(memory.direction).item();
                if (slope > -toleranceChange) {
                    break;
                }
                long more = move(slope, i < maxIter, (int) (maxEval - evaluations));
                evaluations += more;
                memory.evaluations += more;
                if (i == maxIter || evaluations >= maxEval || more > 0 && largest(grad) <= toleranceGrad
                        || Math.abs(largest(memory.direction) * memory.length) <= toleranceChange || Math.abs(loss - memory.lastLoss) < toleranceChange) {
                    break;
                }
            }
            return first;
        }

        /** The gradient times the estimate of the inverse Hessian, negated: the two-loop recursion of Nocedal and Wright, algorithm 7.4. */
        private Tensor direction() {
            Tensor change = grad.sub(memory.lastGrad);
            Tensor step = memory.direction.mul(memory.length);
            double curvature = change.dot(step).item();
            if (curvature > 1e-10) {
                if (memory.steps.size() == memory.history) {
                    memory.gradChanges.remove(0);
                    memory.steps.remove(0);
                    memory.inverseCurvatures.remove(0);
                }
                memory.gradChanges.add(TensorScope.outlive(change));
                memory.steps.add(TensorScope.outlive(step));
                memory.inverseCurvatures.add(rounded(1 / curvature));
                memory.scale = rounded(curvature / change.dot(change).item());
            }
            int size = memory.steps.size();
            double[] alpha = new double[size];
            Tensor d = grad.neg();
            for (int i = size - 1; i >= 0; i--) {
                alpha[i] = memory.steps.get(i).dot(d).item() * memory.inverseCurvatures.get(i);
                d.addInPlace(memory.gradChanges.get(i), -alpha[i]);
            }
            d.mulInPlace(memory.scale);
            for (int i = 0; i < size; i++) {
                double beta = memory.gradChanges.get(i).dot(d).item() * memory.inverseCurvatures.get(i);
                d.addInPlace(memory.steps.get(i), alpha[i] - beta);
            }
            return d;
        }

        /** To the parameters' type, in which the state is saved. */
        private double rounded(double value) {
            return grad.dtype() == DType.FLOAT64 ? value : (float) value;
        }

        /**
         * Goes along the direction.
         *
         * @param evaluate whether to compute the loss there, if there is no line search
         * @return how often the loss was computed
         */
        private int move(double slope, boolean evaluate, int limit) {
            if (group.get("line_search_fn") == null) {
                add(memory.length);
                if (evaluate) {
                    loss = Autograd.enableGrad(closure).item();
                    grad = flatGrad();
                }
                return evaluate ? 1 : 0;
            }
            List<Tensor> start = group.params().stream().map(p -> p.detach().clone()).toList();
            StrongWolfe search = new StrongWolfe(step -> {
                add(step);
                double there = Autograd.enableGrad(closure).item();
                Tensor g = flatGrad();
                for (int i = 0; i < start.size(); i++) {
                    group.param(i).copyFrom(start.get(i));
                }
                return new StrongWolfe.Point(step, there, g, g.dot(memory.direction).item());
            }, new StrongWolfe.Point(0, loss, grad, slope), largest(memory.direction), toleranceChange, limit);
            StrongWolfe.Point best = search.search(memory.length);
            loss = best.loss();
            grad = best.grad();
            memory.length = best.step();
            add(memory.length);
            return search.evaluations();
        }

        private void add(double length) {
            int start = 0;
            for (Tensor p : group.params()) {
                p.addInPlace(memory.direction.narrow(0, start, p.numel()).viewAs(p), length);
                start += p.numel();
            }
        }

        /** The gradients of all parameters one after the other; 0 for those without one. */
        private Tensor flatGrad() {
            return Tensor.cat(0, group.params().stream().map(p -> p.gradOrNull() == null ? p.detach().zerosLike().reshape(-1)
                    : p.gradOrNull().detach().reshape(-1)).toArray(Tensor[]::new));
        }

        private static double largest(Tensor t) {
            return t.abs().max().item();
        }
    }

    @Override
    protected ParamState readState(SavedState saved) {
        Memory memory = new Memory();
        Shape flat = Shape.of(paramGroups().get(0).params().stream().mapToInt(Tensor::numel).sum());
        memory.evaluations = (long) saved.number("func_evals");
        memory.iterations = (long) saved.number("n_iter");
        saved.ignore("al");
        if (!saved.has("d")) {
            return memory;
        }
        memory.direction = saved.tensor("d", flat);
        memory.length = saved.number("t");
        memory.gradChanges.addAll(saved.tensors("old_dirs", flat));
        memory.steps.addAll(saved.tensors("old_stps", flat));
        memory.inverseCurvatures.addAll(saved.numbers("ro", memory.steps.size()));
        memory.scale = saved.number("H_diag");
        memory.lastGrad = saved.tensor("prev_flat_grad", flat);
        memory.lastLoss = saved.number("prev_loss");
        return memory;
    }
}
