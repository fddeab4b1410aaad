package io.candela.autograd;

import io.candela.tensor.DeviceException;
import io.candela.tensor.Tensor;
import io.candela.tensor.ThreadContext;
import java.lang.ref.Reference;
import java.util.function.Supplier;

/**
 * Records operations and walks them backwards. Most programs need only {@link #noGrad(Runnable)}; {@code Tensor.backward()} does the rest.
 *
 * <p>Gradient mode belongs to the thread.
 */
public final class Autograd {
    private Autograd() {}

    /** Whether operations on this thread are recorded. True at the start of every thread. */
    public static boolean isGradEnabled() {
        return ThreadContext.current().gradEnabled;
    }

    /** Runs code whose operations are not recorded; results require no gradient. */
    public static void noGrad(Runnable code) {
        withMode(false, code);
    }

    /** Runs code whose operations are not recorded, and gives back what it computed. */
    public static <T> T noGrad(Supplier<T> code) {
        return withMode(false, code);
    }

    /** Runs code whose operations are recorded, also inside {@link #noGrad(Runnable)}. */
    public static void enableGrad(Runnable code) {
        withMode(true, code);
    }

    /** Runs code whose operations are recorded, and gives back what it computed. */
    public static <T> T enableGrad(Supplier<T> code) {
        return withMode(true, code);
    }

    /**
     * Switches recording on or off on this thread, as {@code torch.set_grad_enabled}: until the mode is closed, or for good if it never is.
     *
     * @return closing it goes back to what was before
     */
    public static GradMode setGradEnabled(boolean enabled) {
        ThreadContext context = ThreadContext.current();
        GradMode before = new GradMode(context);
        context.gradEnabled = enabled;
        return before;
    }

    /**
     * Starts inference mode on this thread, as {@code torch.inference_mode}: nothing is recorded, and what is allocated can never be saved for a
     * gradient later, nor require one.
     *
     * @return closing it ends the mode
     */
    public static GradMode inferenceMode() {
        ThreadContext context = ThreadContext.current();
        GradMode before = new GradMode(context);
        context.gradEnabled = false;
        context.inferenceMode = true;
        return before;
    }

    /**
     * Starts anomaly mode on this thread, as {@code torch.autograd.detect_anomaly}: operations note where they were called, and a backward pass
     * stops at the first gradient that is NaN somewhere, with a {@link GraphException} that names the operation and whose cause shows the call.
     * Slow: for debugging.
     *
     * @return closing it ends the mode
     */
    public static GradMode detectAnomaly() {
        ThreadContext context = ThreadContext.current();
        GradMode before = new GradMode(context);
        Anomaly.use();
        context.anomalyMode = true;
        return before;
    }

    private static void withMode(boolean enabled, Runnable code) {
        withMode(enabled, () -> {
            code.run();
            return null;
        });
    }

    private static <T> T withMode(boolean enabled, Supplier<T> code) {
        ThreadContext context = ThreadContext.current();
        boolean before = context.gradEnabled;
        context.gradEnabled = enabled;
        try {
            return code.get();
        } finally {
            context.gradEnabled = before;
        }
    }

