package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.backend.cpu.CpuBackend;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import io.candela.testing.Close;
import io.candela.testing.Golden;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Poolings of sizes that are cut into parts, in row-major and channels-last order: float32 works on boxes of input, float64 window by window, and
 * both must agree.
 */
class PoolLayoutTest {
    private static final int[][] SHAPES = {{64, 6, 28, 28}, {64, 16, 10, 10}, {1, 6, 28, 28}, {3, 1, 5, 7}, {2, 64, 33, 31}, {1, 3, 130, 121}, {40, 5, 1, 9}};

    private static Map<String, Layer> layers() {
        Map<String, Layer> out = new LinkedHashMap<>();
        MaxPoolOptions max = MaxPool2d.options();
        AvgPoolOptions avg = AvgPool2d.options();
        out.put("max 2", new MaxPool2d(new int[] {2}, max.withCeilMode(true)));
        out.put("max 3 stride 2 padding 1", new MaxPool2d(new int[] {3}, max.withStride(2).withPadding(1)));
        out.put("max 5 stride 1 padding 2", new MaxPool2d(new int[] {5}, max.withStride(1).withPadding(2)));
        out.put("max 1x3 dilated", new MaxPool2d(new int[] {1, 3}, max.withStride(1, 2).withDilation(2).withPadding(0, 1)));
        out.put("max large", new MaxPool2d(new int[] {1, 40}, max.withPadding(0, 20)));
        out.put("max adaptive", new AdaptiveMaxPool2d(1, 4));
        out.put("avg 2", new AvgPool2d(new int[] {2}, avg.withCeilMode(true)));
        out.put("avg 3 stride 2 padding 1", new AvgPool2d(new int[] {3}, avg.withStride(2).withPadding(1).withCountIncludePad(false)));
        out.put("avg 3 stride 1", new AvgPool2d(new int[] {1, 3}, avg.withStride(1).withPadding(0, 1)));
        out.put("avg 2 stride 4 padding 1, which leaves ends out", new AvgPool2d(new int[] {2}, avg.withStride(4).withPadding(1)));
        out.put("avg global", new AdaptiveAvgPool2d(1));
        out.put("avg adaptive", new AdaptiveAvgPool2d(null, 4));
        return out;
    }

    private static Tensor channelsLast(Tensor x) {
        Tensor moved = x.dim() == 4 ? x.permute(0, 2, 3, 1) : x.permute(0, 2, 3, 4, 1);
        return x.dim() == 4 ? moved.contiguous().permute(0, 3, 1, 2) : moved.contiguous().permute(0, 4, 1, 2, 3);
    }

    private record Outcome(Tensor values, Tensor indices, Tensor gradient) {
        static Outcome of(Layer layer, Tensor input, Function<Tensor, Tensor> arrange) {
            Tensor x = arrange.apply(input).detach().setRequiresGrad(true);
            Tensor y = layer.forward(x);
            Tensor g = Tensor.arange(y.numel()).remainder(13L).sub(6).to(input.dtype()).view(y.shape().toArray());
            Autograd.noGrad(() -> x.mul(Double.NaN).release()); // what a gradient leaves unwritten shows
            y.backward(arrange.apply(g));
            Tensor indices = null;
            if (layer instanceof MaxPoolLayer || layer instanceof AdaptiveMaxPoolLayer) {
                ValuesAndIndices both = layer instanceof MaxPoolLayer m ? m.forwardWithIndices(x) : ((AdaptiveMaxPoolLayer) layer).forwardWithIndices(x);
                Close.assertExact("values with indices", y.detach(), both.values().detach());
                indices = both.indices();
            }
            Close.assertExact("without gradients", y.detach(), Autograd.noGrad(() -> layer.forward(x)));
            return new Outcome(y.detach(), indices, x.grad());
        }

        void assertClose(String what, Outcome other) {
            Close.assertCloseValues(what, values, other.values.to(values.dtype()), 1e-5);
            Close.assertCloseValues(what + ": gradient", gradient, other.gradient.to(values.dtype()), 1e-5);
            if (indices != null) {
                Close.assertExact(what + ": indices", indices, other.indices);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> agree() {
        return layers().entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            for (int[] shape : SHAPES) {
                Tensor.manualSeed(7);
                Tensor x = Tensor.randn(shape).mul(8).round().div(8); // ties
                Outcome exact = Outcome.of(e.getValue(), x.to(DType.FLOAT64), t -> t);
                String what = x.shape().toString();
                exact.assertClose(what, Outcome.of(e.getValue(), x, t -> t));
                exact.assertClose(what + " channels-last", Outcome.of(e.getValue(), x, PoolLayoutTest::channelsLast));
                exact.assertClose(what + " float64 channels-last", Outcome.of(e.getValue(), x.to(DType.FLOAT64), PoolLayoutTest::channelsLast));
            }
        }));
    }

