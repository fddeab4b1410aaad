package io.candela.nn.models;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.cpu.CpuBackend;
import io.candela.nn.F;
import io.candela.nn.Layer;
import io.candela.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A step of a ready model leaves little for the garbage collector: what the layers hand to each other goes with the graph. */
class StepMemoryTest {
    private static final int STEPS = 3;
    private static final long LITTLE = STEPS * (3L << 20); // slabs of tiny tensors; without the release a step leaves 5 MB at least

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("tutorial", new TutorialCnn(), Tensor.randn(256, 3, 32, 32)),
                Arguments.of("lenet", new LeNet5(), Tensor.randn(256, 1, 28, 28)),
                Arguments.of("resnet18", ResNet.resnet18(10, ResNet.Stem.CIFAR), Tensor.randn(4, 3, 32, 32)),
                Arguments.of("mobilenet", new MobileNetV2(10), Tensor.randn(8, 3, 64, 64)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void littleIsLeft(String name, Layer model, Tensor x) {
        Tensor labels = Tensor.randint(0, 10, x.size(0));
        for (int i = 0; i < 3; i++) {
            step(model, x, labels); // makes gradients and packed weights
        }
        long before = CpuBackend.usedBytes();
        for (int i = 0; i < STEPS; i++) {
            step(model, x, labels);
        }
        long left = CpuBackend.usedBytes() - before;
        assertTrue(left <= LITTLE, name + ": " + STEPS + " steps leave " + left + " bytes");
    }

    private static void step(Layer model, Tensor x, Tensor labels) {
        F.crossEntropy(model.forward(x), labels).backward();
    }
}
