package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.backend.cuda.driver.BlasLibrary.Epilogue;
import io.candela.backend.cuda.driver.BlasLibrary.Product;
import io.candela.nn.BatchNorm2d;
import io.candela.nn.Conv2d;
import io.candela.nn.GELU;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.ReLU;
import io.candela.nn.ReLU6;
import io.candela.nn.Sequential;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Evaluation within {@link Autocast} runs layers together, in the lower type, and gives the numbers of the layers one by one. */
class FusedEvaluationTest {
    private static final Device GPU = Device.cuda(0);
    private static SimulatedDriver driver;

    @BeforeAll
    static void needsSimulation() {
        Assumptions.assumeTrue(Cuda.isAvailable() && !"real".equals(System.getProperty("candela.tests.cuda")), "what is asked of a device is simulated");
        driver = SimulatedProvider.driver();
    }

    private static Tensor in(DType type, Supplier<Tensor> forward) {
        try (Autocast region = Autocast.open(Device.Type.CUDA, type)) {
            return forward.get();
        }
    }


    @Test
    void linearMapsWithTheirActivations() {
        Tensor.manualSeed(3);
        Sequential model = new Sequential(new Linear(6, 4), new ReLU(), new Linear(4, 4), new GELU(GELU.Approximate.TANH), new Linear(4, 2), new ReLU());
        Tensor x = Tensor.randn(2, 5, 6).to(GPU);
        model.to(GPU);
        for (DType type : List.of(DType.BFLOAT16, DType.FLOAT16)) {
            driver.products.clear();
            Tensor expected = in(type, () -> model.forward(x)).detach();
            assertEquals(List.of(Epilogue.BIAS, Epilogue.BIAS, Epilogue.BIAS), driver.products.stream().map(Product::epilogue).toList());
            driver.products.clear();
            Tensor actual = Autograd.noGrad(() -> in(type, () -> model.forward(x)));
            assertEquals(List.of(Epilogue.BIAS_RELU, Epilogue.BIAS, Epilogue.BIAS_RELU), driver.products.stream().map(Product::epilogue).toList(),
                    "GELU would be rounded less often");
            assertTrue(driver.products.stream().allMatch(p -> p.type() == type));
            assertEquals(type, actual.dtype());
            assertTrue(actual.equal(expected), "every bit");
        }
        Sequential wide = new Sequential(new Linear(6, 4), new ReLU());
        wide.to(GPU, DType.FLOAT64);
        assertEquals(DType.FLOAT64, Autograd.noGrad(() -> in(DType.BFLOAT16, () -> wide.forward(x.to(DType.FLOAT64)))).dtype(), "float64 is left alone");
    }

    /** The end of a residual block. */
    private static final class Block extends Layer {
        private final Conv2d conv = register("conv", new Conv2d(4, 4, 3, Conv2d.options().withPadding(1).withBias(false)));
        private final BatchNorm2d norm = register("norm", new BatchNorm2d(4));
        private final ReLU relu = register("relu", new ReLU());

        @Override
        public Tensor forward(Tensor x) {
            return conv.forward(x, null, norm, x, relu);
        }
    }

    @Test
    void convolutionsWithWhatFollowsThem() {
        Tensor.manualSeed(4);
        Sequential model = new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new Block(), new Conv2d(4, 4, 3), new BatchNorm2d(4),
                new ReLU6(), new Conv2d(4, 5, 1), new ReLU());
        Tensor x = Tensor.randn(2, 3, 8, 7).to(GPU);
        model.to(GPU);
        model.forward(x); // running statistics
        model.eval();
        for (MemoryFormat format : MemoryFormat.values()) {
            for (DType type : List.of(DType.BFLOAT16, DType.FLOAT16)) {
                Tensor in = x.contiguous(format);
                driver.takeLog();
                Tensor expected = in(type, () -> model.forward(in)).detach();
                List<String> apart = driver.takeLog();
                driver.dnn.asked.clear();
                Tensor actual = Autograd.noGrad(() -> in(type, () -> model.forward(in)));
                List<String> together = driver.takeLog();
                assertEquals(4, driver.dnn.asked.size());
                assertTrue(driver.dnn.asked.stream().allMatch(c -> c.type() == type && c.format() == format));
                assertEquals(type, actual.dtype());
                assertEquals(format, actual.memoryFormat());
                assertTrue(actual.equal(expected), "every bit: " + type + " " + format);
                assertTrue(together.size() <= apart.size(), together + " instead of " + apart);
            }
        }
        Cuda.resetFallbacks();
        Tensor plain = Autograd.noGrad(() -> model.forward(x));
        assertEquals(DType.FLOAT32, plain.dtype());
        assertEquals(Map.of(), Cuda.fallbacks());
        assertFalse(plain.isNan().any().item() != 0);
    }

    @Test
    void aResidualOfAnotherTypeIsAddedApart() {
        Tensor.manualSeed(5);
        Block block = new Block();
        block.to(GPU);
        block.eval();
        Tensor x = Tensor.randn(1, 4, 5, 5).to(GPU); // float32: the sum is, too
        Tensor expected = in(DType.BFLOAT16, () -> block.forward(x)).detach();
        Tensor actual = Autograd.noGrad(() -> in(DType.BFLOAT16, () -> block.forward(x)));
        assertEquals(DType.FLOAT32, expected.dtype());
        assertEquals(DType.FLOAT32, actual.dtype());
        assertTrue(actual.equal(expected));
    }
}
