package io.candela.autograd;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import io.candela.tensor.ThreadContext;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A region in which each operation chooses its element type, as {@code torch.autocast}: matrix products and convolutions run in 16 bits, where they
 * are fast; what would lose too much runs in float32. Models and data stay in float32.
 *
 * <pre>{@code
 * try (var region = Autocast.open(Device.Type.CUDA, DType.BFLOAT16)) {
 *     loss = lossFn.forward(model.forward(x), y);
 * }
 * loss.backward(); // outside; gradients have the types of what they belong to
 * }</pre>
 *
 * <p>The lists are PyTorch's. In the lower type: linear, matmul and its kin, convolutions, prelu, attention. In float32: losses, {@code prod}, {@code cdist},
 * and on GPUs also exp, log, pow, reciprocal, rsqrt, softmax, norms and normalizations, sums and the like, which on a CPU run in the type that
 * comes. Concatenated tensors take the widest of their types, and on GPUs also the operands of dot, tensordot, bilinear, gridSample, indexPut and
 * scatterAdd. All others take what comes; float64 and integers are left alone.
 * Recurrent layers take and give the type of their weights, so convert what comes from a lower type with {@code toFloat()}.
 *
 * <p>A leaf that requires a gradient, so a weight, is converted once per region, and once more if it was changed meanwhile. The region belongs to
 * the thread, and to one kind of device; regions can be nested, and the innermost counts.
 */
public final class Autocast implements AutoCloseable {
    /** What an operation asks for. */
    public enum Rule {
        /** The region's type. */
        LOWER,
        /** float32. */
        FLOAT32,
        /** float32 on GPUs; on a CPU whatever comes. */
        FLOAT32_ON_CUDA,
        /** The widest type of the operands. */
        WIDEST,
        /** The same on GPUs; on a CPU whatever comes. */
        WIDEST_ON_CUDA
    }

    /** Operations of one operand that ask for {@link Rule#FLOAT32_ON_CUDA}, by name. */
    private static final Set<String> UNARY_ON_CUDA = Set.of("acos", "asin", "cosh", "sinh", "tan", "erfinv", "exp", "expm1", "log", "log10", "log2", "log1p",
            "reciprocal", "rsqrt", "pow", "softplus", "softmax", "logSoftmax", "sum", "cumsum", "cumprod", "norm");

    /** Whether this was ever used: spares all others the look at their context. Not volatile: a thread sees what it wrote itself. */
    static boolean inUse;

    /** The regions that count on a thread. */
    private static final class State {
        final Map<Device.Type, Autocast> regions = new EnumMap<>(Device.Type.class);
        final Map<Tensor, Cached> cache = new IdentityHashMap<>();
        int depth;
    }

    private record Cached(Tensor converted, int version) {}

    private final ThreadContext context;
    private final State state;
    private final Device.Type device;
    private final Autocast before; // what counted for the same kind of device; null if nothing did
    private final DType dtype; // null where it is switched off
    private final boolean cached;

    private Autocast(Device.Type device, DType dtype, boolean cached) {
        inUse = true;
        context = ThreadContext.current();
        state = context.autocast instanceof State s ? s : new State();
        this.device = device;
        this.dtype = dtype;
        this.cached = cached;
        before = state.regions.put(device, this);
        state.depth++;
        context.autocast = state;
    }

    /** {@link #open(Device.Type, DType)} with PyTorch's defaults: bfloat16 on CPUs, float16 on GPUs, which needs a {@code GradScaler}. */
    public static Autocast open(Device.Type device) {
        return open(device, device == Device.Type.CPU ? DType.BFLOAT16 : DType.FLOAT16);
    }

    /** Opens a region for one kind of device. */
    public static Autocast open(Device.Type device, DType dtype) {
        return open(device, dtype, true);
    }

