package io.candela.nn;

import static io.candela.testing.OpCase.nary;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.nn.ConvOptions.PaddingMode;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Generator;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Convolutions of every kind against PyTorch; {@code tools/golden/convolutions.py} has their operands. */
class ConvolutionContractTest {
    private static final long SEED = 20250711;

    @TestFactory
    Stream<DynamicNode> functions() {
        Map<String, ConvOptions> options = new LinkedHashMap<>();
        options.put("", Conv2d.options());
        options.put(".stride", Conv2d.options().withStride(2));
        options.put(".padding", Conv2d.options().withPadding(1));
        options.put(".dilation", Conv2d.options().withDilation(2).withPadding(2));
        options.put(".groups", Conv2d.options().withGroups(2));
        options.put(".depthwise", Conv2d.options().withGroups(4).withPadding(1));
        options.put(".all", Conv2d.options().withStride(2).withPadding(2).withDilation(2).withGroups(2));
        List<OpCase> rows = new ArrayList<>();
        for (int rank = 1; rank <= 3; rank++) {
            for (Map.Entry<String, ConvOptions> e : options.entrySet()) {
                rows.add(row(rank, e.getKey(), e.getValue()));
                rows.add(transposed(rank, e.getKey(), e.getValue()));
            }
            rows.add(row(rank, ".same", Conv2d.options().withPadding("same").withDilation(2)));
            rows.add(row(rank, ".valid", Conv2d.options().withPadding("valid")));
            rows.add(transposed(rank, ".output", Conv2d.options().withStride(3).withPadding(1).withOutputPadding(2)));
        }
        rows.add(row(2, ".mixed", Conv2d.options().withStride(1, 2).withPadding(2, 0).withDilation(2, 1)));
        for (PaddingMode mode : new PaddingMode[] {PaddingMode.REFLECT, PaddingMode.REPLICATE, PaddingMode.CIRCULAR}) {
            rows.add(row(2, "." + mode.name().toLowerCase(Locale.ROOT), Conv2d.options().withPadding(1).withPaddingMode(mode)));
        }
        mistakes(rows.get(0));
        return OpContract.tests(Golden.load("/golden/convolutions.bin.gz"), rows);
    }

    private static OpCase row(int rank, String name, ConvOptions o) {
        return nary("conv" + rank + "d" + name, x -> {
            Tensor bias = x.length > 2 ? x[2] : null;
            return rank == 1 ? F.conv1d(x[0], x[1], bias, o) : rank == 2 ? F.conv2d(x[0], x[1], bias, o) : F.conv3d(x[0], x[1], bias, o);
        }).slack(8).loose();
    }

    private static OpCase transposed(int rank, String name, ConvOptions o) {
        return nary("convTranspose" + rank + "d" + name, x -> {
            Tensor bias = x.length > 2 ? x[2] : null;
            return rank == 1 ? F.convTranspose1d(x[0], x[1], bias, o) : rank == 2 ? F.convTranspose2d(x[0], x[1], bias, o)
                    : F.convTranspose3d(x[0], x[1], bias, o);
        }).slack(8).loose();
    }

    private static void mistakes(OpCase row) {
        Tensor image = Tensor.zeros(1, 3, 8, 8);
        row.rejects(ShapeException.class, "Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1)): the input must have 3 channels in dimension 1, got (1, 8, 8, 3); "
                        + "permute the last dimension there?", () -> new Conv2d(3, 6, 5).forward(Tensor.zeros(1, 8, 8, 3)))
                .rejects(ShapeException.class, "Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1)): the input must have 4 dimensions, or 3 without a batch, got "
                        + "(8, 8); unsqueeze(0) for the channel?", () -> new Conv2d(1, 6, 5).forward(Tensor.zeros(8, 8)))
                .rejects(ShapeException.class, "Conv2d: the kernel covers 9 positions of dimension -2, the input (1, 3, 8, 8) has 8 with its padding; enlarge the "
                        + "input or pad more", () -> new Conv2d(3, 6, 9).forward(image))
                .rejects(ShapeException.class, "conv2d: the weight must have 4 dimensions, got (6, 3, 5)", () -> F.conv2d(image, Tensor.zeros(6, 3, 5), null))
                .rejects(ShapeException.class, "conv2d: the weight (6, 2, 3, 3) with groups=1 takes 2 channels, the input (1, 3, 8, 8) has 3",
                        () -> F.conv2d(image, Tensor.zeros(6, 2, 3, 3), null))
                .rejects(ShapeException.class, "conv2d: bias must be (6), got (5)", () -> F.conv2d(image, Tensor.zeros(6, 3, 3, 3), Tensor.zeros(5)))
                .rejects(ShapeException.class, "conv2d: 4 filters cannot be cut into 3 groups",
                        () -> F.conv2d(image, Tensor.zeros(4, 1, 3, 3), null, Conv2d.options().withGroups(3)))
                .rejects(DTypeException.class, "conv2d: needs floating point, got int64; convert with to(DType.FLOAT32)",
                        () -> F.conv2d(Tensor.zeros(DType.INT64, 1, 1, 3, 3), Tensor.zeros(DType.INT64, 1, 1, 2, 2), null))
                .rejects(DTypeException.class, "conv2d: operands must have one type: lhs is float32, rhs float64; convert one with to(dtype)",
                        () -> F.conv2d(image, Tensor.zeros(DType.FLOAT64, 6, 3, 3, 3), null))
                .rejects(IllegalArgumentException.class, "Conv2d: 3 input and 4 output channels cannot both be cut into 2 groups",
                        () -> new Conv2d(3, 4, 3, Conv2d.options().withGroups(2)))
                .rejects(IllegalArgumentException.class, "Conv2d: padding \"same\" needs stride 1, got 2; give the padding in numbers",
                        () -> new Conv2d(3, 4, 3, Conv2d.options().withPadding("same").withStride(2)).forward(image))
                .rejects(IllegalArgumentException.class, "ConvOptions: padding must be \"same\", \"valid\" or numbers, got \"full\"",
                        () -> Conv2d.options().withPadding("full"))
                .rejects(IllegalArgumentException.class, "ConvOptions: stride must be 1 or more, got [0]", () -> Conv2d.options().withStride(0))
                .rejects(IllegalArgumentException.class, "Conv2d: kernelSize must have 1 or 2 numbers, got [1, 2, 3]",
                        () -> new Conv2d(3, 4, new int[] {1, 2, 3}, Conv2d.options()))
                .rejects(ShapeException.class, "ConvTranspose2d: outputPadding must be smaller than stride or dilation, got outputPadding [2, 2], stride 2 and "
                        + "dilation 1 in dimension 0", () -> new ConvTranspose2d(3, 4, 3, Conv2d.options().withStride(2).withOutputPadding(2)).forward(image))
                .rejects(ShapeException.class, "ConvTranspose2d: the padding of dimension -2 leaves 0 positions of input (1, 3, 8, 8); pad less",
                        () -> new ConvTranspose2d(3, 4, 3, Conv2d.options().withPadding(5)).forward(image));
    }

