package io.candela.nn.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Layer;
import io.candela.nn.models.ResNet.Stem;
import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The models against torchvision's: {@code tools/golden/models.py} wrote what is compared. */
@ResourceLock("the default generator")
class ModelsTest {
    private static final long SEED = 20250712;
    private static final Map<String, List<String>> GOLDEN = golden();

    private record Model(Supplier<Layer> make, int... input) {}

    private static Map<String, Model> models() {
        Map<String, Model> out = new LinkedHashMap<>();
        out.put("TutorialCnn", new Model(TutorialCnn::new, 8, 3, 32, 32));
        out.put("LeNet5", new Model(LeNet5::new, 8, 1, 28, 28));
        out.put("resnet18 cifar", new Model(() -> ResNet.resnet18(10, Stem.CIFAR), 8, 3, 32, 32));
        out.put("resnet18", new Model(() -> ResNet.resnet18(10, Stem.IMAGENET), 2, 3, 64, 64));
        out.put("resnet34", new Model(() -> ResNet.resnet34(10, Stem.IMAGENET)));
        out.put("resnet50", new Model(() -> ResNet.resnet50(10, Stem.IMAGENET), 2, 3, 64, 64));
        out.put("mobilenetV2", new Model(() -> new MobileNetV2(10), 4, 3, 64, 64));
        out.put("vgg11", new Model(() -> Vgg.vgg11(10)));
        out.put("vgg11Bn", new Model(() -> Vgg.vgg11Bn(10)));
        return out;
    }

    private static Map<String, List<String>> golden() {
        Map<String, List<String>> out = new LinkedHashMap<>();
        try (var in = new BufferedReader(new InputStreamReader(ModelsTest.class.getResourceAsStream("/golden/models.txt"), StandardCharsets.UTF_8))) {
            List<String> block = new ArrayList<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("== ")) {
                    block = new ArrayList<>();
                    out.put(line.substring(3), block);
                } else {
                    block.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out;
    }

    @TestFactory
    Stream<DynamicTest> asInTorchvision() {
        return models().entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())));
    }

    private static void check(String name, Model model) {
        Tensor.manualSeed(SEED);
        Layer net = model.make.get();
        List<String> keys = new ArrayList<>();
        CRC32 crc = new CRC32();
        net.stateDict().forEach((k, value) -> {
            Tensor v = (Tensor) value;
            String sizes = v.shape().toString();
            keys.add(k + " " + (v.dim() == 1 ? sizes.replace(")", ",)") : sizes));
            crc.update(v.toByteBuffer());
        });
        assertEquals(GOLDEN.get("keys " + name), keys);
        String start = "%08x %s".formatted(crc.getValue(), crc(Generator.getDefault().getState()));
        assertEquals(GOLDEN.get("start " + name).get(0), start, "start values and the generator's state");
        if (model.input.length > 0) {
            Tensor x = Tensor.randn(model.input);
            float[] logits = Autograd.noGrad(() -> net.eval().forward(x)).get(0).toFloatArray();
            close("logits", GOLDEN.get("eval " + name).get(0), logits, 1e-4);
            net.train();
            if (GOLDEN.containsKey("train64 " + name)) {
                net.to(DType.FLOAT64);
                close("losses", GOLDEN.get("train64 " + name).get(0), train(net, 1e-3, 3, Tensor.randn(DType.FLOAT64, 4, 3, 32, 32)), 1e-5);
            } else {
                double lr = name.startsWith("resnet") ? 1e-3 : 0.01;
                close("losses", GOLDEN.get("train " + name).get(0), train(net, lr, 5, Tensor.randn(model.input)), 1e-4);
            }
        }
    }

    private static String crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(ByteBuffer.wrap(bytes));
        return "%08x".formatted(crc.getValue());
    }

    /** Steps of SGD with momentum 0.9 and weight decay 5e-4, by hand: this module does not know the optimizers'. */
    private static float[] train(Layer net, double lr, int steps, Tensor x) {
        Tensor y = Tensor.randint(0, 10, x.size(0));
        var lossFn = new CrossEntropyLoss();
        Map<Tensor, Tensor> velocity = new IdentityHashMap<>();
        float[] losses = new float[steps];
        for (int i = 0; i < losses.length; i++) {
            Tensor loss = lossFn.forward(net.forward(x), y);
            net.zeroGrad();
            loss.backward();
            Autograd.noGrad(() -> net.parameters().forEach(p -> {
                Tensor g = p.grad().add(p.mul(5e-4));
                Tensor v = velocity.merge(p, g, (old, fresh) -> old.mul(0.9).add(fresh));
                p.subInPlace(v.mul(lr));
            }));
            losses[i] = (float) loss.item();
        }
        return losses;
    }

    private static void close(String what, String expected, float[] actual, double tolerance) {
        String[] words = expected.split(" ");
        assertEquals(words.length, actual.length);
        for (int i = 0; i < words.length; i++) {
            double e = Double.parseDouble(words[i]);
            assertTrue(Math.abs(e - actual[i]) <= tolerance * Math.max(1, Math.abs(e)), what + " " + i + ": expected " + e + ", got " + actual[i]);
        }
    }
}