    @Test
    void threeDimensions() {
        Tensor.manualSeed(7);
        Tensor x = Tensor.randn(2, 5, 9, 30, 31);
        List<Layer> layers = List.of(new MaxPool3d(new int[] {2, 3, 3}, MaxPool3d.options().withStride(2).withPadding(1)),
                new AvgPool3d(new int[] {3, 2, 3}, AvgPool3d.options().withStride(2, 2, 1).withPadding(1).withCeilMode(true)));
        for (Layer layer : layers) {
            Outcome exact = Outcome.of(layer, x.to(DType.FLOAT64), t -> t);
            exact.assertClose(layer.toString(), Outcome.of(layer, x, t -> t));
            exact.assertClose(layer + " channels-last", Outcome.of(layer, x, PoolLayoutTest::channelsLast));
        }
    }

    @Test
    void anyNumberOfThreads() {
        Tensor.manualSeed(7);
        Tensor x = Tensor.randn(9, 3, 40, 41);
        int threads = CpuBackend.threads();
        try {
            for (Layer layer : layers().values()) {
                CpuBackend.setThreads(1);
                Outcome one = Outcome.of(layer, x, t -> t);
                CpuBackend.setThreads(3);
                Outcome three = Outcome.of(layer, x, t -> t);
                Close.assertExact(layer, one.values, three.values);
                Close.assertExact(layer, one.gradient, three.gradient);
            }
        } finally {
            CpuBackend.setThreads(threads);
        }
    }

    @Test
    void channelsLastStaysChannelsLast() {
        Tensor x = channelsLast(Tensor.randn(2, 3, 8, 8)).setRequiresGrad(true);
        for (Layer layer : layers().values()) {
            if (layer instanceof MaxPoolLayer && layer.toString().contains("40")) {
                continue;
            }
            Tensor y = layer.forward(x);
            int[] strides = {3 * y.size(2) * y.size(3), 1, 3 * y.size(3), 3};
            for (int d = 0; d < 4; d++) {
                assertTrue(y.size(d) == 1 || y.stride(d) == strides[d], layer + ": " + y.shape());
            }
        }
        Tensor y = new MaxPool2d(2).forward(x);
        y.backward(channelsLast(Tensor.ones(2, 3, 4, 4)));
        assertEquals(1, x.grad().stride(1));
        Tensor single = Tensor.randn(8, 8, 3).permute(2, 0, 1);
        assertTrue(new MaxPool2d(2).forward(single).isContiguous(), "(c, h, w) has no samples, and is no channels-last order");
        assertFalse(single.isContiguous());
    }

    @Test
    void infinitePaddingIsNoElement() {
        MaxPool2d pool = new MaxPool2d(new int[] {3}, MaxPool2d.options().withStride(2).withPadding(1));
        for (double lowest : new double[] {Double.NEGATIVE_INFINITY, -Float.MAX_VALUE}) {
            for (int channels : new int[] {1, 20}) {
                Tensor x = channelsLast(Tensor.full(io.candela.tensor.Shape.of(1, channels, 3, 3), lowest, DType.FLOAT32, io.candela.tensor.Device.CPU))
                        .setRequiresGrad(true);
                ValuesAndIndices out = pool.forwardWithIndices(x);
                Close.assertExact(channels, Tensor.of(new long[] {0, 1, 3, 4}, 1, 1, 2, 2).expand(1, channels, 2, 2), out.indices());
                assertEquals(lowest, out.values().detach().min().item());
                pool.forward(x).sum().backward();
                assertEquals(4 * channels, x.grad().sum().item());
                assertEquals(1, x.grad().select(1, 0).select(0, 0).select(0, 0).select(0, 0).item());
            }
        }
    }

