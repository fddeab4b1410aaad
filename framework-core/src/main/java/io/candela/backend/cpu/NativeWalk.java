package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.TernaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;

/** Element by element work in C: operands of any strides, walked as rows after dimensions are merged, shared by the threads. */
final class NativeWalk {
    /** Elements per chunk that a thread takes: 2 us of the simplest work. */
    private static final int CHUNK = 32 << 10;
    /** Elements per chunk of functions that take longer. */
    private static final int FUNCTION_CHUNK = 16 << 10;
    private static final int OPERANDS = 4;
    private static final int OUT = 3;

    private static final long[] UNARY = find(UnaryKernel.values());
    private static final long[] BINARY = find(BinaryKernel.values());
    private static final long[] TERNARY = find(TernaryKernel.values());
    private static final long[] COPIES = {NativeKernels.find("COPY_1"), NativeKernels.find("COPY_2"), NativeKernels.find("COPY_4"), NativeKernels.find("COPY_8")};
    private static final long CLAMP = NativeKernels.find("CLAMP");
    private static final long CUBE = NativeKernels.find("CUBE");
    private static final long INVERSE_SQUARE = NativeKernels.find("INVERSE_SQUARE");
    private static final long[][] CONVERSIONS = conversions();

    private static long[] find(Enum<?>[] kernels) {
        long[] found = new long[kernels.length];
        for (Enum<?> kernel : kernels) {
            found[kernel.ordinal()] = NativeKernels.find(kernel.name());
        }
        return found;
    }

    private static long[][] conversions() {
        DType[] types = DType.values();
        long[][] found = new long[types.length][types.length];
        for (DType from : types) {
            for (DType to : types) {
                found[from.ordinal()][to.ordinal()] = NativeKernels.find(from.name() + "_TO_" + to.name());
            }
        }
        return found;
    }

    private final int rank; // merged dimensions, two at least
    private final int[] sizes;
    private final long[][] strides = new long[OPERANDS][]; // of x, y, z and the result, in elements
    private final long[] starts = new long[OPERANDS];
    private final int[] bytes = new int[OPERANDS];

    /** @param tensors x, y, z and the result; of the first three those that the kernel has not are null */
    private NativeWalk(Tensor... tensors) {
        Tensor out = tensors[OUT];
        int[] dims = out.shape().dims();
        int[] d = new int[Math.max(2, dims.length)];
        long[][] s = new long[OPERANDS][d.length];
        int used = 0;
        for (int i = dims.length - 1; i >= 0; i--) { // from the innermost dimension
            if (dims[i] == 1) {
                continue;
            }
            boolean merges = used > 0;
            for (int o = 0; o < OPERANDS && merges; o++) {
                merges = tensors[o] == null || stride(tensors[o], i - dims.length) == s[o][used - 1] * d[used - 1];
            }
            if (merges) {
                d[used - 1] *= dims[i];
                continue;
            }
            for (int o = 0; o < OPERANDS; o++) {
                s[o][used] = tensors[o] == null ? 0 : stride(tensors[o], i - dims.length);
            }
            d[used++] = dims[i];
        }
        for (int i = used; i < 2; i++) {
            d[i] = 1;
            s[OUT][i] = 1;
        }
        rank = Math.max(2, used);
        sizes = d;
        for (int o = 0; o < OPERANDS; o++) {
            strides[o] = s[o];
            if (tensors[o] != null) {
                bytes[o] = tensors[o].dtype().bytes();
                starts[o] = HostStorage.of(tensors[o]).address() + (long) tensors[o].offset() * bytes[o];
            }
        }
    }

    /** @param fromEnd the dimension, counted from the last one as −1, as broadcasting does */
    private static int stride(Tensor t, int fromEnd) {
        int dim = t.dim() + fromEnd;
        return dim < 0 || t.size(dim) == 1 ? 0 : t.strides()[dim];
    }

    /** Whether results follow each other along the innermost dimension, which C takes for granted. */
    private boolean isDense() {
        return sizes[0] == 1 || strides[OUT][0] == 1;
    }

    private void run(long kernel, double a, double b, int most) {
        int columns = sizes[0];
        int rows = sizes[1];
        int blocks = 1;
        for (int i = 2; i < rank; i++) {
            blocks *= sizes[i];
        }
        int width = Math.min(columns, most);
        int across = (columns + width - 1) / width;
        int height = Math.min(rows, most / width);
        int down = (rows + height - 1) / height;
        Workers.run(blocks * down * across, chunk -> {
            int column = chunk % across * width;
            int row = chunk / across % down * height;
            long[] at = new long[OPERANDS];
            for (int o = 0; o < OPERANDS; o++) {
                long element = column * strides[o][0] + row * strides[o][1];
                for (int i = 2, rest = chunk / across / down; i < rank; i++) {
                    element += rest % sizes[i] * strides[o][i];
                    rest /= sizes[i];
                }
                at[o] = starts[o] + element * bytes[o];
            }
            NativeKernels.walk(kernel, Math.min(height, rows - row), Math.min(width, columns - column), at[OUT], strides[OUT][1] * bytes[OUT],
                    at[0], strides[0][1] * bytes[0], strides[0][0], at[1], strides[1][1] * bytes[1], strides[1][0],
                    at[2], strides[2][1] * bytes[2], strides[2][0], a, b);
        });
    }

