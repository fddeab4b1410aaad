package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.nn.models.MobileNetV2;
import io.candela.nn.models.ResNet;
import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A fused layer computes what the two did. */
@ResourceLock("the default generator")
class FusionTest {
    /** A normalization that has seen a batch, with a weight and bias that are not 1 and 0. */
    private static BatchNorm1d trained(int features, NormOptions options) {
        BatchNorm1d norm = new BatchNorm1d(features, options);
        norm.forward(Tensor.randn(10, features).mul(3).add(1));
        norm.parameters().forEach(p -> p.detach().normalInPlace(0.5, 1));
        norm.eval();
        return norm;
    }

    @Test
    void linear() {
        Tensor.manualSeed(7);
        Tensor x = Tensor.randn(5, 4);
        for (boolean bias : new boolean[] {true, false}) {
            for (NormOptions options : new NormOptions[] {BatchNorm.options(), BatchNorm.options().withAffine(false), BatchNorm.options().withBias(false)}) {
                Linear linear = new Linear(4, 3, bias);
                linear.eval();
                BatchNorm1d norm = trained(3, options);
                byte[] before = Generator.getDefault().getState();
                Linear fused = Fusion.fuseLinearBnEval(linear, norm);
                assertArrayEquals(before, Generator.getDefault().getState(), "draws nothing");
                Close.assertClose(linear + " " + norm, norm.forward(linear.forward(x)).detach(), fused.forward(x).detach(), 4);
                assertTrue(fused.weight().isLeaf() && fused.weight().requiresGrad());
                assertEquals(bias, fused.bias().requiresGrad(), "as PyTorch");
                assertFalse(fused.isTraining());
            }
        }
    }

    @Test
    void oneFeatureForAllOutputs() {
        Tensor.manualSeed(8);
        Linear linear = new Linear(4, 3, false);
        linear.eval();
        BatchNorm1d norm = trained(1, BatchNorm.options());
        Linear fused = Fusion.fuseLinearBnEval(linear, norm);
        assertEquals(Shape.of(3), fused.bias().shape());
        Tensor x = Tensor.randn(5, 4);
        Close.assertClose("one feature", norm.forward(linear.forward(x).view(15, 1)).view(5, 3).detach(), fused.forward(x).detach(), 4);
    }

    @Test
    void mistakes() {
        Linear linear = new Linear(4, 3);
        BatchNorm1d norm = new BatchNorm1d(3);
        assertEquals("fuseLinearBnEval: " + linear + " and " + norm + " must both be in evaluation mode; call eval()",
                assertThrows(IllegalArgumentException.class, () -> Fusion.fuseLinearBnEval(linear, norm)).getMessage());
        linear.eval();
        assertThrows(IllegalArgumentException.class, () -> Fusion.fuseLinearBnEval(linear, norm));
        BatchNorm1d two = new BatchNorm1d(2);
        two.eval();
        assertEquals("fuseLinearBnEval: " + two + " must have the 3 features that " + linear + " puts out, or 1",
                assertThrows(ShapeException.class, () -> Fusion.fuseLinearBnEval(linear, two)).getMessage());
        BatchNorm1d untracked = new BatchNorm1d(3, BatchNorm.options().withTrackRunningStats(false));
        untracked.eval();
        assertEquals("fuseLinearBnEval: " + untracked + " has no running statistics, so it depends on the batch",
                assertThrows(IllegalArgumentException.class, () -> Fusion.fuseLinearBnEval(linear, untracked)).getMessage());
    }

    private static final Map<String, ConvOptions> OPTIONS = Map.of("bias=False", Conv2d.options().withBias(false), "groups=2",
            Conv2d.options().withGroups(2), "padding=same", Conv2d.options().withPadding("same"), "stride=2",
            Conv2d.options().withStride(2).withPadding(1).withPaddingMode(ConvOptions.PaddingMode.REFLECT), "float64", Conv2d.options().withDtype(DType.FLOAT64));

    private static ConvLayer conv(String kind, int kernel, ConvOptions options) {
        return switch (kind) {
            case "Conv1d" -> new Conv1d(4, 6, kernel, options);
            case "Conv2d" -> new Conv2d(4, 6, kernel, options);
            case "Conv3d" -> new Conv3d(4, 6, kernel, options);
            case "ConvTranspose1d" -> new ConvTranspose1d(4, 6, kernel, options);
            case "ConvTranspose2d" -> new ConvTranspose2d(4, 6, kernel, options);
            default -> new ConvTranspose3d(4, 6, kernel, options);
        };
    }

