package io.candela.ops;

import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Functions of blocks of float32 against float64, whose functions are the JVM's: at the edges of their domains, at zeros, NaN and infinities, and between. */
class FunctionEdgesTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final Tensor EDGES = Tensor.of(new float[] {0, -0f, Float.NaN, 1, -1, 0.5f, -0.5f, 2, -2, 3, 1e-45f, -1e-45f, 1e-20f, 3e38f, -3e38f, INF, -INF,
        1e9f, 1e10f, -1e10f, 12, -12, 8192, 8193, 4, 5.5f, -7, 10.2f, 0.25f, 0.75f, 0.99999994f, 1.0000001f});
    private final Generator generator = new Generator().manualSeed(3);

    private Tensor spread(int n, double scale) {
        return Tensor.empty(n).normalInPlace(0, scale, generator);
    }

    @TestFactory
    Stream<DynamicTest> ofOneOperand() {
        Map<String, UnaryOperator<Tensor>> functions = new LinkedHashMap<>();
        functions.put("tan", Tensor::tan);
        functions.put("asin", Tensor::asin);
        functions.put("acos", Tensor::acos);
        functions.put("atan", Tensor::atan);
        functions.put("asinh", Tensor::asinh);
        functions.put("acosh", Tensor::acosh);
        functions.put("atanh", Tensor::atanh);
        functions.put("logit", Tensor::logit);
        functions.put("erfc", Tensor::erfc);
        for (double exponent : new double[] {2.5, -1.5, 4, -3, 0.1f}) {
            functions.put("pow " + exponent, x -> x.pow(exponent));
        }
        Tensor x = Tensor.cat(0, EDGES, spread(3000, 0.5), spread(3000, 5), spread(1000, 1e-4));
        return functions.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> agree(e.getKey(), e.getValue().apply(x.to(DType.FLOAT64)),
                e.getValue().apply(x))));
    }

    @TestFactory
    Stream<DynamicTest> ofTwoOperands() {
        Map<String, BiFunction<Tensor, Tensor, Tensor>> functions = new LinkedHashMap<>();
        functions.put("atan2", Tensor::atan2);
        functions.put("pow", Tensor::pow);
        functions.put("remainder", Tensor::remainder);
        functions.put("fmod", Tensor::fmod);
        int n = EDGES.numel();
        Tensor x = Tensor.cat(0, EDGES.unsqueeze(1).expand(n, n).flatten(), spread(5000, 3));
        Tensor y = Tensor.cat(0, EDGES.unsqueeze(0).expand(n, n).flatten(), spread(5000, 5));
        return functions.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> agree(e.getKey(),
                e.getValue().apply(x.to(DType.FLOAT64), y.to(DType.FLOAT64)), e.getValue().apply(x, y))));
    }

    private static void agree(String name, Tensor expected, Tensor result) {
        Tensor rounded = expected.to(DType.FLOAT32);
        Close.assertCloseValues(name, rounded, result, 1e-6);
        Close.assertCloseValues(name + "'s signs", rounded.signbit(), result.where(result.eq(result), rounded).signbit(), 0);
    }
}
