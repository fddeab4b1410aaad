package io.candela.nn;

import static io.candela.testing.OpCase.unary;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Padding, resampling and rearranging go through what {@link OpContract} asks of ops; {@code tools/golden/spatial.py} has their operands. */
class ResampleContractTest {
    @TestFactory
    Stream<DynamicNode> functions() {
        List<OpCase> rows = new ArrayList<>();
        for (int n = 1; n <= 3; n++) {
            padding(rows, n);
            interpolation(rows, n);
        }
        rows.add(unary("pad.first", x -> F.pad(x, 0, 0, 1, 0, 2, 1)));
        InterpolateOptions bilinear = Upsample.options().withMode(InterpolateMode.BILINEAR);
        rows.add(unary("interpolate2d.bilinear.sizes", x -> F.interpolate(x, bilinear.withSize(3, 9))).slack(4));
        rows.add(unary("interpolate2d.nearest.factors", new Upsample(Upsample.options().withScaleFactor(0.5, 3.3))::forward));
        rows.add(unary("upsamplingBilinear2d", new UpsamplingBilinear2d(2)::forward).slack(4));
        rows.add(unary("upsamplingNearest2d", UpsamplingNearest2d.to(3, 7)::forward));
        rows.add(unary("pixelShuffle", new PixelShuffle(2)::forward).loose());
        rows.add(unary("pixelUnshuffle", new PixelUnshuffle(2)::forward).loose());
        rows.add(unary("channelShuffle", new ChannelShuffle(3)::forward).loose());
        int[] kernel = {2, 3};
        int[] dilation = {2, 1};
        int[] padding = {1, 2};
        rows.add(unary("unfold.2", new Unfold(2)::forward).loose());
        rows.add(unary("unfold.uneven", new Unfold(kernel, dilation, padding, 2, 1)::forward).loose());
        rows.add(unary("fold.2", new Fold(new int[] {5, 4}, 2)::forward).loose().slack(2));
        rows.add(unary("fold.uneven", new Fold(new int[] {5, 4}, kernel, dilation, padding, 2, 1)::forward).loose().slack(2));
        mistakes(rows.get(0));
        return OpContract.tests(Golden.load("/golden/resampling.bin.gz"), rows);
    }

    private static void padding(List<OpCase> rows, int n) {
        Map<String, int[]> widths = new LinkedHashMap<>();
        int[] one = new int[2 * n];
        Arrays.fill(one, 1);
        widths.put("1", one);
        widths.put("uneven", Arrays.copyOf(new int[] {2, 1, 0, 3, 1, 2}, 2 * n));
        widths.put("cut", Arrays.copyOf(new int[] {-1, 2, 2, -1, -1, -1}, 2 * n));
        widths.forEach((name, width) -> {
            for (PadMode mode : PadMode.values()) {
                Layer layer = switch (mode) {
                    case CONSTANT -> n == 1 ? new ConstantPad1d(width, 2.5) : n == 2 ? new ConstantPad2d(width, 2.5) : new ConstantPad3d(width, 2.5);
                    case REFLECT -> n == 1 ? new ReflectionPad1d(width) : n == 2 ? new ReflectionPad2d(width) : new ReflectionPad3d(width);
                    case REPLICATE -> n == 1 ? new ReplicationPad1d(width) : n == 2 ? new ReplicationPad2d(width) : new ReplicationPad3d(width);
                    default -> n == 1 ? new CircularPad1d(width) : n == 2 ? new CircularPad2d(width) : new CircularPad3d(width);
                };
                rows.add(unary("pad%dd.%s.%s".formatted(n, mode.name().toLowerCase(Locale.ROOT), name), layer::forward).slack(2));
            }
        });
    }

    private static void interpolation(List<OpCase> rows, int n) {
        Map<String, InterpolateOptions> to = new LinkedHashMap<>();
        to.put("7", Upsample.options().withSize(7));
        to.put("3", Upsample.options().withSize(3));
        to.put("x2", Upsample.options().withScaleFactor(2));
        to.put("x1.7", Upsample.options().withScaleFactor(1.7));
        to.put("x0.6", Upsample.options().withScaleFactor(0.6));
        to.put("x1.7again", Upsample.options().withScaleFactor(1.7).withRecomputeScaleFactor(true));
        List<InterpolateMode> smooth = n == 1 ? List.of(InterpolateMode.LINEAR)
                : n == 2 ? List.of(InterpolateMode.BILINEAR, InterpolateMode.BICUBIC) : List.of(InterpolateMode.TRILINEAR);
        to.forEach((name, options) -> {
            for (InterpolateMode mode : InterpolateMode.values()) {
                if (mode.isSmooth() && !smooth.contains(mode)) {
                    continue;
                }
                String row = "interpolate%dd.%s.%s".formatted(n, mode.label, name);
                rows.add(unary(row, new Upsample(options.withMode(mode))::forward).slack(8));
                if (mode.isSmooth()) {
                    rows.add(unary(row + ".aligned", new Upsample(options.withMode(mode).withAlignCorners(true))::forward).slack(8));
                }
            }
        });
    }

