package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Linear;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.optim.Adam;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Several GPUs in one program. */
class TwoDevicesTest {
    private static final Device FIRST = Device.cuda(0);
    private static final Device SECOND = Device.cuda(1);

    @BeforeAll
    static void needsTwo() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
        Assumptions.assumeTrue(Cuda.deviceCount() > 1, "there is one GPU only");
    }

    /** Losses of a few steps on a device. */
    private static double[] train(Device device) {
        Sequential model;
        Tensor x;
        Tensor y;
        synchronized (TwoDevicesTest.class) { // the generator is the process's
            Tensor.manualSeed(3);
            model = new Sequential(new Linear(8, 16), new ReLU(), new Linear(16, 3));
            x = Tensor.randn(32, 8).to(device);
            y = Tensor.randint(0, 3, 32).to(device);
        }
        model.to(device);
        Adam optimizer = new Adam(model.parameters(), 1e-2);
        CrossEntropyLoss lossFn = new CrossEntropyLoss();
        double[] losses = new double[10];
        for (int i = 0; i < losses.length; i++) {
            Tensor loss = lossFn.forward(model.forward(x), y);
            assertEquals(device, loss.device());
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            losses[i] = loss.item();
        }
        model.parameters().forEach(p -> assertEquals(device, p.grad().device()));
        return losses;
    }

    @Test
    void eachTrainsForItself() {
        double[] expected = train(Device.CPU);
        assertArrayEquals(expected, train(FIRST), 1e-5);
        assertArrayEquals(expected, train(SECOND), 1e-5);
        List<double[]> together = Stream.of(FIRST, SECOND, FIRST, SECOND).parallel().map(TwoDevicesTest::train).toList();
        together.forEach(losses -> assertArrayEquals(expected, losses, 1e-5));
    }

    @Test
    void tensorsMoveFromOneToTheOther() {
        Tensor x = Tensor.arange(100_000.0).to(FIRST);
        Tensor there = x.add(1.0).to(SECOND);
        assertEquals(SECOND, there.device());
        assertArrayEquals(x.add(1.0).toFloatArray(), there.toFloatArray());
        Tensor leaf = Tensor.of(new float[] {1, 2, 3}).to(FIRST).setRequiresGrad(true);
        leaf.to(SECOND).square().sum().backward();
        assertEquals(FIRST, leaf.grad().device());
        assertArrayEquals(new float[] {2, 4, 6}, leaf.grad().toFloatArray());
        there.copyFrom(x);
        assertEquals(99_999, there.at(99_999));
    }

    @Test
    void mixtureIsRefusedByName() {
        Tensor a = Tensor.ones(2, 3).to(FIRST);
        Tensor b = Tensor.ones(2, 3).to(SECOND);
        DeviceException e = assertThrows(DeviceException.class, () -> a.add(b));
        assertEquals("add: operands are on different devices: (2, 3) on cuda:0, (2, 3) on cuda:1; move one with to(device)", e.getMessage());
        List<Runnable> mixtures = List.of(() -> a.matmul(b.t()), () -> Tensor.cat(0, a, b), () -> a.mulInPlace(b), () -> a.eq(b),
                () -> a.gather(1, Tensor.zeros(DType.INT64, 2, 1).to(SECOND)), () -> new Linear(3, 2).forward(b),
                () -> a.where(b.gt(0), a), () -> a.setRequiresGrad(true).setGrad(b));
        for (Runnable mixture : mixtures) {
            String message = assertThrows(DeviceException.class, mixture::run).getMessage();
            assertTrue(message.contains("cuda:1") && (message.contains("cuda:0") || message.contains("cpu")), message);
        }
        assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1}, a.detach().toFloatArray(), "as it was");
    }

    @Test
    void memoryIsCountedApart() {
        Cuda.emptyCache(FIRST);
        Cuda.emptyCache(SECOND);
        long first = Cuda.memory(FIRST).allocated();
        long second = Cuda.memory(SECOND).allocated();
        Tensor x = Tensor.empty(Shape.of(3 << 20), DType.FLOAT32, SECOND);
        assertTrue(Cuda.memory(FIRST).allocated() <= first);
        assertTrue(Cuda.memory(SECOND).allocated() >= second + x.numel() * 4L - (1 << 20), "a collection may free others meanwhile");
        long reserved = Cuda.memory(SECOND).reserved();
        x.release();
        Cuda.emptyCache(FIRST);
        assertEquals(reserved, Cuda.memory(SECOND).reserved(), "the other's cache stays");
        Cuda.emptyCache(SECOND);
        assertTrue(Cuda.memory(SECOND).reserved() <= reserved - x.numel() * 4L);
    }
}
