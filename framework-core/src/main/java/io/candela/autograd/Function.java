package io.candela.autograd;

import io.candela.tensor.Tensor;
import io.candela.tensor.ThreadContext;

/**
 * A function with a gradient of its own, any number of operands and any number of results: PyTorch's {@code torch.autograd.Function}. One
 * object per call: what {@link #backward} needs is kept in its fields, tensors through {@link #save} or {@link #saveFor}.
 *
 * <pre>{@code
 * // sine and cosine of one tensor
 * final class SinCos extends Function {
 *     private Saved sin;
 *     private Saved cos;
 *
 *     protected Tensor[] forward(Tensor... x) {
 *         Tensor[] out = {x[0].sin(), x[0].cos()};
 *         sin = saveResult(out[0]);
 *         cos = saveResult(out[1]);
 *         return out;
 *     }
 *
 *     protected Tensor[] backward(Tensor... g) {
 *         return new Tensor[] {g[0].mul(cos.get()).sub(g[1].mul(sin.get()))};
 *     }
 * }
 *
 * Tensor[] both = Autograd.apply(new SinCos(), x);
 * }</pre>
 *
 * <p>{@code backward} written in tensor methods can be differentiated again. For one result, {@link UnaryOp}, {@link BinaryOp} and {@link NaryOp}
 * are shorter still, and cost less. {@link GradCheck} tells whether a gradient is right.
 */
public abstract class Function extends Op {
    private Node[] inputs = {};
    private Tensor[] silent = {}; // results without a gradient
    private boolean materialize = true;
    private Output[] outputs = {}; // one per result; null for results without a gradient
    private Tensor[] arrived; // one gradient per result, during a walk

    /** Computes the results. Runs unrecorded; an operand is null where the caller gave null. */
    protected abstract Tensor[] forward(Tensor... xs);

    /**
     * The operands' gradients from the results'. Unlike in the other kinds of operations, tensors made here may be held after the walk.
     *
     * @param gs one per result; zeros where none arrived (null after {@link #setMaterializeGrads setMaterializeGrads(false)})
     * @return one per operand; null where there is none, or nobody {@linkplain #needsGrad asks for it}
     */
    protected abstract Tensor[] backward(Tensor... gs);

    /** The class's simple name, for messages. */
    @Override
    public String name() {
        String name = getClass().getSimpleName();
        return name.isEmpty() ? "Function" : name;
    }

    /** For {@link #forward}: says that these results have no gradient. Results that are not floating point never have one. */
    protected final void markNonDifferentiable(Tensor... results) {
        silent = results;
    }

    /** For {@link #forward}: whether results to which no gradient came back count as zeros (the start value), or as null. */
    protected final void setMaterializeGrads(boolean materialize) {
        this.materialize = materialize;
    }

    final Tensor[] call(Tensor... xs) {
        ThreadContext context = ThreadContext.current();
        boolean recording = false;
        for (Tensor x : xs) {
            recording |= x != null && x.requiresGrad();
        }
        recording &= context.gradEnabled;
        if (recording) {
            inputs = new Node[xs.length];
            for (int i = 0; i < xs.length; i++) {
                if (xs[i] != null && xs[i].requiresGrad()) {
                    inputs[i] = xs[i].gradNode();
                    depth = Math.max(depth, inputs[i].depth);
                }
            }
            depth++;
        }
        boolean gradEnabled = context.gradEnabled;
        context.gradEnabled = false;
        Tensor[] results;
        try {
            results = forward(xs);
        } finally {
            context.gradEnabled = gradEnabled;
        }
        return recording ? link(results, xs) : results;
    }

    private Tensor[] link(Tensor[] results, Tensor... xs) {
        Tensor[] linked = results.clone();
        outputs = new Output[results.length];
        for (int k = 0; k < results.length; k++) {
            Tensor y = results[k];
            if (y == null || !y.dtype().isFloating() || isAmong(y, silent)) {
                continue;
            }
            if (isAmong(y, xs) || y.requiresGrad()) {
                y = y.detach(); // the operand itself keeps its place in the graph
            }
            outputs[k] = new Output(this, k);
            linked[k] = outputs[k].record(y);
        }
        if (Anomaly.inUse) {
            Anomaly.note(this);
        }
        return linked;
    }

    private static boolean isAmong(Tensor t, Tensor... all) {
        for (Tensor other : all) {
            if (other == t) {
                return true;
            }
        }
        return false;
    }

    @Override
    final Node input(int input) {
        return input < inputs.length ? inputs[input] : null;
    }

    @Override
    final int inputCount() {
        return inputs.length;
    }

    /** Takes the gradient of result {@code index}. */
    private void receive(int index, Tensor g, BackwardPass pass) {
        if (arrived == null) {
            arrived = new Tensor[outputs.length];
        }
        arrived[index] = g;
        g.storage().retainGradientSlot();
        pass.sendAny(this, g);
    }

    @Override
    final void backward(Tensor any, BackwardPass pass) {
        Tensor[] gs = arrived;
        arrived = null;
        ThreadContext context = ThreadContext.current();
        Object allocations = context.collectAllocations(false);
        Object token = context.backwardToken;
        context.backwardToken = null;
        Tensor[] gradients;
        try {
            Tensor[] shown = gs.clone();
            for (int k = 0; k < gs.length; k++) {
                if (gs[k] != null) {
                    gs[k].storage().retainGradientSlot(); // never dropped: users may hold it
                } else if (materialize && outputs[k] != null) {
                    shown[k] = Tensor.zeros(outputs[k].shape, outputs[k].dtype, any.device());
                }
            }
            gradients = backward(shown);
        } finally {
            context.backwardToken = token;
            context.restoreAllocations(allocations);
            for (Tensor g : gs) {
                if (g != null) {
                    g.storage().dropGradientSlot();
                }
            }
        }
        if (gradients.length != inputs.length) {
            throw new GraphException("%s: backward returned %d gradients for %d operands", name(), gradients.length, inputs.length);
        }
        for (int i = 0; i < inputs.length; i++) {
            if (gradients[i] != null && pass.wants(inputs[i])) {
                if (!inputs[i].shape.broadcastsTo(gradients[i].shape())) {
                    throw new GraphException("%s: backward returned %s as the gradient of operand %d, whose shape is %s", name(),
                            gradients[i].shape(), i, inputs[i].shape);
                }
                pass.send(inputs[i], gradients[i]);
            }
        }
    }

    @Override
    final void forgetMore() {
        if (arrived != null) {
            for (Tensor g : arrived) {
                if (g != null) {
                    g.storage().dropGradientSlot();
                }
            }
            arrived = null;
        }
    }

    /** Where the gradient of one result arrives. */
    private static final class Output extends Op {
        private final Function function;
        private final int index;

        Output(Function function, int index) {
            this.function = function;
            this.index = index;
            this.depth = function.depth + 1;
        }

        @Override
        public String name() {
            return function.name();
        }

        @Override
        Node input(int input) {
            return function;
        }

        @Override
        int inputCount() {
            return 1;
        }

        @Override
        void backward(Tensor g, BackwardPass pass) {
            if (pass.wants(function)) {
                function.receive(index, g, pass);
            }
        }
    }
}