    private static void mistakes(OpCase row) {
        Tensor image = Tensor.zeros(1, 2, 3, 4);
        InterpolateOptions options = Upsample.options();
        row.rejects(ShapeException.class, "pad: padding needs two numbers for each of the last dimensions, got [1] for input (1, 2, 3, 4)",
                        () -> F.pad(image, 1))
                .rejects(ShapeException.class, "pad: padding [-3, -2] cuts off more than dimension 3 of input (1, 2, 3, 4) has", () -> F.pad(image, -3, -2))
                .rejects(ShapeException.class, "ReflectionPad2d: padding (4, 4) of dimension 3 of input (1, 2, 3, 4) must be at most 3 in mode REFLECT",
                        () -> new ReflectionPad2d(4, 4, 1, 1).forward(image))
                .rejects(ShapeException.class, "CircularPad1d: padding (5, 0) of dimension 2 of input (1, 2, 4) must be at most 4 in mode CIRCULAR",
                        () -> new CircularPad1d(5, 0).forward(Tensor.zeros(1, 2, 4)))
                .rejects(ShapeException.class, "pad: mode REFLECT pads the last dimension of 2 or 3, the last two of 3 or 4, or the last three of 4 or 5, "
                        + "got padding [1, 1] for input (1, 2, 3, 4)", () -> F.pad(image, new int[] {1, 1}, PadMode.REFLECT, 0))
                .rejects(IllegalArgumentException.class, "ZeroPad2d: padding must have 1 or 4 numbers, got [1, 2]", () -> new ZeroPad2d(1, 2))
                .rejects(ShapeException.class, "interpolate: mode linear does not go with input (1, 2, 3, 4); linear needs (n, c, length), bilinear and bicubic "
                        + "(n, c, h, w), trilinear (n, c, d, h, w), the others one of these",
                        () -> F.interpolate(image, options.withSize(3).withMode(InterpolateMode.LINEAR)))
                .rejects(IllegalArgumentException.class, "interpolate: either a size or a scale factor is needed, got both",
                        () -> F.interpolate(image, options.withSize(3).withScaleFactor(2)))
                .rejects(IllegalArgumentException.class, "interpolate: alignCorners goes with linear, bilinear, bicubic and trilinear, got mode nearest",
                        () -> F.interpolate(image, options.withSize(3).withAlignCorners(false)))
                .rejects(ShapeException.class, "interpolate: input and output sizes must be 1 or more, got input (1, 2, 3, 4) and spatial output sizes [0]",
                        () -> F.interpolate(image, options.withScaleFactor(0.1)))
                .rejects(DTypeException.class, "interpolate: input needs floating point, got int64; convert with to(DType.FLOAT32)",
                        () -> F.interpolate(image.to(DType.INT64), options.withSize(3).withMode(InterpolateMode.BILINEAR)))
                .rejects(ShapeException.class, "pixelShuffle: input must be (*, c, h, w) with a c that 2² divides, got (1, 2, 3, 4)",
                        () -> F.pixelShuffle(image, 2))
                .rejects(ShapeException.class, "pixelUnshuffle: input must be (*, c, h, w) with h and w that 2 divides, got (1, 2, 3, 4)",
                        () -> F.pixelUnshuffle(image, 2))
                .rejects(ShapeException.class, "channelShuffle: input must be (n, c, *) with a c that 3 divides, got (1, 2, 3, 4)",
                        () -> F.channelShuffle(image, 3))
                .rejects(ShapeException.class, "Unfold: no patch of kernel [5, 5] fits the padded image (3, 4), got input (1, 2, 3, 4); use a smaller kernel or "
                        + "more padding", () -> new Unfold(5).forward(image))
                .rejects(ShapeException.class, "Fold: input must be (n, multiple of 4, 12) for kernel [2, 2] and output size [4, 5], got (2, 12, 11)",
                        () -> new Fold(new int[] {4, 5}, 2).forward(Tensor.zeros(2, 12, 11)));
    }

    @Test
    void channelsLastStaysChannelsLast() {
        Tensor x = Tensor.randn(2, 20, 6, 5);
        Tensor last = x.contiguous(MemoryFormat.CHANNELS_LAST);
        InterpolateOptions size = Upsample.options().withSize(9, 4);
        List<Layer> layers = List.of(new ZeroPad2d(1), new ReflectionPad2d(2), new CircularPad2d(1, 0, 2, 1), new Upsample(size),
                new Upsample(size.withMode(InterpolateMode.BILINEAR)), new Upsample(size.withMode(InterpolateMode.BICUBIC)));
        for (Layer layer : layers) {
            Tensor a = x.clone().setRequiresGrad(true);
            Tensor b = last.clone(MemoryFormat.CHANNELS_LAST).setRequiresGrad(true);
            Tensor y = layer.forward(a);
            Tensor z = layer.forward(b);
            assertTrue(z.isContiguous(MemoryFormat.CHANNELS_LAST), layer.toString());
            Close.assertClose(layer, y.detach(), z.detach(), 1);
            y.square().sum().backward();
            z.square().sum().backward();
            Close.assertClose(layer, a.grad(), b.grad(), 4);
        }
    }

    @Test
    void integersArePadded() {
        Tensor x = Tensor.of(new long[] {1, 2, 3}, 1, 3);
        assertEquals("tensor([[2, 1, 2, 3, 2, 1]])", F.pad(x, new int[] {1, 2}, PadMode.REFLECT, 0).toString());
        assertEquals("tensor([[3, 1, 2, 3, 1, 2]])", F.pad(x, new int[] {1, 2}, PadMode.CIRCULAR, 0).toString());
        assertEquals("tensor([[7, 7, 1, 2]])", F.pad(x, new int[] {2, -1}, PadMode.CONSTANT, 7).toString());
    }

    @Test
    void noWidthGivesACopy() {
        Tensor x = Tensor.randn(1, 2, 3);
        Tensor y = Autograd.noGrad(() -> F.pad(x, new int[] {0, 0}, PadMode.REPLICATE, 0));
        Close.assertExact("copy", x, y);
        assertTrue(y.storage() != x.storage());
    }
}