    /** Applies an operation to one tensor, recording it if the tensor requires a gradient. */
    public static Tensor apply(UnaryOp op, Tensor x) {
        if (Tracing.inUse && Tracing.isOn()) {
            return Tracing.apply(op, false, () -> apply(op, x), x);
        }
        if (Autocast.inUse && Autocast.concerns(op, x)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> apply(op, t[0]), x);
        }
        ThreadContext context = ThreadContext.current();
        boolean recording = context.gradEnabled && x.requiresGrad();
        if (recording) {
            op.in = x.gradNode();
            op.depth = op.in.depth + 1;
            context.gradEnabled = false;
        }
        try {
            Tensor y = op.forward(x);
            return recording ? op.record(y == x ? alias(y) : y) : context.gradEnabled ? y : outside(y);
        } finally {
            if (recording) {
                context.gradEnabled = true;
            }
            Reference.reachabilityFence(x); // its memory must not be recycled while the kernel reads it
        }
    }

    /**
     * Applies an operation to two tensors, recording it if one of them requires a gradient.
     *
     * @throws DeviceException if they are on different devices, and neither {@link BinaryOp#travels}
     */
    public static Tensor apply(BinaryOp op, Tensor a, Tensor b) {
        if (Tracing.inUse && Tracing.isOn()) {
            return Tracing.apply(op, false, () -> apply(op, a, b), a, b);
        }
        if (!isTogether(a, b)) {
            if (op.travels(b)) {
                return apply(op, a, b.to(a.device()));
            }
            if (op.travels(a)) {
                return apply(op, a.to(b.device()), b);
            }
            checkDevices(op, a, b);
        }
        ThreadContext context = ThreadContext.current();
        boolean recording = context.gradEnabled && (a.requiresGrad() || b.requiresGrad());
        if (recording) {
            link(op, a, b);
            context.gradEnabled = false;
        }
        try {
            Tensor y = op.forward(a, b);
            return recording ? op.record(y == a || y == b ? alias(y) : y) : y;
        } finally {
            if (recording) {
                context.gradEnabled = true;
            }
            Reference.reachabilityFence(a);
            Reference.reachabilityFence(b);
        }
    }

    /**
     * Applies an operation to several tensors, recording it if one of them requires a gradient.
     *
     * @throws DeviceException if they are on different devices
     */
    public static Tensor apply(NaryOp op, Tensor... xs) {
        if (Tracing.inUse && Tracing.isOn()) {
            return Tracing.apply(op, false, () -> apply(op, xs), xs);
        }
        ThreadContext context = ThreadContext.current();
        boolean recording = false;
        Tensor first = null;
        for (Tensor x : xs) {
            if (x != null) {
                if (first == null) {
                    first = x;
                } else {
                    checkDevices(op, first, x);
                }
                recording |= x.requiresGrad();
            }
        }
        recording &= context.gradEnabled;
        if (recording) {
            Node[] nodes = new Node[xs.length];
            int depth = 0;
            for (int i = 0; i < xs.length; i++) {
                if (xs[i] != null && xs[i].requiresGrad()) {
                    nodes[i] = xs[i].gradNode();
                    depth = Math.max(depth, nodes[i].depth);
                }
            }
            op.inputs = nodes;
            op.depth = depth + 1;
            context.gradEnabled = false;
        }
        try {
            Tensor y = op.forward(xs);
            return recording ? op.record(y.requiresGrad() ? alias(y) : y) : y;
        } finally {
            if (recording) {
                context.gradEnabled = true;
            }
            Reference.reachabilityFence(xs);
        }
    }

    /** Applies a function with any number of results, recording it if one of the operands requires a gradient. */
    public static Tensor[] apply(Function function, Tensor... xs) {
        return Tracing.inUse && Tracing.isOn() ? Tracing.apply(function, false, () -> function.call(xs), xs) : function.call(xs);
    }

    /** An operand that forward returned keeps its own place in the graph. */
    private static Tensor alias(Tensor operand) {
        return operand.detach();
    }

    /** Views made while nothing is recorded stay outside of the graph. */
    private static Tensor outside(Tensor y) {
        if (y.isView()) {
            y.stayOutside();
        }
        return y;
    }

    /**
     * Applies an operation whose forward overwrites its operand. If that is a view, the tensor behind it and all other views of it take part:
     * gradients arrive where the elements came from.
     *
     * @throws GraphException if the operand is, or is a view of, a leaf that requires a gradient, or is a view made while nothing was recorded
     */
    public static Tensor applyInPlace(UnaryOp op, Tensor x) {
        if (Tracing.inUse && Tracing.isOn()) {
            return Tracing.apply(op, true, () -> applyInPlace(op, x), x);
        }
        ThreadContext context = ThreadContext.current();
        boolean recording = context.gradEnabled && x.requiresGrad();
        if (recording) {
            checkInPlace(op, x);
            if (!(x.isView() && op.overwrites())) {
                op.in = x.gradNode();
                op.depth = op.in.depth + 1;
            }
            op.inPlace = true;
            context.gradEnabled = false;
        }
        try {
            op.forward(x);
        } finally {
            x.storage().bumpVersion();
            if (recording) {
                context.gradEnabled = true;
            }
            Reference.reachabilityFence(x);
        }
        if (recording) {
            recordInPlace(op, x);
        }
        return x;
    }

    /**
     * Applies an operation whose forward overwrites its left operand. If that is a view, the tensor behind it and all other views of it take part:
     * gradients arrive where the elements came from.
     *
     * @throws GraphException if that operand is, or is a view of, a leaf that requires a gradient, or is a view made while nothing was recorded
     */
    public static Tensor applyInPlace(BinaryOp op, Tensor a, Tensor b) {
        if (Tracing.inUse && Tracing.isOn()) {
            return Tracing.apply(op, true, () -> applyInPlace(op, a, b), a, b);
        }
        if (!isTogether(a, b)) {
            if (op.travels(b)) {
                return applyInPlace(op, a, b.to(a.device()));
            }
            checkDevices(op, a, b);
        }
        ThreadContext context = ThreadContext.current();
        boolean recording = context.gradEnabled && (a.requiresGrad() || b.requiresGrad());
        if (recording) {
            checkInPlace(op, a);
            link(op, a, b);
            if (a.isView() && op.overwrites()) {
                op.lhs = null; // what it was is erased behind the view
                op.depth = b.requiresGrad() ? op.rhs.depth + 1 : 0;
            }
            op.inPlace = true;
            context.gradEnabled = false;
        }
        try {
            op.forward(a, b);
        } finally {
            a.storage().bumpVersion();
            if (recording) {
                context.gradEnabled = true;
            }
            Reference.reachabilityFence(a);
            Reference.reachabilityFence(b);
        }
        if (recording) {
            recordInPlace(op, a);
        }
        return a;
    }

    /** Makes an operation the node of the tensor that it changed. */
    private static void recordInPlace(Op op, Tensor changed) {
        changed.storage().noteGraphChange(); // from now on, other views know that their nodes are out of date
        if (!changed.isView()) {
            Extras before = changed.gradNodeOrNull() == null ? null : changed.gradNodeOrNull().extras;
            op.record(changed);
            if (before != null && before.retained == changed) { // as PyTorch: the gradient kept is that of the new contents
                before.retained = null;
                op.retainFor(changed);
            }
            return;
        }
        Tensor base = changed.base();
        Node result = null; // stays null if the new contents depend on nothing
        if (op.depth > 0) {
            op.shape = changed.shape();
            op.dtype = changed.dtype();
            if (Anomaly.inUse) {
                Anomaly.note(op);
            }
            result = op;
        }
        Strided.change(base, changed, result);
        changed.followBase();
    }

    private static void link(BinaryOp op, Tensor a, Tensor b) {
        int depth = 0;
        if (a.requiresGrad()) {
            op.lhs = a.gradNode();
            depth = op.lhs.depth;
        }
        if (b.requiresGrad()) {
            op.rhs = b.gradNode();
            depth = Math.max(depth, op.rhs.depth);
        }
        op.depth = depth + 1;
    }

    private static void checkInPlace(Op op, Tensor x) {
        if (x.requiresGrad() && x.isLeaf()) {
            throw new GraphException("%s: a leaf %s that requires a gradient cannot be changed in place; do it inside Autograd.noGrad", op.name(),
                    x.shape());
        }
        if (x.isView()) {
            checkView(op, x);
        }
        if (x.storage().isInference()) {
            throw new GraphException("%s: %s was made in inference mode and cannot take a result that requires a gradient; clone() it", op.name(),
                    x.shape());
        }
        if (!x.dtype().isFloating()) {
            throw new GraphException("%s: a tensor of %s cannot take a result that requires a gradient", op.name(), x.dtype());
        }
    }

    private static void checkView(Op op, Tensor x) {
        Tensor base = x.base();
        if (base.requiresGrad() && base.isLeaf()) {
            throw new GraphException("%s: %s is a view of a leaf %s that requires a gradient, which cannot be changed in place; do it inside "
                    + "Autograd.noGrad", op.name(), x.shape(), base.shape());
        }
        if (x.isOutside()) {
            throw new GraphException("%s: the view %s was made while nothing was recorded, so it cannot be changed in place while its gradient is; "
                    + "do both inside Autograd.noGrad, or both outside", op.name(), x.shape());
        }
        if (x.dtype() != base.dtype()) {
            throw new GraphException("%s: a view as %s of a tensor of %s cannot be changed in place while its gradient is recorded", op.name(),
                    x.dtype(), base.dtype());
        }
    }

    private static boolean isTogether(Tensor a, Tensor b) {
        return a.device() == b.device() || a.device().equals(b.device());
    }

    private static void checkDevices(Op op, Tensor a, Tensor b) {
        if (!isTogether(a, b)) {
            throw new DeviceException("%s: operands are on different devices: %s on %s, %s on %s; move one with to(device)", op.name(), a.shape(),
                    a.device(), b.shape(), b.device());
        }
    }

    /**
     * Adds the gradient of {@code root} with respect to every leaf it depends on to that leaf's {@code grad()}.
     *
     * @param gradient    the gradient of what is to be minimized with respect to {@code root}, in its shape; null means 1, for one element
     * @param retainGraph whether saved tensors stay, for another walk through the same graph
     * @param createGraph whether the gradients can themselves be differentiated; implies {@code retainGraph}
     * @throws GraphException if {@code root} requires no gradient, or has several elements and {@code gradient} is null, or the graph was
     *     freed; no gradient was changed then
     */
    public static void backward(Tensor root, Tensor gradient, boolean retainGraph, boolean createGraph) {
        checkRoot("backward", root, gradient);
        new BackwardPass(retainGraph || createGraph, createGraph).run(root, gradient);
    }

    /**
     * As {@link #backward(Tensor, Tensor, boolean, boolean)}, from several results at once, and, with {@code inputs}, for these alone.
     *
     * @param gradients one per root, null for 1; or null for all of these
     * @param inputs    the only tensors whose {@code grad()} changes; those that are no leaves keep their gradient, too. None means all leaves
     */
    public static void backward(Tensor[] roots, Tensor[] gradients, boolean retainGraph, boolean createGraph, Tensor... inputs) {
        Tensor[] starts = starts("backward", roots, gradients);
        Targets targets = null;
        if (inputs.length > 0) {
            targets = new Targets(nodes("backward", roots), nodes("backward", inputs), false);
            for (Tensor input : inputs) {
                if (!input.isLeaf()) {
                    input.retainGrad();
                }
            }
        }
        new BackwardPass(retainGraph || createGraph, createGraph).run(roots, starts, targets);
    }

    /**
     * The gradient of {@code output}, which has one element, with respect to each input. The graph is freed; no {@code grad()} changes.
     *
     * @throws GraphException if {@code output} does not depend on an input
     */
    public static Tensor[] grad(Tensor output, Tensor... inputs) {
        return grad(new Tensor[] {output}, inputs, null, false, false, false);
    }

    /**
     * The sum of the gradients of several results with respect to each input, as {@code torch.autograd.grad}. No {@code grad()} changes, and only
     * the part of the graph between results and inputs is walked (and freed). Inputs need not be leaves.
     *
     * @param gradOutputs one per output, null for 1; or null for all of these
     * @param retainGraph whether saved tensors stay, for another walk through the same graph
     * @param createGraph whether the gradients can themselves be differentiated; implies {@code retainGraph}
     * @param allowUnused whether an input that no output depends on gets null instead of an exception
     * @return one gradient per input, in its shape
     * @throws GraphException if an input or output requires no gradient, an output has several elements and no gradient, the graph was freed, or
     *     an input is unused and that is not allowed
     */
    public static Tensor[] grad(Tensor[] outputs, Tensor[] inputs, Tensor[] gradOutputs, boolean retainGraph, boolean createGraph,
            boolean allowUnused) {
        Tensor[] starts = starts("grad", outputs, gradOutputs);
        Node[] wanted = nodes("grad", inputs);
        Targets targets = new Targets(nodes("grad", outputs), wanted, true);
        new BackwardPass(retainGraph || createGraph, createGraph).run(outputs, starts, targets);
        Tensor[] gradients = new Tensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            gradients[i] = targets.gradient(wanted[i]);
            if (gradients[i] == null && !allowUnused) {
                throw new GraphException("grad: no output depends on input %d %s; pass allowUnused=true to get null for it", i, inputs[i].shape());
            }
        }
        return gradients;
    }

    private static Tensor[] starts(String who, Tensor[] roots, Tensor... gradients) {
        if (gradients != null && gradients.length != roots.length) {
            throw new GraphException("%s: %d gradients for %d tensors", who, gradients.length, roots.length);
        }
        Tensor[] starts = gradients == null ? new Tensor[roots.length] : gradients;
        for (int i = 0; i < roots.length; i++) {
            checkRoot(who, roots[i], starts[i]);
        }
        return starts;
    }

    private static Node[] nodes(String who, Tensor... tensors) {
        Node[] nodes = new Node[tensors.length];
        for (int i = 0; i < nodes.length; i++) {
            if (!tensors[i].requiresGrad()) {
                throw new GraphException("%s: input %d %s does not require a gradient", who, i, tensors[i].shape());
            }
            nodes[i] = tensors[i].gradNode();
        }
        return nodes;
    }

    private static void checkRoot(String who, Tensor root, Tensor gradient) {
        if (!root.requiresGrad()) {
            throw new GraphException("%s: tensor %s does not require a gradient: no operand of it does, or it was made inside noGrad", who,
                    root.shape());
        }
        if (gradient == null) {
            if (root.numel() != 1) {
                throw new GraphException("%s: only a tensor of one element has a gradient of its own, got %s; reduce it with sum() or "
                        + "mean(), or pass a gradient", who, root.shape());
            }
        } else if (!gradient.shape().equals(root.shape())) {
            throw new io.candela.tensor.ShapeException("%s: gradient %s must have the shape of the tensor %s", who, gradient.shape(), root.shape());
        } else if (!gradient.device().equals(root.device())) {
            throw new DeviceException("%s: gradient is on %s, the tensor on %s", who, gradient.device(), root.device());
        }
    }
}
