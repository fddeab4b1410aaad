package io.candela.autograd;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/**
 * One differentiable operation: an object per call, and, once {@link Autograd} has recorded it, the node of its result. Write one by
 * extending {@link UnaryOp}, {@link BinaryOp} or {@link NaryOp}: shape rule, forward and gradient in one small class.
 *
 * <pre>{@code
 * final class Cube extends UnaryOp {
 *     private Saved x;
 *
 *     public String name() { return "cube"; }
 *     protected Tensor forward(Tensor a) { x = save(a); return a.mul(a).mul(a); }
 *     protected Tensor grad(Tensor g) { return g.mul(x.get().square().mul(3.0)); }
 * }
 *
 * Tensor y = Autograd.apply(new Cube(), x);
 * }</pre>
 *
 * <p>{@link Function} is for several results. What an operation allocates while it computes gradients, and does not return, is freed at once.
 *
 * <p>Gradients are written in tensor methods where that is fast enough, so that they can be differentiated again. They may ignore
 * broadcasting and type promotion: what they return is summed to the operand's shape and converted to its type.
 */
public abstract class Op extends Node {
    /** Number of the left (or only) operand. */
    protected static final int LHS = 0;
    /** Number of the right operand. */
    protected static final int RHS = 1;

    private Saved saved; // linked through next
    boolean inPlace; // whether the result is the first operand, overwritten

    /** Node of operand {@code input}; null if it needs no gradient or nothing is recorded. */
    abstract Node input(int input);

    /** How many operands there are. */
    abstract int inputCount();

    /**
     * What a {@link Tracer} has to know of this call besides its operands, once it was made: numbers, arrays, and tensors that are used but have no
     * gradient. Empty if there is nothing; null, the default, if the operation is not to be written down in another form.
     */
    protected Map<String, Object> attributes() {
        return null;
    }

    /** Lets go what arrived for this operation besides {@code pending}, when a walk ends early. */
    void forgetMore() {}

    /** Computes the operands' gradients from the result's and hands them to {@code pass}. */
    abstract void backward(Tensor g, BackwardPass pass);

    /**
     * For forms in place: whether nothing of the first operand's former contents is left in the result, so that they get no gradient. Changing a
     * view is then cheaper.
     */
    protected boolean overwrites() {
        return false;
    }

    /** Whether operand {@code input} asks for a gradient; known from the start of forward. */
    protected final boolean needsGrad(int input) {
        return input(input) != null;
    }

    /** Shape of operand {@code input}, which asks for a gradient. */
    protected final Shape inputShape(int input) {
        return input(input).shape;
    }

    /**
     * Keeps a tensor for the gradient of operand {@code input}.
     *
     * @return null if that gradient will never be asked for: the tensor is then not kept
     */
    protected final Saved saveFor(int input, Tensor tensor) {
        return input(input) == null ? null : save(tensor, tensor.storage().version());
    }

    /** Keeps an operand for whichever gradient; null if none will be asked for. */
    protected final Saved save(Tensor tensor) {
        return isRecorded() ? save(tensor, tensor.storage().version()) : null;
    }

    /** Keeps the result of forward; null if no gradient will be asked for. */
    protected final Saved saveResult(Tensor result) {
        // A result written in place counts as changed once forward returns.
        if (!isRecorded()) {
            return null;
        }
        if (Checkpoint.inUse) {
            Saved later = Checkpoint.saveLater(this, result, inPlace ? 1 : 0, true, saved);
            if (later != null) {
                saved = later;
                return later;
            }
        }
        return keep(result, result.storage().version() + (inPlace ? 1 : 0));
    }

    private Saved save(Tensor tensor, int version) {
        if (Checkpoint.inUse) {
            Saved later = Checkpoint.saveLater(this, tensor, 0, false, saved);
            if (later != null) {
                saved = later;
                return later;
            }
        }
        return keep(tensor, version);
    }

    private Saved keep(Tensor tensor, int version) {
        if (tensor.storage().isInference()) {
            throw new GraphException("%s: %s was made in inference mode and cannot be saved for a gradient; clone() it, or make it inside "
                    + "Autograd.noGrad", name(), tensor.shape());
        }
        saved = new Saved(this, tensor, version, saved);
        return saved;
    }

    /** For {@link Tensor#retainGrad()}: keeps the gradient of {@code result}, which this operation made, when it arrives. */
    public final void retainFor(Tensor result) {
        extras().retained = result;
    }

    /** Whether this call becomes part of the graph. */
    protected final boolean isRecorded() {
        return depth > 0;
    }

    void free() {
        for (Saved s = saved; s != null; s = s.next) {
            s.free();
        }
        saved = null;
    }

    /**
     * Frees an intermediate result, which nobody else has seen and which was used for the last time, as soon as no operation needs it for its
     * gradient: at once, or while the graph is walked and freed.
     */
    public static void releaseWithGraph(Tensor intermediate) {
        if (!(Checkpoint.inUse && Checkpoint.isCollecting())) { // what is computed again must not be kept
            intermediate.storage().releaseAfterSavers();
        }
    }

    /** Makes this the node of {@code result}. */
    final Tensor record(Tensor result) {
        if (!result.dtype().isFloating()) {
            return result; // integers have no gradient, whatever they were made from
        }
        if (Anomaly.inUse) {
            Anomaly.note(this);
        }
        shape = result.shape();
        dtype = result.dtype();
        result.attach(this);
        return result;
    }
}
