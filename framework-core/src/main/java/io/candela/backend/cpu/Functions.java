package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * The functions that take longer than the call of a lambda: one row serves float and double, without a loop of its own. Values at the edges
 * are PyTorch's.
 */
final class Functions {
    static final double ROOT_HALF = Math.sqrt(0.5);
    static final double ROOT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    static final double ONE_OVER_ROOT_2_PI = 1 / Math.sqrt(2 * Math.PI);
    /** GELU's third power, in the approximation by tanh. */
    static final double GELU_CUBE = 0.044715;
    private static final double LN2 = Math.log(2);

    private Functions() {}

    static DoubleUnaryOperator of(UnaryKernel kernel) {
        return switch (kernel) {
            case TAN -> Math::tan;
            case ASIN -> Math::asin;
            case ACOS -> Math::acos;
            case ATAN -> Math::atan;
            case SINH -> Math::sinh;
            case COSH -> Math::cosh;
            case ASINH -> Functions::asinh;
            case ACOSH -> Functions::acosh;
            case ATANH -> x -> Math.copySign(0.5 * Math.log1p(2 * Math.abs(x) / (1 - Math.abs(x))), x);
            case EXP2 -> x -> Math.pow(2, x);
            case LOG2 -> Functions::log2;
            case LOG10 -> Math::log10;
            case LOGIT -> x -> Math.log(x / (1 - x));
            case SOFTPLUS -> x -> x > 20 ? x : Math.log1p(Math.exp(x));
            case SINC -> x -> x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
            case ERF -> SpecialFunctions::erf;
            case ERFC -> SpecialFunctions::erfc;
            case ERFINV -> SpecialFunctions::erfinv;
            case LGAMMA -> SpecialFunctions::lgamma;
            case DIGAMMA -> SpecialFunctions::digamma;
            case I0 -> x -> BesselFunctions.first(0, x);
            case I1 -> x -> BesselFunctions.first(1, x);
            case GELU -> x -> x * (0.5 * (1 + SpecialFunctions.erf(x * ROOT_HALF)));
            case GELU_TANH -> x -> x * (0.5 * (1 + Math.tanh(ROOT_2_OVER_PI * (x + GELU_CUBE * x * x * x))));
            case SILU -> x -> x / (1 + Math.exp(-x));
            case MISH -> x -> x * Math.tanh(Math.log1p(Math.exp(x)));
            case LOG_SIGMOID -> x -> Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
            case HARDSWISH -> x -> x * (Math.min(Math.max(x + 3, 0), 6) / 6);
            case HARDSIGMOID -> x -> Math.min(Math.max(x + 3, 0), 6) / 6;
            default -> throw new AssertionError(kernel);
        };
    }

    static DoubleBinaryOperator of(BinaryKernel kernel) {
        return switch (kernel) {
            case FMOD -> (a, b) -> a % b;
            case FLOOR_DIVIDE -> Functions::floorDivide;
            case TRUNC_DIVIDE -> (a, b) -> a / b < 0 ? Math.ceil(a / b) : Math.floor(a / b);
            case ATAN2 -> Math::atan2;
            case HYPOT -> Math::hypot;
            case XLOGY -> (a, b) -> b != b ? b : a == 0 ? 0 : a * Math.log(b);
            case LOGADDEXP -> (a, b) -> a == b && Double.isInfinite(a) ? a : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
            case LOGADDEXP2 -> (a, b) -> a == b && Double.isInfinite(a) ? a : Math.max(a, b) + Math.log1p(Math.pow(2, -Math.abs(a - b))) / LN2;
            case COPYSIGN -> Math::copySign;
            case HEAVISIDE -> (a, b) -> a == 0 ? b : a > 0 ? 1 : 0;
            case FMAX -> (a, b) -> a != a ? b : b != b ? a : Math.max(a, b);
            case FMIN -> (a, b) -> a != a ? b : b != b ? a : Math.min(a, b);
            case GELU_GRAD -> (g, x) -> g * (0.5 * (1 + SpecialFunctions.erf(x * ROOT_HALF)) + x * (Math.exp(-0.5 * x * x) * ONE_OVER_ROOT_2_PI));
            case GELU_TANH_GRAD -> Functions::geluTanhGrad;
            case SOFTPLUS_GRAD -> (g, x) -> x > 20 ? g : g / (1 + Math.exp(-x));
            case SILU_GRAD -> (g, x) -> {
                double s = 1 / (1 + Math.exp(-x));
                return g * (s * (1 + x * (1 - s)));
            };
            case MISH_GRAD -> (g, x) -> {
                double t = Math.tanh(Math.log1p(Math.exp(x)));
                return g * (t + x * ((1 - t * t) / (1 + Math.exp(-x))));
            };
            case LOG_SIGMOID_GRAD -> (g, x) -> g / (1 + Math.exp(x));
            case HARDSWISH_GRAD -> (g, x) -> x <= -3 ? 0 : x < 3 ? g * (x / 3 + 0.5) : g;
            case HARDSIGMOID_GRAD -> (g, x) -> x > -3 && x < 3 ? g / 6 : 0;
            case LEAKY_RELU -> (x, slope) -> x > 0 ? x : x * slope;
            case ELU -> (x, alpha) -> x <= 0 ? Math.expm1(x) * alpha : x;
            case IGAMMA -> (a, x) -> GammaFunctions.incomplete(a, x, false);
            case IGAMMAC -> (a, x) -> GammaFunctions.incomplete(a, x, true);
            case POLYGAMMA -> (a, b) -> SpecialFunctions.polygamma((int) b, a);
            default -> throw new AssertionError(kernel);
        };
    }

    private static double geluTanhGrad(double g, double x) {
        double t = Math.tanh(ROOT_2_OVER_PI * (x + GELU_CUBE * x * x * x));
        double slope = ROOT_2_OVER_PI * (1 + 3 * GELU_CUBE * x * x);
        return g * (0.5 * (1 + t) + 0.5 * x * ((1 - t * t) * slope));
    }

    static double asinh(double x) {
        double a = Math.abs(x);
        double r = a > 1e8 ? Math.log(a) + LN2 : Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
        return Math.copySign(r, x);
    }

    static double acosh(double x) {
        double t = x - 1;
        return x < 1 ? Double.NaN : x > 1e8 ? Math.log(x) + LN2 : Math.log1p(t + Math.sqrt(2 * t + t * t));
    }

    /** Exact for powers of two. */
    static double log2(double x) {
        int e = Math.getExponent(x);
        return x == Math.scalb(1.0, e) && e < 1024 ? e : Math.log(x) / LN2;
    }

    /** In the steps of Python's {@code //}: what the remainder leaves is divided, so that the quotient is nearly whole. */
    private static double floorDivide(double a, double b) {
        if (b == 0) {
            return a / b;
        }
        double mod = a % b;
        double quotient = (a - mod) / b;
        if (mod != 0 && b < 0 != mod < 0) {
            quotient -= 1;
        }
        if (quotient == 0) {
            return Math.copySign(0, a / b);
        }
        double whole = Math.floor(quotient);
        return quotient - whole > 0.5 ? whole + 1 : whole;
    }
}
