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
        ThreadContext context = ThreadContext.current();
        boolean recording = context.gradEnabled && x.requiresGrad();
        if (recording) {
            op.in = x.gradNode();
            op.depth = op.in.depth + 1;
            context.gradEnabled = false;
        }
        try {
            Tensor y = op.forward(x);
            return recording ? op.record(y) : y;
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
     * @throws DeviceException if they are on different devices
     */
    public static Tensor apply(BinaryOp op, Tensor a, Tensor b) {
        checkDevices(op, a, b);
        ThreadContext context = ThreadContext.current();
        boolean recording = context.gradEnabled && (a.requiresGrad() || b.requiresGrad());
        if (recording) {
            link(op, a, b);
            context.gradEnabled = false;
        }
        try {
            Tensor y = op.forward(a, b);
            return recording ? op.record(y) : y;
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
            return recording ? op.record(y) : y;
        } finally {
            if (recording) {
                context.gradEnabled = true;
            }
            Reference.reachabilityFence(xs);
        }
    }

    /**
     * Applies an operation whose forward overwrites its operand.
     *
     * @throws GraphException if the operand is a leaf that requires a gradient, or a view that takes part in a graph
     */
    public static Tensor applyInPlace(UnaryOp op, Tensor x) {
        ThreadContext context = ThreadContext.current();
        boolean recording = context.gradEnabled && x.requiresGrad();
        if (recording) {
            checkInPlace(op, x);
            op.in = x.gradNode();
            op.depth = op.in.depth + 1;
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
            x.storage().noteGraphChange();
            op.record(x);
        }
        return x;
    }

    /**
     * Applies an operation whose forward overwrites its left operand.
     *
     * @throws GraphException if that operand is a leaf that requires a gradient, or a view that takes part in a graph
     */
    public static Tensor applyInPlace(BinaryOp op, Tensor a, Tensor b) {
        checkDevices(op, a, b);
        ThreadContext context = ThreadContext.current();
        boolean recording = context.gradEnabled && (a.requiresGrad() || b.requiresGrad());
        if (recording) {
            checkInPlace(op, a);
            link(op, a, b);
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
            a.storage().noteGraphChange();
            op.record(a);
        }
        return a;
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
            throw new GraphException("%s: %s is a view, and a view cannot be changed in place while its gradient is recorded; "
                    + "clone() it, or do it inside Autograd.noGrad", op.name(), x.shape());
        }
        if (!x.dtype().isFloating()) {
            throw new GraphException("%s: a tensor of %s cannot take a result that requires a gradient", op.name(), x.dtype());
        }
    }

    private static void checkDevices(Op op, Tensor a, Tensor b) {
        if (a.device() != b.device() && !a.device().equals(b.device())) {
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
        if (!root.requiresGrad()) {
            throw new GraphException("backward: tensor %s does not require a gradient: no operand of it does, or it was made inside noGrad",
                    root.shape());
        }
        Tensor g = gradient;
        if (g == null) {
            if (root.numel() != 1) {
                throw new GraphException("backward: only a tensor of one element has a gradient of its own, got %s; reduce it with sum() or "
                        + "mean(), or pass a gradient", root.shape());
            }
        } else if (!g.shape().equals(root.shape())) {
            throw new io.candela.tensor.ShapeException("backward: gradient %s must have the shape of the tensor %s", g.shape(), root.shape());
        } else if (!g.device().equals(root.device())) {
            throw new DeviceException("backward: gradient is on %s, the tensor on %s", g.device(), root.device());
        }
        new BackwardPass(retainGraph || createGraph, createGraph).run(root, g);
    }
}
