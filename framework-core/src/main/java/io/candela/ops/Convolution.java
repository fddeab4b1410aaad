package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.autograd.JointOp;
import io.candela.autograd.Saved;
import io.candela.autograd.Tracer;
import io.candela.backend.Backend;
import io.candela.backend.ConvEpilogue;
import io.candela.backend.ConvGeometry;
import io.candela.backend.ConvKernels;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Map;

/**
 * Cross-correlation over one to three spatial dimensions: {@code x (n, c, *)}, weight {@code (o, c/groups, *)}, bias {@code (o)} or null; the
 * result {@code (n, o, *)} lies in the order that the device prefers.
 */
public final class Convolution extends JointOp {
    private static final int X = 0;
    private static final int WEIGHT = 1;
    private static final int BIAS = 2;
    private final String name;
    private final Shape result;
    private final ConvGeometry geometry;
    private Saved x; // read by the weight's gradient
    private Saved weight; // read by x's gradient
    private MemoryFormat format; // of the result, and of x's gradient

    private Convolution(String name, Shape result, ConvGeometry geometry) {
        this.name = name;
        this.result = result;
        this.geometry = geometry;
    }

    /**
     * The convolution of a batch, or of one input without a batch dimension.
     *
     * @param who  the caller, for messages
     * @param bias may be null
     * @throws ShapeException if ranks or sizes do not fit, or the kernel is larger than the padded input
     */
    public static Tensor apply(String who, Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry) {
        if (Autocast.concerns(Autocast.Rule.LOWER, x)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> apply(who, t[0], t[1], t[2], geometry), x, weight, bias);
        }
        boolean single = x.dim() == geometry.rank() + 1;
        Shape result = resultShape(who, x, weight, bias, geometry);
        Tensor out = run(who, single ? x.unsqueeze(0) : x, weight, bias, result, geometry);
        return single ? out.squeeze(0) : out;
    }

    /**
     * A convolution of a batch and what comes after it, without a graph and in one go; null if that is not possible here, so that the caller
     * does one after the other: gradients or a trace are recorded, the device has no such kernel for the type, or something is of another size. Within
     * {@link Autocast} the type is the lower one.
     */
    public static Tensor applyThen(String who, Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, ConvEpilogue after) {
        if (Autograd.isGradEnabled() || Tracer.isTracing() || x.dim() != geometry.rank() + 2) {
            return null;
        }
        for (Tensor t : new Tensor[] {x, weight, bias, after.weight(), after.bias(), after.residual()}) {
            if (t != null && !t.device().equals(x.device())) {
                return null;
            }
        }
        ConvKernels kernels = Backend.of(x).conv();
        if (Autocast.concerns(Autocast.Rule.LOWER, x)) {
            return kernels.hasEpilogue(Autocast.dtype(x.device().type()))
                    ? Autocast.apply(Autocast.Rule.LOWER, t -> applyThen(who, t[0], t[1], t[2], geometry, after), x, weight, bias) : null;
        }
        if (!kernels.hasEpilogue(x.dtype()) || !fits(x, weight) || !fits(x, bias) || !fits(x, after.residual()) || !isAffine(x, after.weight())
                || !isAffine(x, after.bias())) {
            return null;
        }
        Shape result = resultShape(who, x, weight, bias, geometry);
        Tensor mean = after.mean();
        Tensor residual = after.residual();
        if (mean != null && mean.numel() != result.dim(1) || residual != null && !residual.shape().equals(result)) {
            return null;
        }
        MemoryFormat order = kernels.format(x, weight);
        Tensor out = Tensor.empty(result, x.dtype(), x.device(), order);
        Tensor added = residual == null ? null : residual.contiguous(order);
        kernels.forward(x, weight, bias, geometry, out,
                new ConvEpilogue(mean, after.inverse(), after.weight(), after.bias(), added, after.activation()));
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(weight);
        Reference.reachabilityFence(after);
        Reference.reachabilityFence(added);
        return out;
    }

    private static boolean fits(Tensor x, Tensor other) {
        return other == null || other.dtype() == x.dtype();
    }

    /** Whether a normalization of {@code x} takes such a weight: of its type, or float32 with a half type. */
    private static boolean isAffine(Tensor x, Tensor weight) {
        return fits(x, weight) || x.dtype().isHalf() && weight.dtype() == DType.FLOAT32;
    }

    private static Shape resultShape(String who, Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry) {
        check(who, x, weight, bias, weight.dim() > 1 ? weight.size(1) * geometry.groups() : 0, weight.dim() > 0 ? weight.size(0) : 0, geometry);
        if (weight.size(0) % geometry.groups() != 0) {
            throw new ShapeException("%s: %d filters cannot be cut into %d groups", who, weight.size(0), geometry.groups());
        }
        int rank = geometry.rank();
        int[] sizes = new int[rank + 2];
        sizes[0] = x.dim() == rank + 1 ? 1 : x.size(0);
        sizes[1] = weight.size(0);
        for (int i = 0; i < rank; i++) {
            int size = x.size(i - rank);
            int kernel = weight.size(i + 2);
            sizes[i + 2] = geometry.outputSize(i, size, kernel);
            if (sizes[i + 2] < 1) {
                throw new ShapeException("%s: the kernel covers %d positions of dimension %d, the input %s has %d with its padding; enlarge the input or "
                        + "pad more", who, geometry.reach(i, kernel), i - rank, x.shape(), size + geometry.before(i) + geometry.after(i));
            }
        }
        return Shape.of(sizes);
    }

    /** @param result the result's shape, which the geometry leaves open where a stride skips the end of the input */
    static Tensor run(String name, Tensor x, Tensor weight, Tensor bias, Shape result, ConvGeometry geometry) {
        return Autograd.apply(new Convolution(name, result, geometry), x, weight, bias);
    }

    /** Checks what convolution and its transpose have in common. */
    static void check(String who, Tensor x, Tensor weight, Tensor bias, int channels, int filters, ConvGeometry geometry) {
        int rank = geometry.rank();
        if (weight.dim() != rank + 2) {
            throw new ShapeException("%s: the weight must have %d dimensions, got %s", who, rank + 2, weight.shape());
        }
        if (x.dim() != rank + 1 && x.dim() != rank + 2) {
            throw new ShapeException("%s: the input must be %s, got %s", who, rank == 1 ? "(n, c, l) or (c, l)" : rank == 2 ? "(n, c, h, w) or (c, h, w)"
                    : "(n, c, d, h, w) or (c, d, h, w)", x.shape());
        }
        int actual = x.size(-rank - 1);
        if (actual != channels) {
            throw new ShapeException("%s: the weight %s with groups=%d takes %d channels, the input %s has %d%s", who, weight.shape(), geometry.groups(),
                    channels, x.shape(), actual, x.size(-1) == channels ? "; its last dimension has them: permute it" : "");
        }
        if (bias != null && (bias.dim() != 1 || bias.size(0) != filters)) {
            throw new ShapeException("%s: bias must be (%d), got %s", who, filters, bias.shape());
        }
        Matmul.checkTypes(who, x, weight);
        Matrices.checkFloating(who, x);
        if (bias != null) {
            Matmul.checkTypes(who, x, bias);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("transposed", false, "geometry", geometry);
    }

    @Override
    protected Tensor forward(Tensor... xs) {
        Tensor input = xs[X];
        format = Backend.of(input).conv().format(input, xs[WEIGHT]);
        if (needsGrad(WEIGHT) && !needsGrad(X)) {
            input = input.contiguous(format); // once, for both ways; of what has a gradient itself the graph must stay
        }
        x = saveFor(WEIGHT, input);
        weight = saveFor(X, xs[WEIGHT]);
        Tensor out = Tensor.empty(result, input.dtype(), input.device(), format);
        Backend.of(out).conv().forward(input, xs[WEIGHT], xs[BIAS], geometry, out);
        if (input.storage() != xs[X].storage()) {
            releaseWithGraph(input);
        }
        return out;
    }

    @Override
    protected Tensor[] grads(Tensor g, boolean... wanted) {
        Tensor[] out = new Tensor[3];
        if (Autograd.isGradEnabled()) {
            out[X] = wanted[X] ? ConvTransposed.run(g, weight.get(), inputShape(X), geometry) : null;
            out[WEIGHT] = wanted[WEIGHT] ? ConvWeightGrad.run(x.get(), g, inputShape(WEIGHT), geometry) : null;
            out[BIAS] = wanted[BIAS] ? sumOverPositions(g) : null;
            return out;
        }
        Tensor w = wanted[X] ? weight.get() : null;
        Tensor input = wanted[WEIGHT] ? x.get() : null;
        out[X] = wanted[X] ? Tensor.empty(inputShape(X), g.dtype(), g.device(), format) : null;
        out[WEIGHT] = wanted[WEIGHT] ? Tensor.empty(inputShape(WEIGHT), g.dtype(), g.device()) : null;
        out[BIAS] = wanted[BIAS] ? Tensor.empty(inputShape(BIAS), g.dtype(), g.device()) : null;
        Backend.of(g).conv().backward(input, w, g, geometry, out[X], out[WEIGHT], out[BIAS]);
        return out;
    }

    static Tensor sumOverPositions(Tensor g) {
        int[] dims = new int[g.dim() - 1];
        for (int i = 1; i < dims.length; i++) {
            dims[i] = i + 1;
        }
        return g.sum(dims);
    }
}
