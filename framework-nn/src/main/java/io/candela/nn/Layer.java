package io.candela.nn;

import io.candela.autograd.HookHandle;
import io.candela.autograd.Op;
import io.candela.tensor.Tensor;

/**
 * A module that maps one tensor to one tensor. Extend it, register what it consists of, and override {@link #forward}:
 *
 * <pre>{@code
 * final class Mlp extends Layer {
 *     private final Linear hidden = register("hidden", new Linear(4, 8));
 *     private final ReLU act = register("act", new ReLU());
 *     private final Linear output = register("output", new Linear(8, 3));
 *
 *     @Override public Tensor forward(Tensor x) {
 *         return output.forward(act.forward(hidden.forward(x)));
 *     }
 * }
 * }</pre>
 *
 * <p>Forward hooks run in {@link #call}, PyTorch's {@code module(x)}. Candela's own layers run theirs in {@code forward} too, so a hook on
 * {@code hidden} above sees every pass of the network. A hook on a class of your own, whose {@code forward} is your code and nothing else,
 * runs where it is used through {@code call}, or as an entry of {@link Sequential}, which does that.
 *
 * <p>Several threads may run {@code forward} of one layer in evaluation mode at once.
 */
public abstract class Layer extends Module {
    private Hooks<ForwardPreHook> forwardPreHooks; // null until the first is registered: most layers have none
    private Hooks<ForwardHook> forwardHooks;

    /** Computes the output. */
    public abstract Tensor forward(Tensor x);

    /** Computes the output with the forward hooks around it: PyTorch's {@code module(x)}. */
    public final Tensor call(Tensor x) {
        return forwardPreHooks == null && forwardHooks == null ? compute(x) : callHooked(x);
    }

    /**
     * Gives memory back early in a {@link #forward} of one's own: says that {@code intermediate}, which {@code maker} has just made, was used for
     * {@code result} and for nothing else, and will not be touched again. Its memory is freed as soon as no gradient needs it, which may be
     * now or in {@code backward()}, rather than when the JVM collects it; not so if a hook may have kept it. {@link Sequential} does so by itself.
     *
     * <pre>{@code
     * Tensor a = conv.forward(x);
     * return spent(a, conv, norm.forward(a));
     * }</pre>
     *
     * @return {@code result}
     */
    protected static Tensor spent(Tensor intermediate, Layer maker, Tensor result) {
        if (maker.keepsNothing() && result.storage() != intermediate.storage()) {
            Op.releaseWithGraph(intermediate);
        }
        return result;
    }

    /**
     * Whether nobody can have kept the output but the caller, so that its memory may go early: see {@link #spent}. Candela's own layers say yes as
     * long as they have no hooks. A layer of one's own, whose {@code forward} stores nothing, may say so of itself and of the layers that saw the
     * output: {@code return keepNothing(norm, relu);}
     *
     * @return no, unless overridden
     */
    protected boolean keepsNothing() {
        return false;
    }

    /** For {@link #keepsNothing}: whether this layer has no hooks, and none of the layers that made its output keeps anything. */
    protected final boolean keepNothing(Layer... makers) {
        if (hasForwardHooks()) {
            return false;
        }
        for (Layer maker : makers) {
            if (!maker.keepsNothing()) {
                return false;
            }
        }
        return true;
    }

    final boolean hasForwardHooks() {
        return forwardPreHooks != null && !forwardPreHooks.isEmpty() || forwardHooks != null && !forwardHooks.isEmpty();
    }

    /** The computation without hooks. */
    Tensor compute(Tensor x) {
        return forward(x);
    }

    private Tensor callHooked(Tensor x) {
        Tensor[] value = {x}; // the input, then the output
        if (forwardPreHooks != null) {
            forwardPreHooks.forEach(hook -> value[0] = replaced(value[0], hook.before(this, value[0])));
        }
        Tensor input = value[0];
        value[0] = compute(input);
        if (forwardHooks != null) {
            forwardHooks.forEach(hook -> value[0] = replaced(value[0], hook.after(this, input, value[0])));
        }
        return value[0];
    }

    private static Tensor replaced(Tensor value, Tensor replacement) {
        return replacement == null ? value : replacement;
    }

    /** Adds a hook that runs before each forward and may replace the input. When hooks run: see {@link Layer}. */
    public final HookHandle registerForwardPreHook(ForwardPreHook hook) {
        if (forwardPreHooks == null) {
            forwardPreHooks = new Hooks<>();
        }
        return forwardPreHooks.add(hook);
    }

    /** Adds a hook that runs after each forward and may replace the output. When hooks run: see {@link Layer}. */
    public final HookHandle registerForwardHook(ForwardHook hook) {
        if (forwardHooks == null) {
            forwardHooks = new Hooks<>();
        }
        return forwardHooks.add(hook);
    }

    @Override
    void separateFrom(Module original) {
        super.separateFrom(original);
        forwardPreHooks = Hooks.copyOf(forwardPreHooks);
        forwardHooks = Hooks.copyOf(forwardHooks);
    }

    @Override
    public Layer train(boolean mode) {
        super.train(mode);
        return this;
    }

    @Override
    public Layer train() {
        return train(true);
    }

    @Override
    public Layer eval() {
        return train(false);
    }
}