    private static BatchNorm norm(int rank, int features, NormOptions options) {
        return rank == 1 ? new BatchNorm1d(features, options) : rank == 2 ? new BatchNorm2d(features, options) : new BatchNorm3d(features, options);
    }

    @TestFactory
    Stream<DynamicTest> convolutionsAsInPyTorch() {
        return GoldenText.blocks("fusion.txt").entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            String[] words = e.getKey().split(" ");
            String options = words.length > 1 ? words[1] : "";
            DType dtype = options.equals("float64") ? DType.FLOAT64 : DType.FLOAT32;
            int rank = words[0].charAt(words[0].length() - 2) - '0';
            ConvOptions convOptions = OPTIONS.getOrDefault(options, Conv2d.options());
            if (e.getKey().equals("ConvTranspose2d bias=False")) {
                convOptions = convOptions.withStride(2).withOutputPadding(1);
            }
            ConvLayer conv = conv(words[0], rank == 1 ? 3 : 2, convOptions);
            BatchNorm norm = norm(rank, 6, BatchNorm.options().withAffine(!options.equals("affine=False")));
            norm.to(dtype);
            Sequential both = new Sequential(conv, norm);
            both.eval();
            StateDict before = new StateDict();
            StateDict after = new StateDict();
            Map<String, Tensor> others = new HashMap<>();
            for (String line : e.getValue().split("\n")) {
                String[] name = line.substring(0, line.indexOf(" : ")).split(" ");
                Tensor t = tensor(line, name, dtype);
                switch (name[0]) {
                    case "before" -> before.put(name[1], t);
                    case "fused" -> after.put(name[1], t);
                    default -> others.put(name[0], t);
                }
            }
            both.loadStateDict(before);
            ConvLayer fused = Fusion.fuseConvBnEval(conv, norm);
            assertEquals(conv.getClass(), fused.getClass());
            assertEquals(after.keySet(), fused.stateDict().keySet());
            after.forEach((key, value) -> Close.assertClose(key, (Tensor) value, (Tensor) fused.stateDict().get(key), 2));
            Tensor y = others.get("y");
            Close.assertClose("y", y, fused.forward(others.get("x")).detach(), 4);
            Close.assertClose("y of the two", y, both.forward(others.get("x")).detach(), 4);
            assertTrue(fused.weight().isLeaf() && fused.weight().requiresGrad());
            assertEquals(conv.bias() != null, fused.bias().requiresGrad(), "as PyTorch");
            assertFalse(fused.isTraining());
            assertEquals(conv.toString().replace(", bias=False", ""), fused.toString());
        }));
    }

    private static Tensor tensor(String line, String[] name, DType dtype) {
        double[] values = Arrays.stream(line.substring(line.indexOf(" : ") + 3).split(" ")).mapToDouble(Double::parseDouble).toArray();
        boolean named = name[0].equals("before") || name[0].equals("fused");
        int[] sizes = Arrays.stream(name).skip(named ? 2 : 1).mapToInt(Integer::parseInt).toArray();
        Tensor t = Tensor.of(values, Shape.of(sizes).toArray());
        return t.to(name[name.length - 1].endsWith("tracked") ? DType.INT64 : dtype);
    }

    @Test
    void transposedWithGroupsToo() {
        Tensor.manualSeed(9);
        ConvTranspose2d conv = new ConvTranspose2d(4, 6, 2, ConvTranspose2d.options().withGroups(2));
        BatchNorm2d norm = seen(new BatchNorm2d(6));
        conv.eval();
        Tensor x = Tensor.randn(2, 4, 5, 5);
        Close.assertClose("groups", norm.forward(conv.forward(x)).detach(), Fusion.fuseConvBnEval(conv, norm).forward(x).detach(), 4);
    }

    /** With statistics and parameters that are not those of the start. */
    private static <N extends Module> N seen(N model) {
        for (Module m : model.modules()) {
            if (m instanceof BatchNorm norm) {
                norm.runningMean().normalInPlace(0, 1);
                norm.runningVar().uniformInPlace(0.5, 2);
                norm.weight().detach().uniformInPlace(0.5, 1.5);
                norm.bias().detach().normalInPlace(0, 1);
            }
        }
        model.eval();
        return model;
    }

    @Test
    void wholeModels() {
        Tensor.manualSeed(10);
        Tensor x = Tensor.randn(2, 3, 32, 32);
        for (Layer model : new Layer[] {ResNet.resnet18(10, ResNet.Stem.CIFAR), ResNet.resnet50(10, ResNet.Stem.CIFAR), new MobileNetV2(10),
            new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new Flatten(), new Linear(3600, 5), new BatchNorm1d(5))}) {
            seen(model);
            Map<String, Tensor> state = new HashMap<>();
            model.stateDict().forEach((key, t) -> state.put(key, ((Tensor) t).clone()));
            Layer fused = Fusion.fuse(model, x);
            for (Module m : fused.modules()) {
                assertFalse(m instanceof BatchNorm norm && !norm.isFolded(), "all of them");
            }
            Tensor expected = Autograd.noGrad(() -> model.forward(x));
            double largest = expected.abs().max().item();
            Close.assertCloseValues(model.getClass(), expected.div(largest), Autograd.noGrad(() -> fused.forward(x)).div(largest), 2e-5);
            model.stateDict().forEach((key, t) -> Close.assertExact("the model stays: " + key, state.get(key), (Tensor) t));
            assertTrue(fused.stateDict().keySet().stream().noneMatch(key -> key.contains("running")));
            assertFalse(model.modules().stream().anyMatch(m -> m instanceof Layer l && l.hasForwardHooks()));
        }
    }

    @Test
    void whatCannotBeFoldedStays() {
        Tensor.manualSeed(11);
        Conv2d twice = new Conv2d(3, 3, 1);
        Conv2d hooked = new Conv2d(3, 3, 1);
        hooked.registerForwardHook((layer, x, y) -> y.mul(2));
        Sequential model = seen(new Sequential(twice, new BatchNorm2d(3), twice, new BatchNorm2d(3), hooked, new BatchNorm2d(3), new ReLU(),
                new BatchNorm2d(3), new Conv2d(3, 3, 1), new BatchNorm2d(3)));
        Tensor x = Tensor.randn(2, 3, 4, 4);
        Sequential fused = Fusion.fuse(model, x);
        Close.assertClose("y", model.forward(x).detach(), fused.forward(x).detach(), 10);
        for (int i : new int[] {1, 3, 5, 7}) {
            assertEquals(model.get(i).toString(), fused.get(i).toString());
        }
        assertEquals("BatchNorm2d(3, folded into the layer before)", fused.get(9).toString());
        assertThrows(IllegalArgumentException.class, () -> ModuleSpec.of(fused));
        assertThrows(IllegalArgumentException.class, () -> Fusion.fuse(model.train(), x), "in training mode");
        model.eval();
        Layer used = new Layer() {
            private final Conv2d conv = register("conv", new Conv2d(3, 3, 1));
            private final BatchNorm2d norm = register("norm", new BatchNorm2d(3));

            @Override
            public Tensor forward(Tensor in) {
                Tensor y = conv.forward(in);
                return norm.forward(y).add(y);
            }
        };
        seen(used);
        String message = assertThrows(IllegalArgumentException.class, () -> Fusion.fuse(used, x)).getMessage();
        assertTrue(message.endsWith("an output must go to its normalization alone"), message);
    }

    @Test
    void mistakesWithConvolutions() {
        Conv2d conv = new Conv2d(4, 3, 1);
        conv.eval();
        assertEquals("fuseConvBnEval: " + conv + " and " + new BatchNorm2d(3) + " must both be in evaluation mode; call eval()",
                assertThrows(IllegalArgumentException.class, () -> Fusion.fuseConvBnEval(conv, new BatchNorm2d(3))).getMessage());
        BatchNorm2d one = new BatchNorm2d(1);
        one.eval();
        assertEquals("fuseConvBnEval: " + one + " must have the 3 features that " + conv + " puts out",
                assertThrows(ShapeException.class, () -> Fusion.fuseConvBnEval(conv, one)).getMessage());
    }
}
