package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Group normalization in C beside the one in Java, in float64. */
class NativeNormTest {
    private static final double EPS = 1e-5;

    private final NormCpu norm = new NormCpu();

    @ParameterizedTest(name = "{0} samples, {1} groups of {2} channels, {3} positions, around {4}")
    @CsvSource({"2,3,2,8,0", "3,4,2,9,0", "2,2,4,49,5", "16,32,16,49,-1000", "9,1,8,511,0", "3,2,3,513,0", "8,1,3,4097,3", "8,1,5,9001,100", "1,3,2,1000,1"})
    void likeDoubles(int n, int groups, int perGroup, int positions, double around) {
        Generator.getDefault().manualSeed(11);
        int channels = groups * perGroup;
        Tensor x = Tensor.randn(n, channels, positions).add(around);
        Tensor g = Tensor.randn(n, channels, positions);
        Tensor weight = Tensor.randn(channels);
        Tensor bias = Tensor.randn(channels);
        Tensor mean = Tensor.empty(Shape.of(n, groups), DType.FLOAT64, x.device());
        assumeTrue(NativeNorm.fits(x, mean), "no loops in C here");
        for (boolean affine : new boolean[] {true, false}) {
            Tensor w = affine ? weight : null;
            Tensor b = affine ? bias : null;
            All inC = all(x, g, w, b, groups);
            All inJava = all(x.toDouble(), g.toDouble(), w == null ? null : w.toDouble(), b == null ? null : b.toDouble(), groups);
            double scale = 1 + Math.abs(around);
            close("mean", inJava.mean, inC.mean, 1e-6 * scale);
            close("variance", inJava.variance, inC.variance, 1e-5);
            close("inverse", inJava.inverse, inC.inverse, 1e-5);
            close("result", inJava.out, inC.out, 2e-5);
            close("the input's gradient", inJava.gradX, inC.gradX, 2e-5);
            double many = Math.sqrt((double) n * positions);
            close("the weight's gradient", inJava.gradWeight, inC.gradWeight, 1e-5 * many);
            close("the bias's gradient", inJava.gradBias, inC.gradBias, 1e-5 * many);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "3"})
    void anyThreads(int threads) {
        Generator.getDefault().manualSeed(12);
        Tensor x = Tensor.randn(16, 12, 300);
        Tensor g = Tensor.randn(16, 12, 300);
        All expected = all(x, g, null, null, 4);
        int before = Workers.threads();
        try {
            Workers.setThreads(threads);
            All found = all(x, g, null, null, 4);
            assertTrue(expected.out.equal(found.out) && expected.gradX.equal(found.gradX) && expected.gradWeight.equal(found.gradWeight));
        } finally {
            Workers.setThreads(before);
        }
    }

    /** What is not finite stays within its group. */
    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void special(float value) {
        for (int at : new int[] {0, 7, 20, 35}) {
            float[] values = Tensor.randn(2, 4, 18).toFloatArray();
            values[at] = value;
            Tensor x = Tensor.of(values, 2, 4, 18);
            All a = all(x, Tensor.randn(2, 4, 18), null, null, 2);
            assertEquals(Float.isNaN(value) ? Double.NaN : value, a.mean.toDoubleArray()[0]);
            assertTrue(Double.isNaN(a.variance.toDoubleArray()[0]));
            float[] out = a.out.toFloatArray();
            for (int i = 0; i < out.length; i++) {
                assertEquals(i < 36, Float.isNaN(out[i]), "element " + i);
            }
        }
    }

    private record All(Tensor mean, Tensor variance, Tensor inverse, Tensor out, Tensor gradX, Tensor gradWeight, Tensor gradBias) {
    }

    private All all(Tensor x, Tensor g, Tensor weight, Tensor bias, int groups) {
        Shape statistics = Shape.of(x.size(0), groups);
        Tensor mean = Tensor.empty(statistics, DType.FLOAT64, x.device());
        Tensor variance = Tensor.empty(statistics, DType.FLOAT64, x.device());
        Tensor out = empty(x);
        Tensor inverse = norm.standardize(x, EPS, weight, bias, mean, variance, out);
        Tensor again = empty(x);
        norm.normalize(x, mean, inverse, weight, bias, again);
        close("with given statistics", out, again, 0);
        Tensor gradX = empty(x);
        Tensor gradWeight = Tensor.empty(Shape.of(x.size(1)), x.dtype(), x.device());
        Tensor gradBias = Tensor.empty(Shape.of(x.size(1)), x.dtype(), x.device());
        norm.normalizeGrad(g, x, mean, inverse, weight, false, gradX, gradWeight, gradBias);
        Tensor alone = Tensor.empty(Shape.of(x.size(1)), x.dtype(), x.device());
        norm.normalizeGrad(g, x, mean, inverse, weight, false, null, null, alone);
        close("alone", gradBias, alone, 0);
        return new All(mean, variance, inverse, out, gradX, gradWeight, gradBias);
    }

    private static Tensor empty(Tensor x) {
        return Tensor.empty(x.shape(), x.dtype(), x.device());
    }

    private static void close(String what, Tensor expected, Tensor found, double tolerance) {
        double[] a = expected.toDouble().toDoubleArray();
        double[] b = found.toDouble().toDoubleArray();
        for (int i = 0; i < a.length; i++) {
            if (Double.isFinite(a[i])) {
                assertEquals(a[i], b[i], tolerance * (1 + Math.abs(a[i])), what + ", element " + i);
            }
        }
    }
}
