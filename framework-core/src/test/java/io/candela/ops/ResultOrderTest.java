package io.candela.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Results of operands in any order have PyTorch's strides, except those of sizes of 1, and the values that contiguous operands give. {@code tools/golden/orders.py} drew them. */
class ResultOrderTest {
    private static final Map<String, Function<Tensor[], Tensor>> OPS = Map.ofEntries(
            Map.entry("exp", t -> t[0].exp()),
            Map.entry("clone", t -> t[0].clone()),
            Map.entry("clamp", t -> t[0].clamp(-1, 1)),
            Map.entry("toDouble", t -> t[0].to(DType.FLOAT64)),
            Map.entry("gtNumber", t -> t[0].gt(0.25)),
            Map.entry("mulNumber", t -> t[0].mul(1.5)),
            Map.entry("add", t -> t[0].add(t[1])),
            Map.entry("maximum", t -> t[0].maximum(t[1])),
            Map.entry("gt", t -> t[0].gt(t[1])),
            Map.entry("atan2", t -> t[0].atan2(t[1])),
            Map.entry("zerosLike", t -> t[0].zerosLike()),
            Map.entry("fullLike", t -> t[0].fullLike(2, DType.INT64)),
            Map.entry("randLike", t -> t[0].randLike().floor()),
            Map.entry("maskedFill", t -> t[0].maskedFill(t[1].gt(0), 2.5)),
            Map.entry("where", t -> t[1].where(t[0].gt(0), t[2])),
            Map.entry("addcmul", t -> t[0].addcmul(t[1], t[2], 0.5)));

    private static List<String> lines() throws IOException {
        try (InputStream in = ResultOrderTest.class.getResourceAsStream("/golden/orders.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(l -> !l.startsWith("#")).toList();
        }
    }

    private static int[] numbers(String list) {
        return list.isEmpty() ? new int[0] : Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    /** "sizes/strides", with some numbers in all of its memory. */
    private static Tensor operand(String text, int seed) {
        String[] parts = text.split("/", -1);
        Tensor t = Tensor.emptyStrided(Shape.of(numbers(parts[0])), numbers(parts[1]), DType.FLOAT32, Device.CPU);
        int all = (int) (t.storage().bytes() / Float.BYTES);
        Tensor whole = Tensor.over(t.storage(), DType.FLOAT32, Shape.of(all), new int[] {1}, 0);
        float[] values = new float[all];
        for (int i = 0; i < all; i++) {
            values[i] = ((i + seed) * 37 % 64 - 31) / 16f;
        }
        whole.copyFrom(Tensor.of(values));
        return t;
    }

    /** Without the strides of sizes of 1, which mean nothing. */
    private static int[] toLargerSizes(int[] strides, Tensor t) {
        return IntStream.range(0, strides.length).filter(i -> t.size(i) != 1).map(i -> strides[i]).toArray();
    }

    @Test
    void stridesArePyTorchs() throws IOException {
        List<String> lines = lines();
        assertEquals(500, lines.size());
        for (String line : lines) {
            String[] parts = line.split(";", -1);
            Tensor[] operands = new Tensor[parts.length - 2];
            Tensor[] dense = new Tensor[operands.length];
            for (int k = 0; k < operands.length; k++) {
                operands[k] = k > 0 && parts[k + 1].equals(parts[1]) ? operands[0] : operand(parts[k + 1], 5 * k);
                dense[k] = operands[k].contiguous();
            }
            Function<Tensor[], Tensor> op = OPS.get(parts[0]);
            Tensor result = op.apply(operands);
            assertArrayEquals(toLargerSizes(numbers(parts[parts.length - 1]), result), toLargerSizes(result.strides(), result),
                    () -> line + " gave " + Arrays.toString(result.strides()));
            assertTrue(result.equal(op.apply(dense)), line);
        }
    }

    @Test
    void inPlaceKeepsTheTargetsOrder() {
        Tensor x = Tensor.of(new float[] {-1, 2, -3, 4, -5, 6}, 2, 3);
        Tensor t = x.t();
        t.addInPlace(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
        assertArrayEquals(new int[] {1, 3}, t.strides());
        assertArrayEquals(new float[] {0, 5, 2, 6, -1, 12}, x.toFloatArray());
    }

    @Test
    void largeTransposedOperandsGiveTransposedResults() {
        Tensor.manualSeed(3);
        Tensor x = Tensor.randn(300, 257);
        Tensor y = Tensor.randn(257, 300);
        Tensor t = x.t();
        Tensor dense = t.contiguous();
        assertEquals(1, t.relu().stride(0));
        assertTrue(t.relu().equal(dense.relu()));
        assertTrue(t.add(y).equal(dense.add(y)));
        assertTrue(y.sub(t).equal(y.sub(dense)));
        assertTrue(t.gt(y).equal(dense.gt(y)));
        assertTrue(t.where(t.gt(0), t.mul(2.0)).equal(dense.where(dense.gt(0), dense.mul(2.0))));
        assertTrue(t.to(DType.FLOAT16).equal(dense.to(DType.FLOAT16)));
    }
}
