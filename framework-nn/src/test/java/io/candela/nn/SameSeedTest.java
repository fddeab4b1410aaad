package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.autograd.Autograd;
import io.candela.nn.Init.FanMode;
import io.candela.nn.Init.Nonlinearity;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Generator;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;

/** After the same seed: PyTorch's start values, masks, and gradients. */
@ResourceLock("the default generator")
class SameSeedTest {
    private static final long SEED = 20250301;
    private static final Map<String, List<String>> GOLDEN = GoldenText.cases("random.txt");

    @TestFactory
    Stream<DynamicTest> bitForBit() {
        return GOLDEN.entrySet().stream().filter(e -> !e.getKey().matches("(network|clip|gain).*")).map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            Tensor.manualSeed(SEED);
            List<String> found = new ArrayList<>(Arrays.stream(draw(e.getKey().split(" "))).map(GoldenText::bits).toList());
            if (!e.getKey().startsWith("uniform_")) {
                found.add(GoldenText.crc(ByteBuffer.wrap(Generator.getDefault().getState())));
            }
            assertEquals(String.join(" ", e.getValue()), String.join(" ", found));
        }));
    }

    private static Tensor[] draw(String... words) {
        DType dtype = DType.valueOf((words[words.length > 2 && words[0].equals("dropout") && words[1].equals("transposed") || words[0].equals("uniform_")
                ? 2 : 1]).toUpperCase(Locale.ROOT));
        int[] numbers = Arrays.stream(words).skip(words[0].equals("dropout") ? 3 : 2).filter(w -> w.matches("\\d+")).mapToInt(Integer::parseInt).toArray();
        Supplier<Tensor> empty = () -> Tensor.empty(Shape.of(numbers), dtype, Device.CPU);
        switch (words[0]) {
            case "Linear": {
                Linear layer = new Linear(numbers[0], numbers[1], true, dtype);
                return new Tensor[] {layer.weight(), layer.bias()};
            }
            case "xavier_uniform_":
                return new Tensor[] {Init.xavierUniform(empty.get()), Init.xavierUniform(empty.get(), Init.calculateGain(Nonlinearity.TANH))};
            case "xavier_normal_":
                return new Tensor[] {Init.xavierNormal(empty.get()), Init.xavierNormal(empty.get(), Init.calculateGain(Nonlinearity.TANH))};
            case "kaiming_uniform_":
                return new Tensor[] {Init.kaimingUniform(empty.get()), Init.kaimingUniform(empty.get(), 0.3, FanMode.FAN_OUT, Nonlinearity.LEAKY_RELU)};
            case "kaiming_normal_":
                return new Tensor[] {Init.kaimingNormal(empty.get()), Init.kaimingNormal(empty.get(), 0.3, FanMode.FAN_OUT, Nonlinearity.LEAKY_RELU)};
            case "uniform_":
                return new Tensor[] {Init.uniform(Tensor.zeros(dtype, 33), -2, 3), Init.normal(Tensor.zeros(dtype, 33), 1, 0.5)};
            default:
                if (!words[1].equals("transposed")) {
                    Tensor x = Tensor.arange(1, Shape.of(numbers).numel() + 1, 1).to(dtype).view(numbers);
                    return new Tensor[] {F.dropout(x, Double.parseDouble(words[2]), true)};
                }
                Tensor x = Tensor.arange(1, 121, 1).to(dtype).view(4, 5, 6);
                return new Tensor[] {new Dropout().forward(x.transpose(0, 2)), new Dropout().forward(x.slice(1, 1, 4).slice(2, 0, 6, 2)),
                        new Dropout().forward(x.permute(1, 2, 0))};
        }
    }

    @Test
    void gains() {
        for (Nonlinearity nonlinearity : Nonlinearity.values()) {
            String name = nonlinearity.name().toLowerCase(Locale.ROOT);
            assertEquals(GOLDEN.get("gain " + name).get(0), "%016x".formatted(Double.doubleToLongBits(Init.calculateGain(nonlinearity))), name);
        }
    }

    @Test
    void sameSeedSameNetwork() {
        Tensor.manualSeed(SEED);
        Sequential net = new Sequential(new Linear(4, 8), new ReLU(), new Dropout(0.25), new Linear(8, 3));
        Tensor x = Tensor.randn(5, 4);
        Tensor y = Tensor.randint(0, 3, 5);
        Tensor loss = new CrossEntropyLoss().forward(net.forward(x), y);
        loss.backward();
        List<Double> found = new ArrayList<>(List.of(loss.item()));
        net.parameters().forEach(p -> Arrays.stream(p.grad().toDoubleArray()).forEach(found::add));
        List<String> expected = GOLDEN.get("network");
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
            assertEquals(Double.parseDouble(expected.get(i)), found.get(i), 1e-6, "number " + i);
        }
    }

    @Test
    void initOverwritesInPlaceOutsideAnyGraph() {
        Tensor t = Tensor.zeros(2, 3).setRequiresGrad(true);
        assertSame(t, Init.constant(t, 2.5));
        assertEquals(2.5, t.at(1, 2));
        assertEquals(6, Init.ones(t).sum().item());
        assertEquals(0, Init.zeros(t).sum().item());
        assertEquals(true, t.isLeaf() && t.requiresGrad());
        Tensor empty = Tensor.zeros(3, 0);
        assertSame(empty, Init.kaimingUniform(empty));
        assertEquals("xavierUniform: needs a weight (out, in, ...), got (3)",
                assertThrows(ShapeException.class, () -> Init.xavierUniform(Tensor.zeros(3))).getMessage());
    }

    @Test
    void linearStartsWithinOneOverRootOfFanIn() {
        Linear layer = new Linear(16, 50);
        assertEquals(Shape.of(50, 16), layer.weight().shape());
        assertEquals(Shape.of(50), layer.bias().shape());
        for (Tensor p : layer.parameters()) {
            assertEquals(true, p.abs().max().item() <= 0.25 && p.abs().max().item() > 0.2);
        }
        assertEquals(0, new Linear(0, 3).bias().abs().sum().item());
    }

    @Test
    void dropoutCorners() {
        Tensor x = Tensor.ones(1000);
        byte[] before = Generator.getDefault().getState();
        assertSame(x, new Dropout(0.5).eval().forward(x));
        assertSame(x, new Dropout(0).forward(x));
        assertEquals(0, new Dropout(1).forward(x).sum().item());
        assertEquals(0, new Dropout(0.5).forward(Tensor.zeros(0, 3)).numel());
        assertEquals(Arrays.hashCode(before), Arrays.hashCode(Generator.getDefault().getState()), "drew without need");
        Tensor leaf = Tensor.ones(1000).setRequiresGrad(true);
        Tensor y = new Dropout(0.2).forward(leaf);
        y.sum().backward();
        assertEquals(true, y.detach().equal(leaf.grad()), "the gradient passes the same mask");
        assertEquals(true, y.detach().eq(0).logicalOr(y.detach().eq(1.25)).all().item() == 1, "elements are scaled or 0");
        Tensor nan = Autograd.noGrad(() -> new Dropout(1).forward(Tensor.full(Shape.of(1), Double.NaN, DType.FLOAT32, Device.CPU)));
        assertEquals(Double.NaN, nan.item(), "PyTorch multiplies by 0");
        for (double p : new double[] {-0.1, 1.1, Double.NaN}) {
            assertEquals("Dropout: p must be between 0 and 1, got " + p, assertThrows(IllegalArgumentException.class, () -> new Dropout(p)).getMessage());
            assertThrows(IllegalArgumentException.class, () -> F.dropout(x, p, true));
        }
    }
}
