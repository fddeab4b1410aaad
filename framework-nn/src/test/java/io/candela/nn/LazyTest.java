package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LazyTest {
    /** A lazy layer, what it becomes, and an input that decides it. */
    private record Pair(Supplier<Layer> lazy, Supplier<Layer> eager, Tensor input) {}

    private static List<Pair> pairs() {
        ConvOptions conv = Conv2d.options().withStride(2).withGroups(2);
        return List.of(
                new Pair(() -> new LazyLinear(5), () -> new Linear(3, 5), Tensor.randn(2, 3)),
                new Pair(() -> new LazyLinear(5, false), () -> new Linear(3, 5, false), Tensor.randn(2, 4, 3)),
                new Pair(() -> new LazyConv1d(4, 3, conv), () -> new Conv1d(2, 4, 3, conv), Tensor.randn(1, 2, 8)),
                new Pair(() -> new LazyConv2d(4, 3), () -> new Conv2d(2, 4, 3), Tensor.randn(2, 8, 8)),
                new Pair(() -> new LazyConv3d(4, 2, conv), () -> new Conv3d(2, 4, 2, conv), Tensor.randn(1, 2, 4, 4, 4)),
                new Pair(() -> new LazyConvTranspose1d(4, 3, conv), () -> new ConvTranspose1d(2, 4, 3, conv), Tensor.randn(1, 2, 8)),
                new Pair(() -> new LazyConvTranspose2d(4, 3), () -> new ConvTranspose2d(2, 4, 3), Tensor.randn(1, 2, 8, 8)),
                new Pair(() -> new LazyConvTranspose3d(4, 2), () -> new ConvTranspose3d(2, 4, 2), Tensor.randn(1, 2, 4, 4, 4)),
                new Pair(LazyBatchNorm1d::new, () -> new BatchNorm1d(3), Tensor.randn(4, 3)),
                new Pair(LazyBatchNorm2d::new, () -> new BatchNorm2d(3), Tensor.randn(4, 3, 2, 2)),
                new Pair(LazyBatchNorm3d::new, () -> new BatchNorm3d(3), Tensor.randn(4, 3, 2, 2, 2)),
                new Pair(LazyInstanceNorm1d::new, () -> new InstanceNorm1d(3, BatchNorm.options()), Tensor.randn(3, 4)),
                new Pair(LazyInstanceNorm2d::new, () -> new InstanceNorm2d(3, BatchNorm.options()), Tensor.randn(4, 3, 2, 2)),
                new Pair(LazyInstanceNorm3d::new, () -> new InstanceNorm3d(3, BatchNorm.options()), Tensor.randn(4, 3, 2, 2, 2)));
    }

    private static Stream<DynamicTest> each(java.util.function.Consumer<Pair> test) {
        return pairs().stream().map(p -> DynamicTest.dynamicTest(p.lazy.get().getClass().getSimpleName(), () -> test.accept(p)));
    }

    @TestFactory
    Stream<DynamicTest> theFirstInputDecides() {
        return each(pair -> {
            Layer lazy = pair.lazy.get();
            String name = lazy.getClass().getSimpleName();
            assertTrue(lazy.toString().startsWith(name + "(") && lazy.toString().matches(".*\\((0,|in_features=0,).*"), lazy::toString);
            Map<String, Tensor> before = Map.copyOf(lazy.namedParameters());
            Tensor.manualSeed(7);
            Tensor y = lazy.forward(pair.input);
            Tensor.manualSeed(7);
            Layer eager = pair.eager.get();
            assertTrue(eager.forward(pair.input).equal(y));
            assertEquals(eager.toString(), lazy.toString());
            assertEquals(List.copyOf(eager.stateDict().keySet()), List.copyOf(lazy.stateDict().keySet()));
            before.forEach((key, tensor) -> {
                assertSame(tensor, lazy.namedParameters().get(key)); // an optimizer built before goes on working
                assertTrue(tensor.requiresGrad() && tensor.isLeaf());
            });
            y.sum().backward();
            before.forEach((key, tensor) -> assertEquals(tensor.shape(), tensor.grad().shape(), key));
            assertTrue(eager.eval().forward(pair.input).equal(lazy.eval().forward(pair.input)));
        });
    }

    @TestFactory
    Stream<DynamicTest> aFileDecides() {
        return each(pair -> {
            Layer eager = pair.eager.get();
            eager.forward(pair.input);
            for (boolean assign : new boolean[] {false, true}) {
                Layer lazy = pair.lazy.get();
                lazy.loadStateDict(eager.stateDict(), LoadOptions.defaults().withAssign(assign));
                assertEquals(eager.toString(), lazy.toString());
                assertTrue(eager.eval().forward(pair.input).equal(lazy.eval().forward(pair.input)));
            }
            Layer lazy = pair.lazy.get();
            lazy.loadStateDict(eager.stateDict());
            Tensor own = lazy.parameters().get(0);
            assertFalse(own.storage() == eager.parameters().get(0).storage()); // a copy
        });
    }

    @Test
    void aFileThatDoesNotFitChangesNothing() {
        var lazy = new LazyLinear(4);
        var wrong = new Linear(3, 5).stateDict();
        assertThrows(StateDictException.class, () -> lazy.loadStateDict(wrong));
        assertEquals(Shape.of(4, 0), lazy.weight().shape());
        assertEquals(Shape.of(4, 7), ((LazyLinear) forwarded(lazy, Tensor.ones(1, 7))).weight().shape());
        // a file that lacks the bias decides the rest, and the first input the bias
        var partly = new LazyLinear(4);
        var state = new Linear(3, 4).stateDict();
        state.remove("bias");
        partly.loadStateDict(state, LoadOptions.defaults().withStrict(false));
        assertEquals(Shape.of(4), ((LazyLinear) forwarded(partly, Tensor.ones(1, 3))).bias().shape());
    }

    private static Layer forwarded(Layer layer, Tensor x) {
        layer.forward(x);
        return layer;
    }

    @Test
    void typeAndCopiesBeforeTheFirstInput() {
        var model = new Sequential(new LazyConv2d(4, 3), new LazyBatchNorm2d(), new ReLU(), new Flatten(), new LazyLinear(2));
        model.to(DType.FLOAT64);
        Sequential copy = Module.deepCopy(model);
        Tensor x = Tensor.randn(2, 3, 6, 6).to(DType.FLOAT64);
        assertEquals(DType.FLOAT64, model.eval().forward(x).dtype());
        assertTrue(copy.toString().contains("LazyConv2d(0, 4") && model.toString().contains("(0): Conv2d(3, 4"), copy + "\n" + model);
        assertEquals(Shape.of(2, 2), copy.forward(x).shape());
        assertThrows(ShapeException.class, () -> model.forward(Tensor.randn(2, 1, 6, 6).to(DType.FLOAT64)));
    }

    @Test
    void groupsThatDoNotDivideTheChannels() {
        var conv = new LazyConv1d(4, 3, Conv1d.options().withGroups(2));
        assertEquals("Conv1d: 3 input and 4 output channels cannot both be cut into 2 groups",
                assertThrows(IllegalArgumentException.class, () -> conv.forward(Tensor.ones(1, 3, 8))).getMessage());
        assertEquals(Shape.of(1, 4, 6), conv.forward(Tensor.ones(1, 2, 8)).shape());
    }
}
