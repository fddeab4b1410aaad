package io.candela.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.io.FormatException;
import io.candela.io.TensorIO;
import io.candela.nn.BatchNorm2d;
import io.candela.nn.Conv2d;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Described;
import io.candela.nn.Dropout;
import io.candela.nn.Flatten;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.ModuleFactories;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.nn.TransformerEncoder;
import io.candela.nn.TransformerEncoderLayer;
import io.candela.nn.models.LeNet5;
import io.candela.nn.models.MobileNetV2;
import io.candela.nn.models.ResNet;
import io.candela.nn.models.TutorialCnn;
import io.candela.nn.models.Vgg;
import io.candela.tensor.DType;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelsTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("model.pth");
    }

    private static Sequential cnn() {
        Tensor.manualSeed(1);
        return new Sequential(new Conv2d(1, 4, 3), new BatchNorm2d(4), new ReLU(), new Flatten(), new Dropout(0.3), new Linear(64, 3));
    }

    @Test
    void modelComesBackWithoutItsClass() throws IOException {
        Sequential model = cnn();
        Tensor x = Tensor.randn(2, 1, 6, 6);
        model.forward(x); // moves the running statistics
        model.eval();
        model.get(4).train();
        model.get(0).requiresGrad(false);
        Models.save(model, file());
        Sequential again = (Sequential) Models.load(file());
        assertEquals(model.toString(), again.toString());
        assertFalse(again.isTraining());
        assertTrue(again.get(4).isTraining());
        assertFalse(again.getParameter("0.weight").requiresGrad());
        assertTrue(again.getParameter("5.weight").requiresGrad());
        assertEquals(1, again.getBuffer("1.num_batches_tracked").item());
        assertTrue(((Layer) model.eval()).forward(x).equal(((Layer) again.eval()).forward(x)));
    }

    @Test
    void otherModulesAndElementTypes() throws IOException {
        var encoder = new TransformerEncoder(new TransformerEncoderLayer(4, 2), 2);
        encoder.to(DType.FLOAT64).eval();
        Models.save(encoder, file());
        var again = (TransformerEncoder) Models.load(file());
        Tensor x = Tensor.randn(3, 2, 4).to(DType.FLOAT64);
        assertTrue(encoder.forward(x).equal(again.forward(x)));
        Models.save(new CrossEntropyLoss(CrossEntropyLoss.options().withWeight(Tensor.of(new float[] {1, 2}))), file());
        var loss = (CrossEntropyLoss) Models.load(file());
        assertEquals(List.of("weight"), List.copyOf(loss.stateDict().keySet()));
    }

    static Stream<Arguments> readyModels() {
        return Stream.of(ready("TutorialCnn", TutorialCnn::new, 3, 32), ready("LeNet5", LeNet5::new, 1, 28),
                ready("resnet18", () -> ResNet.resnet18(7, ResNet.Stem.CIFAR), 3, 32), ready("resnet34", () -> ResNet.resnet34(7, ResNet.Stem.IMAGENET), 3, 64),
                ready("resnet50", () -> ResNet.resnet50(7, ResNet.Stem.IMAGENET), 3, 64), ready("mobilenetV2", () -> new MobileNetV2(7), 3, 64),
                ready("vgg11Bn", () -> Vgg.vgg11Bn(7), 3, 32));
    }

    private static Arguments ready(String name, Supplier<Layer> make, int channels, int side) {
        return Arguments.of(Named.of(name, make), channels, side);
    }

    @ParameterizedTest
    @MethodSource("readyModels")
    void readyModelsComeBack(Supplier<Layer> make, int channels, int side) throws IOException {
        Tensor.manualSeed(2);
        Layer model = make.get();
        Tensor x = Tensor.randn(2, channels, side, side);
        Autograd.noGrad(() -> model.forward(x)); // moves the running statistics
        model.eval();
        Models.save(model, file());
        Layer again = (Layer) Models.load(file());
        assertSame(model.getClass(), again.getClass());
        assertEquals(model.toString(), again.toString());
        assertTrue(Autograd.noGrad(() -> model.forward(x).equal(again.forward(x))));
    }

    @Test
    void unknownDepthsOfReadyModelsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> ResNet.of(19, 7, ResNet.Stem.CIFAR));
        assertThrows(IllegalArgumentException.class, () -> Vgg.of(12, true, 7));
    }

    @Test
    void aLayerInTwoPlacesStaysOne() throws IOException {
        var shared = new Linear(3, 3);
        Models.save(new Sequential(shared, new ReLU(), shared), file());
        Sequential again = (Sequential) Models.load(file());
        assertSame(again.get(0), again.get(2));
    }

    /** Two weights that are one tensor, if its constructor is asked to. */
    static final class Tied extends Layer implements Described {
        private final Tensor first = register("first", Tensor.randn(2, 2));
        private final Tensor second;
        private final boolean saysSo;

        Tied(boolean tie, boolean saysSo) {
            this.saysSo = saysSo;
            second = register("second", tie ? first : Tensor.randn(2, 2));
        }

        @Override
        public Tensor forward(Tensor x) {
            return x.matmul(first).matmul(second);
        }

        @Override
        public Map<String, ?> arguments() {
            return Map.of("tie", saysSo);
        }
    }

    @Test
    void tiesThatTheConstructorDoesNotMakeAreNotLostInSilence() throws IOException {
        ModuleFactories factories = ModuleFactories.none().allow(Tied.class, args -> new Tied(args.flag("tie"), args.flag("tie")));
        Models.save(new Tied(true, true), file());
        Tied again = (Tied) Models.load(file(), factories);
        assertSame(again.first, again.second);
        Models.save(new Tied(true, false), file());
        var e = assertThrows(FormatException.class, () -> Models.load(file(), factories));
        assertTrue(e.getMessage().contains("[[first, second]]"), e.getMessage());
        assertThrows(FormatException.class, () -> Models.load(file()), "not allowed");
    }

    @Test
    void filesThatHoldNoWholeModel() throws IOException {
        Sequential model = cnn();
        TensorIO.save(model.stateDict(), file());
        assertTrue(assertThrows(FormatException.class, () -> Models.load(file())).getMessage().contains("holds no whole model"));
        Models.save(model, file());
        Map<Object, Object> good = TensorIO.load(file()).map();
        for (Object[] change : new Object[][] {{"candela_model", 2L}, {"spec", null}, {"spec", Map.of("type", "Conv2d", "arguments", Map.of())},
                {"state", new StateDict()}, {"state", List.of()}, {"evaluating", List.of("7")}, {"frozen", List.of("1.running_mean")},
                {"frozen", 3L}, {"tied", List.of(List.of("0.weight", "5.weight"))}}) {
            Map<Object, Object> bad = new LinkedHashMap<>(good);
            bad.put(change[0], change[1]);
            TensorIO.save(bad, file());
            assertThrows(FormatException.class, () -> Models.load(file()), () -> change[0] + " = " + change[1]);
        }
    }

    @Test
    void damagedArgumentsNeverGiveAnotherException() throws IOException {
        Models.save(new Sequential(new Conv2d(2, 4, 3, Conv2d.options().withStride(2).withPadding(1).withGroups(2)), new BatchNorm2d(4), new Linear(3, 4)), file());
        Map<Object, Object> good = TensorIO.load(file()).map();
        Random random = new Random(7);
        Object[] values = {null, -1L, 0L, 5L, Long.MIN_VALUE, (long) Integer.MAX_VALUE, 0.5, Double.NaN, true, "x", List.of(), List.of(-3L), Map.of()};
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            Map<Object, Object> bad = new LinkedHashMap<>(good);
            Object value = values[random.nextInt(values.length)];
            bad.put("spec", changed(good.get("spec"), new int[] {random.nextInt(40)}, value));
            TensorIO.save(bad, file());
            try {
                Models.load(file());
            } catch (FormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 250, refused + " of 500 were refused");
    }

    /** The nest with its {@code left}th value replaced. */
    private static Object changed(Object nest, int[] left, Object value) {
        if (left[0]-- == 0) {
            return value;
        }
        if (!(nest instanceof Map<?, ?> map)) {
            return nest;
        }
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, part) -> copy.put(key, changed(part, left, value)));
        return copy;
    }

    @Test
    void savingIsAllOrNothing() throws IOException {
        Models.save(cnn(), file());
        byte[] before = Files.readAllBytes(file());
        Layer own = new Layer() {
            @Override
            public Tensor forward(Tensor x) {
                return x;
            }
        };
        assertThrows(IllegalArgumentException.class, () -> Models.save(new Sequential(own), file()));
        assertTrue(java.util.Arrays.equals(before, Files.readAllBytes(file())));
    }
}
