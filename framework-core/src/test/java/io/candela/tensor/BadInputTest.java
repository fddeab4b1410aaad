package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.GraphException;
import io.candela.ops.Linear;
import io.candela.ops.NllLoss;
import io.candela.ops.Normalize;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Wrong shapes, types, dimensions and indices: an exception that says what is wrong, never an array index or a crash. */
class BadInputTest {
    private static final int[] DIMS = {-4, -3, 0, 2, 3, Integer.MIN_VALUE, Integer.MAX_VALUE};

    /** Every method with a dimension, each with every dimension that is there or not. */
    @TestFactory
    Stream<DynamicTest> dimensions() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Tensor x : List.of(Tensor.zeros(), Tensor.zeros(2, 3), Tensor.zeros(0, 3), Tensor.zeros(2, 0))) {
            for (int d : DIMS) {
                Map<String, Supplier<Object>> calls = new TreeMap<>();
                calls.put("size", () -> x.size(d));
                calls.put("stride", () -> x.stride(d));
                calls.put("sum", () -> x.sum(d));
                calls.put("mean", () -> x.mean(true, d));
                calls.put("prod", () -> x.prod(d, false));
                calls.put("amax", () -> x.amax(false, d));
                calls.put("max", () -> x.max(d));
                calls.put("argmin", () -> x.argmin(d));
                calls.put("all", () -> x.all(d, false));
                calls.put("var", () -> x.var(1, false, d));
                calls.put("norm", () -> x.norm(false, d));
                calls.put("logSumExp", () -> x.logSumExp(false, d));
                calls.put("cumsum", () -> x.cumsum(d));
                calls.put("softmax", () -> x.softmax(d));
                calls.put("logSoftmax", () -> x.logSoftmax(d));
                calls.put("flatten", () -> x.flatten(d, -1));
                calls.put("unflatten", () -> x.unflatten(d, 1, -1));
                calls.put("transpose", () -> x.transpose(d, 0));
                calls.put("mT", x::mT);
                calls.put("permute", () -> x.permute(d, 0));
                calls.put("unsqueeze", () -> x.unsqueeze(d));
                calls.put("squeeze", () -> x.squeeze(d));
                calls.put("expand", () -> x.expand(d, 2, 3));
                calls.put("narrow", () -> x.narrow(d, 0, 1));
                calls.put("narrow to", () -> x.narrow(0, 1, d));
                calls.put("narrow from", () -> x.narrow(0, d, 1));
                calls.put("slice", () -> x.slice(d, 0, 1));
                calls.put("slice from", () -> x.slice(0, d, 1));
                calls.put("slice to", () -> x.slice(0, 0, d));
                calls.put("slice step", () -> x.slice(0, 0, 2, d));
                calls.put("select", () -> x.select(d, 0));
                calls.put("select index", () -> x.select(0, d));
                calls.put("get", () -> x.get(d));
                calls.put("split", () -> x.split(1, d));
                calls.put("split size", () -> x.split(d, 0));
                calls.put("chunk", () -> x.chunk(2, d));
                calls.put("unbind", () -> x.unbind(d));
                calls.put("repeat", () -> x.repeat(Math.min(d, 3), 2));
                calls.put("flip", () -> x.flip(d));
                calls.put("flip twice", () -> x.flip(d, d));
                calls.put("reshape", () -> x.reshape(d, -1));
                calls.put("view", () -> x.view(d));
                calls.put("cat", () -> Tensor.cat(d, x, x));
                calls.put("stack", () -> Tensor.stack(d, x, x));
                calls.put("gather", () -> x.gather(d, Tensor.zeros(DType.INT64, 1, 1)));
                calls.put("scatterAdd", () -> x.scatterAdd(d, Tensor.zeros(DType.INT64, 1, 1), Tensor.ones(1, 1)));
                calls.put("indexSelect", () -> x.indexSelect(d, Tensor.arange(1)));
                calls.put("sort", () -> x.sort(d, false));
                calls.put("topk", () -> x.topk(1, d));
                calls.put("topk k", () -> x.topk(d, 0));
                calls.put("at", () -> x.at(d, 0));
                calls.put("item", x::item);
                calls.put("oneHot", () -> Tensor.arange(2).oneHot(Math.min(d, 10)));
                calls.put("eye", () -> Tensor.eye(Math.min(d, 10)));
                calls.put("zeros", () -> Tensor.zeros(Math.min(d, 10), 2));
                calls.put("randint", () -> Tensor.randint(d, 0, 2));
                calls.put("randperm", () -> Tensor.randperm(Math.min(d, 10)));
                calls.put("linspace", () -> Tensor.linspace(0, 1, Math.min(d, 10)));
                calls.put("arange", () -> Tensor.arange(0, 10, d));
                calls.forEach((name, call) -> tests.add(DynamicTest.dynamicTest(name + " " + d + " of " + x.shape(), () -> {
                    try {
                        Object result = call.get();
                        if (result instanceof Tensor t) {
                            t.clone().toDoubleArray(); // what looks fine must be readable
                        }
                    } catch (IllegalArgumentException e) {
                        assertTrue(e.getMessage().matches("(?s)[A-Za-z.]+: .+"), e::getMessage);
                    }
                })));
            }
        }
        return tests.stream();
    }

    @Test
    void hugeShapes() {
        assertEquals("Shape: (65536, 65536) has more than 2147483647 elements, the most that one tensor holds",
                assertThrows(ShapeException.class, () -> Tensor.zeros(65536, 65536)).getMessage());
        assertThrows(ShapeException.class, () -> Tensor.zeros(1, 2).expand(2_000_000_000, 2));
        assertThrows(ShapeException.class, () -> Tensor.zeros(2, 2).repeat(65536, 65536));
        assertThrows(ShapeException.class, () -> Tensor.zeros(2).narrow(0, 1, Integer.MAX_VALUE));
        assertThrows(ShapeException.class, () -> Tensor.eye(100_000));
        assertEquals(1, Tensor.zeros(2).slice(0, 0, 2, Integer.MAX_VALUE).numel());
    }

    @Test
    void arraysAndShapesDisagree() {
        assertEquals("Tensor.of: shape (2, 2) has 4 elements, the array 3",
                assertThrows(ShapeException.class, () -> Tensor.of(new float[3], 2, 2)).getMessage());
        assertEquals("Tensor.of: row 1 has 1 elements, row 0 has 2",
                assertThrows(ShapeException.class, () -> Tensor.of(new float[][] {{1, 2}, {3}})).getMessage());
        assertEquals("item: only a tensor of one element is a number, got (2)", assertThrows(ShapeException.class, () -> Tensor.zeros(2).item()).getMessage());
    }

    @Test
    void memoryOutsideTheStorage() {
        Storage s = Tensor.zeros(6).storage();
        assertEquals("Tensor: (2, 3) with strides [4, 1] at offset 0 reaches elements 0 to 6, the storage holds 6",
                assertThrows(ShapeException.class, () -> Tensor.over(s, DType.FLOAT32, Shape.of(2, 3), new int[] {4, 1}, 0)).getMessage());
        assertThrows(ShapeException.class, () -> Tensor.over(s, DType.FLOAT32, Shape.of(2), new int[] {-1}, 0));
        assertThrows(ShapeException.class, () -> Tensor.over(s, DType.FLOAT64, Shape.of(6), new int[] {1}, 0));
        assertThrows(ShapeException.class, () -> Tensor.over(s, DType.FLOAT32, Shape.of(1), new int[] {1}, -1));
        assertThrows(ShapeException.class, () -> Tensor.over(s, DType.FLOAT32, Shape.of(2, 3), new int[] {1}, 0));
        assertThrows(IllegalArgumentException.class, () -> Tensor.over(s, DType.FLOAT32, Shape.of(0), new int[] {1}, -5).clone().add(1.0).sum());
    }

    @Test
    void labelsOutOfRangeChangeNothing() {
        Tensor x = Tensor.zeros(3, 2);
        for (long bad : new long[] {-1, 2, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32}) {
            Tensor labels = Tensor.of(new long[] {0, bad, 1});
            assertThrows(ShapeException.class, () -> NllLoss.apply(x, labels, null, -100, NllLoss.Reduction.MEAN));
            assertThrows(ShapeException.class, () -> labels.oneHot(2));
            assertThrows(ShapeException.class, () -> x.gather(1, labels.view(3, 1)));
            assertThrows(ShapeException.class, () -> Tensor.zeros(2, 3).indexSelect(0, labels));
            Tensor out = Tensor.zeros(3, 2);
            assertThrows(ShapeException.class, () -> out.scatterAdd(1, labels.view(3, 1), Tensor.ones(3, 1)));
            assertEquals(0, out.sum().item());
        }
        assertThrows(DTypeException.class, () -> NllLoss.apply(x, Tensor.zeros(3), null, -100, NllLoss.Reduction.MEAN));
        assertThrows(IllegalArgumentException.class,
                () -> NllLoss.apply(x.to(DType.INT64), Tensor.zeros(DType.INT64, 3), null, -100, NllLoss.Reduction.MEAN));
        assertThrows(DTypeException.class, () -> Normalize.rows("layerNorm", Tensor.zeros(DType.INT64, 2, 2), null, null, 1e-5));
        assertThrows(DTypeException.class, () -> Linear.apply(Tensor.zeros(DType.BOOL, 2, 2), Tensor.zeros(DType.BOOL, 2, 2), null));
    }

    @Test
    void integersDividedBy0() {
        assertThrows(ArithmeticException.class, () -> Tensor.arange(3).remainder(0));
        assertEquals("pow: integers to the negative power -1.0 are not integers; convert with to(DType.FLOAT32) first",
                assertThrows(DTypeException.class, () -> Tensor.arange(3).pow(-1)).getMessage());
    }

    @Test
    void devicesThatAreNotThere() {
        assertThrows(DeviceException.class, () -> Tensor.zeros(2).to(Device.cuda(77)));
        assertThrows(DeviceException.class, () -> Tensor.zeros(Shape.of(2), DType.FLOAT32, Device.cuda(77)));
    }

    @Test
    void overlappingMemoryIsNotChangedInPlace() {
        Tensor x = Tensor.arange(6).to(DType.FLOAT32);
        String shared = "elements of (2, 3) share memory (an expanded view), so it cannot be changed in place; clone() it";
        assertEquals("add: " + shared, assertThrows(GraphException.class, () -> Tensor.zeros(1, 3).expand(2, 3).addInPlace(1.0)).getMessage());
        assertEquals("copyFrom: " + shared,
                assertThrows(GraphException.class, () -> Tensor.zeros(1, 3).expand(2, 3).copyFrom(Tensor.zeros(2, 3))).getMessage());
        assertThrows(GraphException.class, () -> Tensor.zeros(1, 3).expand(2, 3).uniformInPlace(0, 1));
        assertThrows(GraphException.class, () -> x.narrow(0, 1, 5).addInPlace(x.narrow(0, 0, 5)));
        assertThrows(GraphException.class, () -> x.narrow(0, 0, 5).mulInPlace(x.narrow(0, 1, 5)));
        assertThrows(GraphException.class, () -> x.narrow(0, 1, 5).copyFrom(x.narrow(0, 0, 5)));
        assertThrows(GraphException.class, () -> x.narrow(0, 0, 4).view(2, 2).addInPlace(x.narrow(0, 0, 4).view(2, 2).t()));
        assertEquals(15, x.sum().item());
        // the same elements in the same order, and neighbours that share none, are fine
        x.addInPlace(x).mulInPlace(x.view(6));
        x.view(3, 2).select(1, 0).addInPlace(x.view(3, 2).select(1, 1));
        x.narrow(0, 0, 3).copyFrom(x.narrow(0, 3, 3));
        x.narrow(0, 0, 3).addInPlace(x.get(4));
    }
}