    @TestFactory
    Stream<DynamicTest> printedFormsAndKeys() {
        Map<String, Module> modules = new LinkedHashMap<>();
        modules.put("Conv1d", new Conv1d(3, 4, 5));
        modules.put("Conv2d", new Conv2d(3, 6, 5));
        modules.put("Conv3d", new Conv3d(1, 2, new int[] {1, 2, 3}, Conv3d.options()));
        modules.put("Conv2d without bias", new Conv2d(3, 6, 3, Conv2d.options().withBias(false)));
        modules.put("Conv2d with all", new Conv2d(4, 6, new int[] {3, 5},
                Conv2d.options().withStride(2).withPadding(1, 2).withDilation(2, 1).withGroups(2).withPaddingMode(PaddingMode.REFLECT)));
        modules.put("Conv2d same", new Conv2d(4, 6, 3, Conv2d.options().withPadding("same")));
        modules.put("Conv2d valid", new Conv2d(4, 6, 3, Conv2d.options().withPadding("valid")));
        modules.put("ConvTranspose1d", new ConvTranspose1d(3, 4, 5));
        modules.put("ConvTranspose2d", new ConvTranspose2d(4, 2, 3, ConvTranspose2d.options().withStride(2).withPadding(1).withOutputPadding(1).withGroups(2)));
        modules.put("ConvTranspose3d", new ConvTranspose3d(1, 2, 3, ConvTranspose3d.options().withDilation(2).withBias(false)));
        Map<String, String> golden = GoldenText.blocks("convolution-forms.txt");
        assertEquals(golden.keySet(), modules.keySet());
        return golden.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(),
                () -> assertEquals(e.getValue(), modules.get(e.getKey()) + "\n" + String.join(" ", modules.get(e.getKey()).stateDict().keySet()))));
    }

    @TestFactory
    @ResourceLock("the default generator")
    Stream<DynamicTest> startValues() {
        Map<String, Function<DType, Module>> makers = Map.of("Conv1d", d -> new Conv1d(3, 4, 5, Conv1d.options().withDtype(d)),
                "Conv2d", d -> new Conv2d(3, 6, 5, Conv2d.options().withDtype(d)),
                "Conv2d groups", d -> new Conv2d(4, 6, new int[] {3, 2}, Conv2d.options().withGroups(2).withDtype(d)),
                "Conv3d", d -> new Conv3d(2, 3, 3, Conv3d.options().withBias(false).withDtype(d)),
                "ConvTranspose1d", d -> new ConvTranspose1d(3, 4, 5, Conv1d.options().withDtype(d)),
                "ConvTranspose2d", d -> new ConvTranspose2d(4, 6, 3, Conv2d.options().withGroups(2).withDtype(d)),
                "ConvTranspose3d", d -> new ConvTranspose3d(2, 3, 2, Conv3d.options().withDtype(d)));
        return GoldenText.cases("convolution-starts.txt").entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            int space = e.getKey().lastIndexOf(' ');
            Tensor.manualSeed(SEED);
            List<String> found = new ArrayList<>();
            for (Tensor t : makers.get(e.getKey().substring(0, space)).apply(DType.valueOf(e.getKey().substring(space + 1).toUpperCase(Locale.ROOT))).parameters()) {
                found.add(GoldenText.crc(t.toByteBuffer()));
            }
            found.add(GoldenText.crc(ByteBuffer.wrap(Generator.getDefault().getState())));
            assertEquals(e.getValue(), found);
        }));
    }
}