    /** NaN in one image, infinity in another one, of a batch that is cut into chunks. */
    @Test
    void notFiniteInSomeImages() {
        Tensor.manualSeed(7);
        Tensor x = Tensor.randn(64, 6, 28, 28);
        x.select(0, 3).select(0, 2).select(0, 5).select(0, 4).fillInPlace(Double.NaN);
        x.select(0, 60).select(0, 1).select(0, 0).select(0, 27).fillInPlace(Double.NEGATIVE_INFINITY);
        x.select(0, 61).select(0, 1).select(0, 0).select(0, 27).fillInPlace(Double.POSITIVE_INFINITY);
        for (Layer layer : List.of(new MaxPool2d(2), new MaxPool2d(new int[] {3}, MaxPool2d.options().withStride(2).withPadding(1)))) {
            Outcome exact = Outcome.of(layer, x.to(DType.FLOAT64), t -> t);
            assertTrue(Double.isNaN(exact.values.sum().item()), "NaN is the largest");
            exact.assertClose("row-major", Outcome.of(layer, x, t -> t));
            exact.assertClose("channels-last", Outcome.of(layer, x, PoolLayoutTest::channelsLast));
        }
    }

    @Test
    void gradientOfTheGradient() {
        Tensor.manualSeed(7);
        for (int channels : new int[] {6, 32}) {
            for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                Tensor x = channelsLast(Tensor.randn(2, channels, 9, 9).to(type)).setRequiresGrad(true);
                Tensor g = channelsLast(Tensor.randn(2, channels, 4, 4).to(type)).setRequiresGrad(true);
                ValuesAndIndices out = new MaxPool2d(2).forwardWithIndices(x);
                Tensor first = Autograd.grad(new Tensor[] {new MaxPool2d(2).forward(x)}, new Tensor[] {x}, new Tensor[] {g}, true, true, false)[0];
                Tensor v = Tensor.randn(2, channels, 9, 9).to(type);
                first.mul(v).sum().backward();
                Close.assertExact(channels, v.view(2, channels, 81).gather(2, out.indices().contiguous().view(2, channels, 16)).view(2, channels, 4, 4), g.grad());
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> sameSeedSameRegions() {
        Golden golden = Golden.load("/golden/fractional.bin.gz");
        Map<String, FractionalMaxPoolLayer> layers = Map.of("size2d", new FractionalMaxPool2d(new int[] {2}, 3, 4), "ratio2d",
                new FractionalMaxPool2d(new int[] {3, 2}, 0.5, 0.7), "single2d", new FractionalMaxPool2d(new int[] {2}, 3), "size3d",
                new FractionalMaxPool3d(new int[] {2}, 3, 4, 2));
        assertEquals(golden.rows().keySet(), layers.keySet().stream().collect(java.util.stream.Collectors.toSet()));
        return golden.rows().values().stream().flatMap(List::stream).map(c -> DynamicTest.dynamicTest(c.toString(), () -> {
            Tensor x = c.inputs().get(0).clone().setRequiresGrad(true);
            Tensor.manualSeed(20250303);
            ValuesAndIndices out = layers.get(c.row()).forwardWithIndices(x);
            Close.assertExact("values", c.results().get(0), out.values().detach());
            Close.assertExact("indices", c.results().get(1), out.indices());
            out.values().backward(io.candela.testing.GradCheck.upstream(out.values(), 0));
            Close.assertClose("gradient", c.gradients().get(0), x.grad(), 1);
        }));
    }

    @Test
    void halfTypesArePooledInFloat32() {
        Tensor.manualSeed(7);
        for (DType type : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
            Tensor x = Tensor.randn(2, 3, 9, 8).to(type);
            for (Layer layer : List.of(new MaxPool2d(2), new AvgPool2d(3), new AdaptiveAvgPool2d(4), new Upsample(
                    Upsample.options().withSize(5).withMode(InterpolateMode.BICUBIC)), new ReflectionPad2d(2), new ZeroPad2d(1), new Unfold(2))) {
                Tensor half = x.clone().setRequiresGrad(true);
                Tensor single = x.to(DType.FLOAT32).setRequiresGrad(true);
                Tensor y = layer.forward(half);
                Tensor expected = layer.forward(single);
                Close.assertExact(layer + " of " + type, expected.detach().to(type), y.detach());
                y.sum().backward();
                expected.sum().backward();
                Close.assertCloseValues(layer + ": gradient", single.grad(), half.grad().to(DType.FLOAT32), 0.05);
            }
        }
    }
}
