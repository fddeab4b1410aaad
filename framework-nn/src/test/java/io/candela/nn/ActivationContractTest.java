package io.candela.nn;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Activations go through what {@link OpContract} asks of ops; {@code tools/golden/layers.py} has their operands. */
class ActivationContractTest {
    @TestFactory
    Stream<DynamicNode> activations() {
        Layer rrelu = new RReLU().eval();
        List<OpCase> rows = List.of(
                pointwise("relu6", new ReLU6()::forward),
                pointwise("leakyRelu", new LeakyReLU()::forward),
                pointwise("leakyRelu.-0.5", new LeakyReLU(-0.5)::forward),
                pointwise("rrelu", rrelu::forward)
                        .rejects(IllegalArgumentException.class, "rrelu: lower must not be above upper, both finite, got 0.5 and 0.25",
                                () -> F.rrelu(Tensor.zeros(2), 0.5, 0.25, true)),
                pointwise("elu", new ELU()::forward),
                pointwise("elu.2", new ELU(2)::forward),
                pointwise("selu", new SELU()::forward),
                pointwise("celu", new CELU()::forward),
                pointwise("celu.2", new CELU(2)::forward),
                pointwise("celu.-2", new CELU(-2)::forward)
                        .rejects(IllegalArgumentException.class, "celu: alpha must not be 0", () -> F.celu(Tensor.zeros(2), 0)),
                pointwise("gelu", new GELU()::forward).slack(4),
                pointwise("gelu.tanh", new GELU(GELU.Approximate.TANH)::forward).slack(8),
                pointwise("silu", new SiLU()::forward),
                pointwise("mish", new Mish()::forward).slack(2),
                pointwise("hardswish", new Hardswish()::forward),
                pointwise("hardsigmoid", new Hardsigmoid()::forward),
                pointwise("hardtanh", new Hardtanh()::forward)
                        .rejects(IllegalArgumentException.class, "Hardtanh: minVal must be below maxVal, got 1.0 and 1.0", () -> new Hardtanh(1, 1)),
                pointwise("hardtanh.-3.0.5", new Hardtanh(-3, 0.5)::forward),
                pointwise("hardshrink", new Hardshrink()::forward),
                pointwise("softshrink", new Softshrink()::forward)
                        .rejects(IllegalArgumentException.class, "softshrink: lambda must not be negative, got -1.0", () -> F.softshrink(Tensor.zeros(2), -1)),
                pointwise("softshrink.1", new Softshrink(1)::forward),
                pointwise("tanhshrink", new Tanhshrink()::forward),
                pointwise("softplus", new Softplus()::forward),
                pointwise("softplus.2.3", new Softplus(2, 3)::forward),
                pointwise("softsign", new Softsign()::forward),
                pointwise("logSigmoid", new LogSigmoid()::forward),
                pointwise("threshold", new Threshold(0.5, 20)::forward),
                binary("prelu", F::prelu).slack(4)
                        .rejects(ShapeException.class, "prelu: weight must be (1) or (3), one slope per channel of (2, 3), got (2)",
                                () -> F.prelu(Tensor.zeros(2, 3), Tensor.zeros(2))),
                unary("glu", new GLU()::forward)
                        .rejects(ShapeException.class, "glu: dimension 1 must have an even size, got input (2, 3)", () -> F.glu(Tensor.zeros(2, 3), 1)),
                unary("glu.1", new GLU(1)::forward),
                unary("softmin", new Softmin(-1)::forward).slack(4),
                unary("softmax2d", new Softmax2d()::forward).slack(4)
                        .rejects(ShapeException.class, "Softmax2d: input must be (n, channels, h, w) or (channels, h, w), got (2, 3)",
                                () -> new Softmax2d().forward(Tensor.zeros(2, 3))),
                unary("unflatten", new Unflatten(1, 2, -1)::forward).view());
        return OpContract.tests(Golden.load("/golden/activations.bin.gz"), rows);
    }

    private static OpCase pointwise(String name, UnaryOperator<Tensor> op) {
        return unary(name, op).pointwise().anyZero(); // sums of branches do not keep −0
    }
}
