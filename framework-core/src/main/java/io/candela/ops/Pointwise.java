package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Tracer;
import io.candela.autograd.GraphException;
import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.IInfo;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What element by element operations share: the result's type, shape and memory, and comparisons, which have no gradient. */
public final class Pointwise {
    private Pointwise() {}

    /**
     * PyTorch's type of an operation on two tensors: a 0-d tensor changes the type of one with dimensions only if its kind (bool, integer,
     * floating) is higher.
     */
    static DType promote(Tensor a, Tensor b) {
        DType x = a.dtype();
        DType y = b.dtype();
        if (x == y) {
            return x;
        }
        boolean scalarA = a.dim() == 0;
        if (scalarA == (b.dim() == 0)) {
            return DType.promote(x, y);
        }
        DType array = scalarA ? y : x;
        DType scalar = scalarA ? x : y;
        boolean higher = scalar.category() > array.category();
        return higher ? scalar : array;
    }

    /** PyTorch's type of an operation on several tensors: as of two, those with dimensions against the 0-d ones. */
    static DType promote(Tensor... xs) {
        DType array = null;
        DType scalar = null;
        for (Tensor x : xs) {
            if (x.dim() == 0) {
                scalar = scalar == null ? x.dtype() : DType.promote(scalar, x.dtype());
            } else {
                array = array == null ? x.dtype() : DType.promote(array, x.dtype());
            }
        }
        return array == null ? scalar : scalar != null && scalar.category() > array.category() ? scalar : array;
    }

    /** The type of a tensor beside a Java number. */
    static DType promote(Tensor x, boolean integralNumber) {
        DType t = x.dtype();
        if (t.isFloating()) {
            return t;
        }
        return !integralNumber ? DType.FLOAT32 : t == DType.BOOL ? DType.INT64 : t;
    }

    /** The left operand as it is before it is overwritten, for a gradient: a copy, if {@code target} is that operand. */
    static Tensor before(Tensor a, Tensor target) {
        return target == null ? a : Autograd.enableGrad(() -> a.clone()); // recorded: second derivatives lead through it
    }

    /** A function of several steps, computed in float32 for half types so that it rounds once, as where PyTorch has one kernel for it. */
    public static Tensor wide(Tensor x, UnaryOperator<Tensor> function) {
        return x.dtype().isHalf() ? function.apply(x.to(DType.FLOAT32)).to(x.dtype()) : function.apply(x);
    }

    static DType floating(DType t) {
        return t.isFloating() ? t : DType.FLOAT32;
    }

    /**
     * Memory for a result: a new tensor, or {@code target} for an operation in place.
     *
     * @throws ShapeException if the result is larger than {@code target}
     * @throws DTypeException if the result is of a higher kind than {@code target}
     */
    static Tensor result(String who, Shape shape, DType dtype, Tensor like, Tensor target) {
        if (target == null) {
            return result(shape, dtype, like);
        }
        if (!shape.equals(target.shape())) {
            throw new ShapeException("%s: the result %s does not fit into %s, which is changed in place", who, shape, target.shape());
        }
        if (dtype.category() > target.dtype().category()) {
            throw new DTypeException("%s: a result of %s cannot be stored in place in a tensor of %s; use the form that is not in place", who,
                    dtype, target.dtype());
        }
        checkWritable(who, target);
        return target;
    }

    /** As {@link #result(String, Shape, DType, Tensor, Tensor)} of two operands. */
    static Tensor result(String who, Shape shape, DType dtype, Tensor a, Tensor b, Tensor target) {
        return target == null ? result(shape, dtype, a, b) : result(who, shape, dtype, a, target);
    }

    /** A new tensor in the {@linkplain ResultOrder order} of the operand. */
    static Tensor result(Shape shape, DType dtype, Tensor a) {
        return Tensor.emptyStrided(shape, ResultOrder.strides(shape, a), dtype, a.device());
    }

    /** A new tensor of another one's shape and device, in its {@linkplain ResultOrder order}. */
    public static Tensor like(Tensor a, DType dtype) {
        return result(a.shape(), dtype, a);
    }

    /** As {@link #like(Tensor, DType)}, with every element {@code value}. */
    public static Tensor like(Tensor a, double value, DType dtype) {
        checkFits("full", value, dtype);
        Tensor out = like(a, dtype);
        Backend.of(out).pointwise().fill(out, value);
        return out;
    }

    /** A new tensor of another one's shape, type and device, in row-major order whatever the other's is: for kernels that fill by rows. */
    static Tensor rowMajor(Tensor a) {
        return Tensor.empty(a.shape(), a.dtype(), a.device());
    }

    /** As {@link #result(Shape, DType, Tensor)}, of two operands. */
    static Tensor result(Shape shape, DType dtype, Tensor a, Tensor b) {
        return Tensor.emptyStrided(shape, ResultOrder.strides(shape, a, b), dtype, a.device());
    }

