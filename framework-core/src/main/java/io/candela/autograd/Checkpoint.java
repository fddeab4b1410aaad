package io.candela.autograd;

import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import io.candela.tensor.ThreadContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Activation checkpointing, as {@code torch.utils.checkpoint} with {@code use_reentrant=False}: a part of a network that keeps nothing for its
 * gradient but its inputs, and is computed a second time when the gradient needs what it would have kept.
 *
 * <pre>{@code
 * Tensor h = Checkpoint.checkpoint(block::forward, x);
 * }</pre>
 *
 * <p>The function may use parameters and other tensors besides its inputs, may contain checkpoints, and works with {@link Autograd#grad} and with
 * second derivatives. It must do the same both times: the default random generators are set back for the second time (so that dropout drops the same
 * elements), other state is the caller's care. What was computed again is kept until the graph is freed.
 */
public final class Checkpoint {
    /** Whether any thread ever made a checkpoint: spares all others the look at their context. Not volatile: a thread sees what it wrote itself. */
    static boolean inUse;

    private Checkpoint() {}

    /** Applies a function of one tensor. */
    public static Tensor checkpoint(UnaryOperator<Tensor> function, Tensor input) {
        return checkpointAll(xs -> new Tensor[] {function.apply(xs[0])}, input)[0];
    }

    /** Applies a function of two tensors. */
    public static Tensor checkpoint(BinaryOperator<Tensor> function, Tensor first, Tensor second) {
        return checkpointAll(xs -> new Tensor[] {function.apply(xs[0], xs[1])}, first, second)[0];
    }

    /** Applies a function of any number of tensors. */
    public static Tensor checkpoint(Function<Tensor[], Tensor> function, Tensor... inputs) {
        return checkpointAll(xs -> new Tensor[] {function.apply(xs)}, inputs)[0];
    }

    /**
     * Applies a function of any number of tensors with several results.
     *
     * @param function gets {@code inputs}; may be called from the thread that computes gradients, after this method returned
     */
    public static Tensor[] checkpointAll(Function<Tensor[], Tensor[]> function, Tensor... inputs) {
        ThreadContext context = ThreadContext.current();
        if (!context.gradEnabled) {
            return function.apply(inputs);
        }
        inUse = true;
        Collector outer = (Collector) context.checkpoint;
        context.checkpoint = new Frame(function, outer, inputs);
        try {
            return function.apply(inputs);
        } finally {
            context.checkpoint = outer;
        }
    }

    /** Whether the calling thread is inside a checkpoint's function. */
    static boolean isCollecting() {
        return ThreadContext.current().checkpoint != null;
    }

    /**
     * What an operation does instead of keeping a tensor.
     *
     * @param change   by how much the version of the contents will have grown when forward is over
     * @param isResult whether it is the result of {@code op}
     * @return null if the operation is to keep the tensor itself
     */
    static Saved saveLater(Op op, Tensor tensor, int change, boolean isResult, Saved next) {
        Collector collector = (Collector) ThreadContext.current().checkpoint;
        if (collector == null) {
            return null;
        }
        Node node = isResult ? op : tensor.requiresGrad() ? tensor.gradNode() : null;
        Slot slot = collector.add(tensor, tensor.storage().version() + change, node);
        return slot == null ? null : new Saved(op, slot, next);
    }

    /** Notes what is to be kept: in place of the tensors at first, then the tensors. */
    private interface Collector {
        /** Null if whoever asks keeps the tensor. */
        Slot add(Tensor tensor, int version, Node node);
    }

    /** One call of a function. */
    private static final class Frame implements Collector {
        private final Function<Tensor[], Tensor[]> function;
        private final Slot[] inputs;
        private final Map<Generator, byte[]> random;
        private int count; // of tensors to be kept
        private Again again; // null until the first of them is needed

        Frame(Function<Tensor[], Tensor[]> function, Collector outer, Tensor... inputs) {
            this.function = function;
            for (Tensor x : inputs) {
                if (x != null) {
                    Generator.getDefault(x.device()); // is there from now on
                }
            }
            this.random = randomStates();
            this.inputs = new Slot[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                Tensor x = inputs[i];
                if (x != null) {
                    Node node = x.requiresGrad() ? x.gradNode() : null;
                    Slot later = outer == null ? null : outer.add(x, x.storage().version(), node);
                    this.inputs[i] = later != null ? later : new Slot(x);
                }
            }
        }

        /** Of the default generators of all devices in use. */
        private static Map<Generator, byte[]> randomStates() {
            Map<Generator, byte[]> states = new IdentityHashMap<>();
            Generator.defaults().forEach(g -> states.put(g, g.getState()));
            return states;
        }

        @Override
        public Slot add(Tensor tensor, int version, Node node) {
            return new Slot(this, count++, node);
        }

        Again computed() {
            if (again == null) {
                again = new Again();
                try {
                    compute();
                } catch (RuntimeException | Error e) {
                    again = null;
                    throw e;
                }
            }
            return again;
        }

        private void compute() {
            ThreadContext context = ThreadContext.current();
            Object outer = context.checkpoint;
            boolean gradEnabled = context.gradEnabled;
            boolean anomalyMode = context.anomalyMode;
            Object token = context.backwardToken;
            Object allocations = context.collectAllocations(false); // later operations of the walk need what is computed here
            Tensor[] xs = Arrays.stream(inputs).map(slot -> slot == null ? null : slot.get("checkpoint")).toArray(Tensor[]::new);
            Map<Generator, byte[]> before = randomStates();
            random.forEach(Generator::setState);
            context.checkpoint = again;
            context.backwardToken = null;
            context.anomalyMode = false;
            context.gradEnabled = true;
            try {
                function.apply(xs);
            } finally {
                context.gradEnabled = gradEnabled;
                context.anomalyMode = anomalyMode;
                context.backwardToken = token;
                context.checkpoint = outer;
                context.restoreAllocations(allocations);
                before.forEach(Generator::setState);
            }
            if (again.tensors.size() != count) {
                throw new GraphException("checkpoint: the function kept %d tensors for its gradient the first time and %d the second; it must do the "
                        + "same both times", count, again.tensors.size());
            }
        }
    }

    /** What the second call keeps. */
    private static final class Again implements Collector {
        private final List<Tensor> tensors = new ArrayList<>();
        private final List<Integer> versions = new ArrayList<>();

        @Override
        public Slot add(Tensor tensor, int version, Node node) {
            tensors.add(tensor.detach());
            versions.add(version);
            return null;
        }
    }

    /** A tensor that is there, or will be computed again. */
    static final class Slot {
        private final Frame frame; // null if the tensor is there
        private final int index;
        private final Node node; // of the tensor in the graph that the first call made; null if it takes no part
        private final Tensor tensor;
        private final int version;

        private Slot(Frame frame, int index, Node node) {
            this.frame = frame;
            this.index = index;
            this.node = node;
            this.tensor = null;
            this.version = 0;
        }

        private Slot(Tensor tensor) {
            this.frame = null;
            this.index = 0;
            this.node = null;
            this.tensor = tensor;
            this.version = tensor.storage().version();
        }

        Tensor get(String who) {
            if (frame == null) {
                Saved.check(who, tensor, version);
                return tensor;
            }
            Again again = frame.computed();
            Tensor t = again.tensors.get(index);
            if (t == null) {
                throw new GraphException("%s: the graph was freed by an earlier backward(); pass retainGraph=true to that one to go through it again",
                        who);
            }
            Saved.check(who, t, again.versions.get(index));
            Tensor out = t.detach();
            if (node != null) {
                out.attach(node);
            }
            return out;
        }

        void free() {
            if (frame != null && frame.again != null) {
                frame.again.tensors.set(index, null);
            }
        }
    }
}
