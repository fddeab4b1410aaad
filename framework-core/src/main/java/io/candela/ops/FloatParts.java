package io.candela.ops;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.MantissaAndExponent;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** What depends on how floating point numbers are written. */
public final class FloatParts {
    private FloatParts() {}

    /** Mantissas and powers of two. */
    public static MantissaAndExponent frexp(Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("frexp: needs floating point, got %s; convert with to(DType.FLOAT32)", x.dtype());
        }
        double[] values = x.toDoubleArray();
        long[] exponents = new long[values.length];
        double[] first = new double[values.length];
        double[] second = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            boolean plain = values[i] != 0 && Math.abs(values[i]) < Double.POSITIVE_INFINITY;
            exponents[i] = plain ? exponent(values[i]) : 0;
            int half = (int) exponents[i] / 2; // two factors: one alone may be out of range
            first[i] = Math.scalb(1.0, -half);
            second[i] = Math.scalb(1.0, half - (int) exponents[i]);
        }
        return new MantissaAndExponent(x.mul(like(x, first)).mul(like(x, second)),
                Tensor.of(exponents, exponents.length).to(DType.INT32).view(x.shape().toArray()).to(x.device()));
    }

    private static int exponent(double value) {
        int e = Math.getExponent(value);
        return e >= Double.MIN_EXPONENT ? e + 1 : Math.getExponent(value * 0x1p54) - 53; // tiny numbers have no exponent of their own
    }

    private static Tensor like(Tensor x, double... values) {
        return Tensor.of(values, values.length).to(x.dtype()).view(x.shape().toArray()).to(x.device());
    }

    /** Neighbours of numbers. */
    public static Tensor nextafter(Tensor a, Tensor b) {
        DType type = Pointwise.promote(a, b);
        if (type != DType.FLOAT32 && type != DType.FLOAT64) {
            throw new DTypeException("nextafter: needs float32 or float64, got %s and %s; convert with to(dtype)", a.dtype(), b.dtype());
        }
        Shape shape = Shape.broadcast("nextafter", a.shape(), b.shape());
        double[] from = a.to(type).expand(shape.toArray()).toDoubleArray();
        double[] towards = b.to(type).expand(shape.toArray()).toDoubleArray();
        for (int i = 0; i < from.length; i++) {
            from[i] = type == DType.FLOAT32 ? Math.nextAfter((float) from[i], towards[i]) : Math.nextAfter(from[i], towards[i]);
        }
        return Tensor.of(from, from.length).to(type).view(shape.toArray()).to(a.device());
    }

    /** The tensor itself. */
    public static Tensor float64(String who, Tensor x) {
        if (x.dtype() != DType.FLOAT64) {
            throw new DTypeException("%s: powers are float64 and cannot be stored in %s; convert with to(DType.FLOAT64)", who, x.dtype());
        }
        return x;
    }
}