    /** Runs a kernel; false if it is 0, or the result has gaps. Where it takes a second operand and {@code y} is null, that is the number {@code a}. */
    private static boolean run(long kernel, Tensor x, Tensor y, Tensor z, Tensor out, double a, double b, int chunk) {
        int n = out.numel();
        if (kernel == 0 || n == 0) {
            return false;
        }
        if (n <= chunk && isFlat(x, out) && isFlat(y, out) && isFlat(z, out) && out.isContiguous()) {
            NativeKernels.walk(kernel, 1, n, address(out), 0, address(x), 0, 1, address(y), 0, y == null ? 0 : 1, address(z), 0, 1, a, b);
        } else {
            NativeWalk walk = new NativeWalk(x, y, z, out);
            if (!walk.isDense()) {
                return false;
            }
            walk.run(kernel, a, b, chunk);
        }
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(y);
        Reference.reachabilityFence(z);
        Reference.reachabilityFence(out);
        return true;
    }

    /** Whether there is none, or it lies as a contiguous result does. */
    private static boolean isFlat(Tensor t, Tensor out) {
        return t == null || t.numel() == out.numel() && t.isContiguous();
    }

    private static long address(Tensor t) {
        return t == null ? 0 : HostStorage.of(t).address() + (long) t.offset() * t.dtype().bytes();
    }

    private static boolean isFloats(Tensor t) {
        return t.dtype() == DType.FLOAT32;
    }

    /** Does the work if C has the function; false if not. So do the others. */
    static boolean unary(UnaryKernel kernel, Tensor x, Tensor out) {
        return isFloats(x) && isFloats(out) && run(UNARY[kernel.ordinal()], x, null, null, out, 0, 0, chunk(kernel));
    }

    static boolean binary(BinaryKernel kernel, Tensor a, Tensor b, Tensor out) {
        return isFloats(a) && isFloats(b) && fits(kernel, out) && run(BINARY[kernel.ordinal()], a, b, null, out, 0, 0, chunk(kernel));
    }

    static boolean withNumber(BinaryKernel kernel, Tensor x, double number, Tensor out) {
        if (!isFloats(x) || !fits(kernel, out)) {
            return false;
        }
        if (kernel == BinaryKernel.POW && number == Math.rint(number) && number >= -2 && number <= 3) { // those that PyTorch has products for
            long power = number == 3 ? CUBE : number == -2 ? INVERSE_SQUARE : number == -1 ? UNARY[UnaryKernel.RECIPROCAL.ordinal()] : 0;
            if (power != 0) {
                return run(power, x, null, null, out, 0, 0, CHUNK);
            }
        }
        return run(BINARY[kernel.ordinal()], x, null, null, out, number, 0, chunk(kernel));
    }

    private static boolean fits(BinaryKernel kernel, Tensor out) {
        return out.dtype() == (kernel.isPredicate() ? DType.BOOL : DType.FLOAT32);
    }

    static boolean ternary(TernaryKernel kernel, Tensor x, Tensor y, Tensor z, double value, Tensor out) {
        boolean fits = kernel == TernaryKernel.WHERE ? x.dtype() == DType.BOOL : isFloats(x);
        return fits && isFloats(y) && isFloats(z) && isFloats(out) && run(TERNARY[kernel.ordinal()], x, y, z, out, value, 0, CHUNK);
    }

    static boolean clamp(Tensor x, double low, double high, Tensor out) {
        return isFloats(x) && isFloats(out) && run(CLAMP, x, null, null, out, low, high, CHUNK);
    }

    /** A copy with elements of another type. */
    static boolean convert(Tensor x, Tensor out) {
        return run(CONVERSIONS[x.dtype().ordinal()][out.dtype().ordinal()], x, null, null, out, 0, 0, CHUNK);
    }

    /** A copy of elements of the same type, at least one dimension of which is read in reverse. */
    static boolean reverse(Tensor x, Tensor out) {
        if (!NativeKernels.on || x.dtype() != out.dtype() || HostStorage.of(x) == HostStorage.of(out)) { // they might overlap
            return false;
        }
        boolean reverse = false;
        for (int stride : x.strides()) {
            reverse |= stride < 0;
        }
        return reverse && run(COPIES[Integer.numberOfTrailingZeros(x.dtype().bytes())], x, null, null, out, 0, 0, CHUNK);
    }

    private static int chunk(UnaryKernel kernel) {
        return isFunction(kernel) ? FUNCTION_CHUNK : CHUNK;
    }

    private static int chunk(BinaryKernel kernel) {
        return isFunction(kernel) ? FUNCTION_CHUNK : CHUNK;
    }

    /** Whether a kernel takes longer than reading its operands from memory. */
    static boolean isFunction(UnaryKernel kernel) {
        return switch (kernel) {
            case SQRT, RSQRT, RECIPROCAL, HARDSWISH, HARDSIGMOID -> false;
            default -> !kernel.keepsIntegers();
        };
    }

    static boolean isFunction(BinaryKernel kernel) {
        return switch (kernel) {
            case POW, RPOW, REMAINDER, FMOD, FLOOR_DIVIDE, ATAN2, HYPOT, XLOGY, LOGADDEXP, LOGADDEXP2, GELU_GRAD, GELU_TANH_GRAD, SOFTPLUS_GRAD, SILU_GRAD, MISH_GRAD,
                LOG_SIGMOID_GRAD, ELU -> true;
            default -> false;
        };
    }
}