    /**
     * Opens a region for one kind of device.
     *
     * @param cached whether weights are converted once per region, instead of at each use
     * @throws DTypeException if {@code dtype} is neither float16 nor bfloat16
     */
    public static Autocast open(Device.Type device, DType dtype, boolean cached) {
        if (!dtype.isHalf()) {
            throw new DTypeException("Autocast: the lower type must be float16 or bfloat16, got %s", dtype);
        }
        return new Autocast(device, dtype, cached);
    }

    /** Opens a region in which operations take what comes: {@code torch.autocast(device, enabled=False)}. */
    public static Autocast off(Device.Type device) {
        return new Autocast(device, null, false);
    }

    /** The lower type that counts for a kind of device on this thread; null outside of regions. */
    public static DType dtype(Device.Type device) {
        State s = inUse ? (State) ThreadContext.current().autocast : null;
        Autocast region = s == null ? null : s.regions.get(device);
        return region == null ? null : region.dtype;
    }

    /**
     * Ends the region. Those that were opened in it have to be closed before.
     *
     * @throws IllegalStateException on another thread than the one that opened it, or if an inner region is open
     */
    @Override
    public void close() {
        if (ThreadContext.current() != context) {
            throw new IllegalStateException("Autocast: closed on another thread than the one that opened it");
        }
        if (state.regions.get(device) != this) {
            throw new IllegalStateException("Autocast: closed twice, or before a region inside of it");
        }
        if (before == null) {
            state.regions.remove(device);
        } else {
            state.regions.put(device, before);
        }
        if (--state.depth == 0) {
            state.cache.clear();
            context.autocast = null;
        }
    }

    // ---- for operations ----

    /** Whether an operation on {@code x} has to call {@link #apply} first. */
    public static boolean concerns(Rule rule, Tensor x) {
        if (!inUse || ThreadContext.current().autocast == null) {
            return false;
        }
        Device.Type type = x.device().type();
        return dtype(type) != null && (type == Device.Type.CUDA || rule != Rule.FLOAT32_ON_CUDA && rule != Rule.WIDEST_ON_CUDA);
    }

    /** Whether an operation of one operand has to. */
    static boolean concerns(Op op, Tensor x) {
        return concerns(Rule.FLOAT32, x) && (op.name().equals("prod") || x.device().type() == Device.Type.CUDA && UNARY_ON_CUDA.contains(op.name()));
    }

    /** Applies a function to operands of the type that a rule wants; within it, no further operation chooses one. */
    public static Tensor apply(Rule rule, Function<Tensor[], Tensor> function, Tensor... operands) {
        ThreadContext context = ThreadContext.current();
        State s = (State) context.autocast;
        Tensor[] converted = operands.clone();
        DType to = rule == Rule.LOWER ? null : rule == Rule.WIDEST || rule == Rule.WIDEST_ON_CUDA ? widest(operands) : DType.FLOAT32;
        for (int i = 0; i < operands.length; i++) {
            Tensor x = operands[i];
            if (x != null && x.dtype().isFloating() && x.dtype() != DType.FLOAT64) {
                Autocast region = s.regions.get(x.device().type());
                if (region != null && region.dtype != null) {
                    converted[i] = to != null ? x.to(to) : region.lower(x);
                }
            }
        }
        context.autocast = null;
        try {
            return function.apply(converted);
        } finally {
            context.autocast = s;
        }
    }

    private static DType widest(Tensor... operands) {
        DType widest = null;
        for (Tensor x : operands) {
            if (x != null && x.dtype().isFloating() && x.dtype() != DType.FLOAT64) {
                widest = widest == null ? x.dtype() : DType.promote(widest, x.dtype());
            }
        }
        return widest;
    }

    private Tensor lower(Tensor x) {
        if (!cached || x.dtype() != DType.FLOAT32 || !x.isLeaf() || !x.requiresGrad() || !Autograd.isGradEnabled()) {
            return x.to(dtype);
        }
        Cached known = state.cache.get(x);
        if (known == null || known.version != x.storage().version() || known.converted.dtype() != dtype) {
            known = new Cached(x.to(dtype), x.storage().version());
            state.cache.put(x, known);
        }
        return known.converted;
    }
}
