package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.UnaryKernel;
import io.candela.tensor.Tensor;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions in vectors against double precision, and where they differ from plain numbers: zeros, infinities, NaN, limits. */
class FloatMathTest {
    private static final float[] CORNERS = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-40f, 1,
        -1, 0.5f, -0.5f, 1.5f, -2.5f, 0x1p22f, -0x1p22f, 0x1.fffffep22f, 0x1p23f, 1e30f, -1e30f, 88.6f, 88.8f, -87.5f, -103.9f, -110, 128, -149, 8193, 1e5f,
        Float.MAX_VALUE};

    private static DoubleUnaryOperator exact(UnaryKernel kernel) {
        return switch (kernel) {
            case EXP -> Math::exp;
            case EXPM1 -> Math::expm1;
            case LOG -> Math::log;
            case LOG1P -> Math::log1p;
            case SIN -> Math::sin;
            case COS -> Math::cos;
            case TANH -> Math::tanh;
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case TRUNC -> x -> x < 0 || 1 / x < 0 ? Math.ceil(x) : Math.floor(x);
            case SIGN -> x -> x > 0 ? 1 : x < 0 ? -1 : 0;
            default -> Functions.of(kernel);
        };
    }

    @ParameterizedTest
    @CsvSource({"EXP,-105,90,2", "EXP2,-151,130,2", "EXPM1,-20,89,2", "LOG,0,1e5,2", "LOG2,0,3,2", "LOG10,0,3000,2", "LOG1P,-1,3,2", "SIN,-8000,8000,2",
        "COS,-8000,8000,2", "ERFINV,-1,1,4", "LGAMMA,-30,40,1", "LGAMMA,0,3,1", "DIGAMMA,-30,40,1", "DIGAMMA,0,3,1", "LGAMMA,0,1e30,1", "TRUNC,-1e7,1e7,0", "SINH,-88,88,4", "COSH,-88,88,4", "TANH,-12,12,4", "ERF,-5,5,2", "FLOOR,-1e7,1e7,0", "CEIL,-9,9,0", "TRUNC,-9,9,0", "SIGN,-1,1,0"})
    void isCloseToDouble(UnaryKernel kernel, double low, double high, double ulps) {
        DoubleUnaryOperator exact = exact(kernel);
        Random random = new Random(7);
        float[] x = new float[1024];
        float[] y = new float[1024];
        for (int block = 0; block < 100; block++) {
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) ((low + (high - low) * random.nextDouble()) * (block % 2 == 0 ? 1 : Math.exp(-20 * random.nextDouble())));
            }
            check(kernel, exact, x, y, ulps);
        }
        check(kernel, exact, CORNERS, y, ulps);
    }

    private static void check(UnaryKernel kernel, DoubleUnaryOperator exact, float[] x, float[] y, double ulps) {
        assertTrue(new FloatActivations().unary(kernel, x, y, x.length));
        compare(kernel, exact, x, y, ulps);
        Tensor z = Tensor.of(x, x.length);
        if (NativeWalk.unary(kernel, z, z)) { // in C
            compare(kernel, exact, x, z.toFloatArray(), ulps);
        }
    }

    private static void compare(UnaryKernel kernel, DoubleUnaryOperator exact, float[] x, float[] y, double ulps) {
        for (int i = 0; i < x.length; i++) {
            double wanted = exact.applyAsDouble(x[i]);
            float rounded = (float) wanted;
            if (rounded == 0 || rounded != rounded || Float.isInfinite(rounded)) {
                float got = rounded == 0 && kernel == UnaryKernel.SIGN ? y[i] + 0f : y[i];
                assertEquals(rounded, got, kernel + " of " + x[i]);
            } else {
                double unsure = kernel == UnaryKernel.LGAMMA || kernel == UnaryKernel.DIGAMMA ? 1e-14 : 0; // of the double beside a zero
                assertEquals(wanted, y[i], ulps * Math.ulp(rounded) + unsure, kernel + " of " + x[i]);
            }
        }
    }

    @Test
    void lengthsOfPairsAreCloseToDouble() {
        Random random = new Random(9);
        float[] x = new float[1024];
        float[] y = new float[1024];
        float[] z = new float[1024];
        for (int block = 0; block < 50; block++) {
            for (int i = 0; i < x.length; i++) {
                x[i] = i < 900 ? (float) (random.nextGaussian() * Math.exp(10 * random.nextGaussian())) : CORNERS[random.nextInt(CORNERS.length)];
                y[i] = i < 900 ? (float) random.nextGaussian() : CORNERS[random.nextInt(CORNERS.length)];
            }
            FloatLoops.binary(io.candela.backend.BinaryKernel.HYPOT, x, y, z, x.length);
            for (int i = 0; i < x.length; i++) {
                double wanted = Math.hypot(x[i], y[i]);
                if (Float.isFinite((float) wanted)) {
                    assertEquals(wanted, z[i], 2 * Math.ulp((float) wanted), x[i] + " and " + y[i]);
                } else {
                    assertEquals((float) wanted, z[i], x[i] + " and " + y[i]);
                }
            }
        }
    }

    @Test
    void aNanSpoilsItsRowOfALargeSoftmaxAlone() {
        float[] x = new float[300 * 200];
        x[150 * 200 + 7] = Float.NaN;
        float[] y = Tensor.of(x, 300, 200).softmax(-1).toFloatArray();
        for (int i = 0; i < y.length; i++) {
            assertEquals(i / 200 == 150 ? Float.NaN : 1f / 200, y[i], 1e-8f);
        }
    }
}