    /** As {@link #result(Shape, DType, Tensor)}, of three operands. */
    static Tensor result(Shape shape, DType dtype, Tensor a, Tensor b, Tensor c) {
        return Tensor.emptyStrided(shape, ResultOrder.strides(shape, a, b, c), dtype, a.device());
    }

    /** @throws GraphException if elements of the tensor share memory, as those of an expanded view do */
    static void checkWritable(String who, Tensor target) {
        int[] strides = target.strides();
        for (int i = 0; i < strides.length; i++) {
            if (strides[i] == 0 && target.size(i) > 1 && target.numel() > 0) {
                throw new GraphException("%s: elements of %s share memory (an expanded view), so it cannot be changed in place; clone() it", who,
                        target.shape());
            }
        }
    }

    /**
     * For operations that overwrite one tensor and read another.
     *
     * @throws GraphException if they share some elements but not each at the same position, so that the result would depend on the order
     */
    static void checkOverlap(String who, Tensor target, Tensor source) {
        if (target.storage() != source.storage() || target.numel() == 0 || source.numel() == 0 || isSame(target, source)) {
            return;
        }
        long[] t = range(target);
        long[] s = range(source);
        boolean dense = t[1] - t[0] + 1 == target.numel() && s[1] - s[0] + 1 == source.numel(); // else they may interleave
        if (dense && t[0] <= s[1] && s[0] <= t[1] && target.dtype() == source.dtype()) {
            throw new GraphException("%s: %s and the operand %s share some of their memory, so it cannot be changed in place; clone() one", who,
                    target.shape(), source.shape());
        }
    }

    private static boolean isSame(Tensor a, Tensor b) {
        return a.offset() == b.offset() && (a.isContiguous() && b.isContiguous() && a.numel() == b.numel()
                || a.shape().equals(b.shape()) && java.util.Arrays.equals(a.strides(), b.strides()));
    }

    /** The first and last position in the storage. */
    private static long[] range(Tensor t) {
        long low = t.offset();
        long high = t.offset();
        for (int i = 0; i < t.dim(); i++) {
            long reach = (long) t.strides()[i] * (t.size(i) - 1);
            low += Math.min(reach, 0);
            high += Math.max(reach, 0);
        }
        return new long[] {low, high};
    }

    /** @throws DTypeException if an integer type does not hold {@code value}; an unsigned one takes negative numbers, which wrap, as PyTorch has it */
    public static void checkFits(String who, double value, DType dtype) {
        if (!dtype.isIntegral()) {
            return;
        }
        IInfo limits = dtype.iinfo();
        if (!(value <= limits.max() && value >= (dtype == DType.UINT8 ? -limits.max() : limits.min()))) {
            throw new DTypeException("%s: %s does not fit into %s, which holds %d to %d; use a wider type", who, value, dtype, limits.min(), limits.max());
        }
    }

    /** Whether an operand may join tensors of any device: one without dimensions on the CPU. */
    static boolean isNumber(Tensor operand) {
        return operand.dim() == 0 && operand.device().type() == Device.Type.CPU;
    }

    /** A comparison or logic of two tensors, as bool. */
    public static Tensor compare(BinaryKernel kernel, Tensor a, Tensor b) {
        String who = kernel.label();
        if (!a.device().equals(b.device())) {
            if (isNumber(b)) {
                return compare(kernel, a, b.to(a.device()));
            }
            if (isNumber(a)) {
                return compare(kernel, a.to(b.device()), b);
            }
            throw new DeviceException("%s: operands are on different devices: %s on %s, %s on %s; move one with to(device)", who, a.shape(),
                    a.device(), b.shape(), b.device());
        }
        Tensor out = result(Shape.broadcast(who, a.shape(), b.shape()), DType.BOOL, a, b);
        Backend.of(a).pointwise().binary(kernel, a, b, promote(a, b), out);
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        return Tracer.note(who, Map.of(), out, a, b);
    }

    /**
     * A comparison of two tensors, stored as 1 and 0 in the first.
     *
     * @throws ShapeException if the second does not broadcast to the first
     */
    public static Tensor compareInPlace(BinaryKernel kernel, Tensor a, Tensor b) {
        Tensor out = compare(kernel, a, b);
        if (!out.shape().equals(a.shape())) {
            throw new ShapeException("%s: the result %s does not fit into %s, which is changed in place", kernel.label(), out.shape(), a.shape());
        }
        return a.copyFrom(out);
    }

    /** A comparison of a tensor with a number, as bool. */
    public static Tensor compare(BinaryKernel kernel, Tensor a, double number) {
        Tensor out = result(a.shape(), DType.BOOL, a);
        boolean integral = number == Math.rint(number) && Math.abs(number) < 1L << 53;
        Backend.of(a).pointwise().binary(kernel, a, number, promote(a, integral), out);
        Reference.reachabilityFence(a);
        return Tracer.note(kernel.label(), Map.of("number", number), out, a);
    }
}
