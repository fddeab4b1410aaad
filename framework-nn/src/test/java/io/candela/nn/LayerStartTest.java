package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Generator;
import io.candela.tensor.MemoryFormat;
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

/** After the same seed: PyTorch's start values and masks, of what {@code tools/golden/layers.py} lists. */
@ResourceLock("the default generator")
class LayerStartTest {
    private static final long SEED = 20250302;
    private static final Map<String, List<String>> GOLDEN = GoldenText.cases("starts.txt");

    @TestFactory
    Stream<DynamicTest> bitForBit() {
        return GOLDEN.entrySet().stream().filter(e -> !e.getKey().startsWith("orthogonal")).map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            Tensor.manualSeed(SEED);
            List<String> found = new ArrayList<>();
            for (Tensor t : draw(e.getKey().split(" "))) {
                found.add(GoldenText.crc(t.toByteBuffer()));
            }
            found.add(GoldenText.crc(ByteBuffer.wrap(Generator.getDefault().getState())));
            assertEquals(e.getValue(), found);
        }));
    }

    private static Tensor[] draw(String... words) {
        int[] numbers = Arrays.stream(words).skip(1).filter(w -> w.matches("\\d+")).mapToInt(Integer::parseInt).toArray();
        switch (words[0]) {
            case "Embedding":
                return new Tensor[] {new Embedding(numbers[0], numbers[1], Embedding.options().withPaddingIdx(3)).weight()};
            case "EmbeddingBag":
                return new Tensor[] {new EmbeddingBag(numbers[0], numbers[1]).weight()};
            case "Bilinear":
                return new Bilinear(numbers[0], numbers[1], numbers[2]).parameters().toArray(Tensor[]::new);
            default:
        }
        DType dtype = DType.valueOf(words[1].toUpperCase(Locale.ROOT));
        Supplier<Tensor> empty = () -> Tensor.empty(Shape.of(numbers), dtype, Device.CPU);
        Tensor x = Tensor.arange(1, 121, 1).to(dtype);
        boolean last = words[0].endsWith(".last"); // in channels-last order, in which PyTorch then draws for elements
        Supplier<Tensor> input = () -> last ? x.view(numbers).contiguous(MemoryFormat.CHANNELS_LAST) : x.view(numbers);
        return switch (words[0].replace(".last", "")) {
            case "trunc_normal_" -> new Tensor[] {Init.truncNormal(empty.get())};
            case "trunc_normal_far" -> new Tensor[] {Init.truncNormal(empty.get(), 0.5, 1.5, 1.5, 2)};
            case "sparse_" -> new Tensor[] {Init.sparse(empty.get(), 0.3)};
            case "eye_" -> new Tensor[] {Init.eye(empty.get())};
            case "dirac_" -> new Tensor[] {Init.dirac(empty.get()), Init.dirac(empty.get(), 2)};
            case "rrelu" -> new Tensor[] {new RReLU().forward(x.sub(60))};
            case "Dropout" -> new Tensor[] {new Dropout(0.3).forward(input.get())};
            case "AlphaDropout" -> new Tensor[] {new AlphaDropout(0.3).forward(input.get())};
            case "FeatureAlphaDropout" -> new Tensor[] {new FeatureAlphaDropout(0.3).forward(input.get())};
            case "Dropout1d" -> new Tensor[] {new Dropout1d(0.3).forward(input.get())};
            case "Dropout2d" -> new Tensor[] {new Dropout2d(0.3).forward(input.get())};
            case "Dropout3d" -> new Tensor[] {new Dropout3d(0.3).forward(input.get())};
            default -> throw new AssertionError(words[0]);
        };
    }

    @TestFactory
    Stream<DynamicTest> orthogonal() {
        return GOLDEN.entrySet().stream().filter(e -> e.getKey().startsWith("orthogonal")).map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            Tensor.manualSeed(SEED);
            int[] shape = Arrays.stream(e.getKey().split(" ")).skip(1).mapToInt(Integer::parseInt).toArray();
            double[] found = Init.orthogonal(Tensor.zeros(DType.FLOAT64, shape), 1.5).toDoubleArray();
            for (int i = 0; i < found.length; i++) {
                assertEquals(Double.parseDouble(e.getValue().get(i)), found[i], 1e-12, "element " + i);
            }
        }));
    }

    @Test
    void wrongShapes() {
        refused("eye: needs two dimensions, got (3)", () -> Init.eye(Tensor.zeros(3)));
        refused("sparse: needs two dimensions, got (3)", () -> Init.sparse(Tensor.zeros(3), 0.1));
        refused("orthogonal: needs two dimensions at least, got (3)", () -> Init.orthogonal(Tensor.zeros(3)));
        refused("dirac: needs a weight (out, in, ...) with one to three dimensions of the kernel, got (3, 3)", () -> Init.dirac(Tensor.zeros(3, 3)));
        refused("dirac: 2 groups do not divide 3 channels", () -> Init.dirac(Tensor.zeros(3, 3, 1), 2));
        refused("dropout1d: input must have 2 or 3 dimensions, got (4)", () -> new Dropout1d().forward(Tensor.zeros(4)));
        refused("dropout2d: input must have 3 or 4 dimensions, got (4, 2)", () -> new Dropout2d().forward(Tensor.zeros(4, 2)));
        refused("featureAlphaDropout: input must be (n, channels, ...), got (4)", () -> new FeatureAlphaDropout().forward(Tensor.zeros(4)));
        assertEquals("AlphaDropout: p must be between 0 and 1, got 2.0", assertThrows(IllegalArgumentException.class, () -> new AlphaDropout(2)).getMessage());
    }

    private static void refused(String message, Runnable call) {
        assertEquals(message, assertThrows(ShapeException.class, call::run).getMessage());
    }
}
