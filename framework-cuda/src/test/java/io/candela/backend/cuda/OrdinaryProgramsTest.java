package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
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
import io.candela.tensor.ShapeException;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Programs as users write them, on a GPU or the simulation of one. */
class OrdinaryProgramsTest {
    private static final Device GPU = Device.cuda(0);

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    @AfterAll
    static void nobodyWroteOutside() {
        if (Cuda.isAvailable() && !"real".equals(System.getProperty("candela.tests.cuda"))) {
            Cuda.synchronize(GPU);
            SimulatedProvider.driver().checkRedZones();
        }
    }

    @Test
    void thereAndBack() {
        for (DType dtype : DType.values()) {
            Tensor x = Tensor.arange(dtype == DType.BOOL ? 2 : 7).to(dtype);
            Tensor there = x.to(GPU);
            assertEquals(GPU, there.device());
            assertTrue(there.to(Device.CPU).equal(x), dtype.toString());
            assertSame(there, there.to(GPU));
        }
        Tensor transposed = Tensor.arange(6.0).view(2, 3).t();
        assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, transposed.to(GPU).toFloatArray());
        assertEquals(0, Tensor.zeros(0, 3).to(GPU).numel());
        Tensor large = Tensor.arange(5_000_003L); // several blocks of pinned memory
        assertTrue(large.to(GPU).to(Device.CPU).equal(large));
    }

    @Test
    void gradientsComeBack() {
        Tensor x = Tensor.of(new float[] {1, 2, 3}).setRequiresGrad(true);
        x.to(GPU).square().sum().backward();
        assertEquals(Device.CPU, x.grad().device());
        assertArrayEquals(new float[] {2, 4, 6}, x.grad().toFloatArray());
    }

    @Test
    void printsAndReads() {
        Tensor x = Tensor.of(new float[] {1, 2.5f, -3}).to(GPU);
        assertEquals("tensor([ 1.0000,  2.5000, -3.0000], device='cuda:0')", x.toString());
        assertEquals(2.5, x.at(1));
        assertEquals(0.5, x.sum().item());
        assertEquals(5, Tensor.full(Shape.SCALAR, 5, DType.INT64, GPU).itemLong());
        assertThrows(ShapeException.class, x::item);
    }

    @Test
    void viewsShareMemory() {
        Tensor x = Tensor.zeros(Shape.of(2, 3), DType.FLOAT32, GPU);
        x.t().select(0, 1).fillInPlace(4);
        x.select(0, 0).addInPlace(1);
        assertArrayEquals(new float[] {1, 5, 1, 0, 4, 0}, x.toFloatArray());
        assertEquals(Cuda.deviceCount() > 1 ? Device.cuda(1) : GPU, x.to(Device.cuda(Cuda.deviceCount() - 1)).device());
    }

    @Test
    void mixedDevicesAreRefused() {
        Tensor x = Tensor.ones(2, 3);
        Tensor y = Tensor.ones(2, 3).to(GPU);
        DeviceException e = assertThrows(DeviceException.class, () -> x.add(y));
        assertEquals("add: operands are on different devices: (2, 3) on cpu, (2, 3) on cuda:0; move one with to(device)", e.getMessage());
        assertThrows(DeviceException.class, () -> y.matmul(x.t()));
        assertThrows(DeviceException.class, () -> Tensor.cat(0, x, y));
        assertThrows(DeviceException.class, () -> y.addInPlace(x));
        assertThrows(DeviceException.class, () -> x.where(y.gt(0), x));
        assertThrows(DeviceException.class, () -> new Linear(3, 2).forward(y));
        assertArrayEquals(Tensor.ones(2, 3).toFloatArray(), y.toFloatArray(), "as it was");
    }

    @Test
    void numbersMayBeAnywhere() {
        Tensor x = Tensor.ones(3).to(GPU);
        Tensor two = Tensor.scalar(2.0).setRequiresGrad(true);
        Tensor y = two.mul(x.add(two));
        assertEquals(GPU, y.device());
        y.sum().backward();
        assertEquals(15, two.grad().item());
        assertEquals(Device.CPU, two.grad().device());
        assertArrayEquals(new boolean[] {true, true, true}, x.lt(Tensor.scalar(2.0)).toBooleanArray());
        Tensor z = x.clone();
        assertSame(z, z.mulInPlace(Tensor.scalar(3.0)));
        assertArrayEquals(new float[] {3, 3, 3}, z.toFloatArray());
        assertThrows(DeviceException.class, () -> Tensor.ones(3).add(Tensor.full(Shape.SCALAR, 1, DType.FLOAT32, GPU)), "that is no number of the host");
        assertArrayEquals(new float[] {5, 5, 5}, z.copyFrom(Tensor.full(5.0, 3)).toFloatArray(), "copies come from any device");
    }

    @Test
    void devicesThatAreNotThere() {
        Device missing = Device.cuda(99);
        DeviceException e = assertThrows(DeviceException.class, () -> Tensor.ones(1).to(missing));
        assertTrue(e.getMessage().startsWith("cuda:99: there are " + Cuda.deviceCount() + " such devices"), e.getMessage());
    }

    @Test
    void anIndexOutOfRangeIsRefused() {
        Tensor x = Tensor.arange(6.0).view(3, 2).to(GPU);
        Tensor out = x.indexSelect(0, Tensor.of(new long[] {0, 3}).to(GPU)); // told when somebody waits for the device
        assertThrows(ShapeException.class, out::toFloatArray);
    }

    @Test
    void scopesFreeMemory() {
        Tensor x = Tensor.ones(1000, 100).to(GPU);
        Tensor temporary;
        Tensor kept;
        try (TensorScope scope = TensorScope.open()) {
            temporary = x.add(1.0);
            kept = scope.keep(temporary.sum());
            assertFalse(temporary.storage().isReleased());
        }
        assertTrue(temporary.storage().isReleased()); // statistics would count what a collection finds meanwhile, too
        assertEquals(200_000, kept.item());
        Tensor released = x.add(1.0);
        released.release();
        assertThrows(IllegalStateException.class, released::sum);
    }

    private static Sequential mlp() {
        Tensor.manualSeed(3);
        return new Sequential(new Linear(8, 16), new ReLU(), new Linear(16, 3));
    }

    /** Losses of a few steps. */
    private static double[] train(Sequential model, Device device, int steps) {
        Adam optimizer = new Adam(model.parameters(), 1e-2);
        CrossEntropyLoss lossFn = new CrossEntropyLoss();
        Tensor.manualSeed(4);
        Tensor x = Tensor.randn(32, 8).to(device);
        Tensor y = Tensor.randint(0, 3, 32).to(device);
        double[] losses = new double[steps];
        for (int i = 0; i < steps; i++) {
            Tensor loss = lossFn.forward(model.forward(x), y);
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            losses[i] = loss.item();
        }
        return losses;
    }

    @Test
    void anMlpTrainsToTheSameLosses() {
        double[] cpu = train(mlp(), Device.CPU, 20);
        Sequential model = mlp();
        Tensor weight = model.parameters().get(0);
        model.to(GPU);
        assertSame(weight, model.parameters().get(0));
        assertEquals(GPU, weight.device());
        double[] gpu = train(model, GPU, 20);
        assertArrayEquals(cpu, gpu, 1e-4);
        assertTrue(gpu[19] < gpu[0]);
    }

    @Test
    void anOptimizerBuiltBeforeTheMoveFollows() {
        Sequential model = mlp();
        Adam optimizer = new Adam(model.parameters(), 1e-2);
        Tensor x = Tensor.ones(4, 8);
        model.forward(x).sum().backward();
        optimizer.step();
        model.to(GPU);
        assertEquals(GPU, model.parameters().get(0).grad().device());
        optimizer.zeroGrad();
        assertNull(model.parameters().get(0).grad());
        model.forward(x.to(GPU)).sum().backward();
        optimizer.loadStateDict(optimizer.stateDict()); // moves the moments
        optimizer.step();
        assertFalse(Double.isNaN(model.parameters().get(0).sum().item()));
    }

    @Test
    void stateDictsMoveBothWays() {
        Sequential there = mlp();
        there.to(GPU);
        StateDict state = there.stateDict();
        assertEquals(GPU, ((Tensor) state.get("0.weight")).device());
        Sequential here = new Sequential(new Linear(8, 16), new ReLU(), new Linear(16, 3));
        here.loadStateDict(state);
        assertEquals(Device.CPU, here.parameters().get(0).device());
        assertArrayEquals(mlp().parameters().get(0).toFloatArray(), here.parameters().get(0).toFloatArray());
        Sequential again = new Sequential(new Linear(8, 16), new ReLU(), new Linear(16, 3));
        again.to(GPU);
        again.loadStateDict(here.stateDict());
        assertEquals(GPU, again.parameters().get(0).device());
        assertArrayEquals(there.parameters().get(2).toFloatArray(), again.parameters().get(2).toFloatArray());
    }

    @Test
    void aPlainLoopStaysBounded() {
        Tensor x = Tensor.ones(256, 512).to(GPU);
        Cuda.emptyCache(GPU);
        long before = Cuda.memory(GPU).reserved(); // by what other tests left to the collector
        long most = 0;
        for (int i = 0; i < 2000; i++) {
            Tensor.empty(x.shape(), x.dtype(), GPU); // 512 KiB that nobody frees
            most = Math.max(most, Cuda.memory(GPU).reserved() - before);
        }
        assertTrue(most < Cuda.properties(GPU).bytes() / 2, most + " bytes");
    }

    @Test
    void outOfMemoryIsNoEnd() {
        long bytes = Cuda.properties(GPU).bytes();
        int[] shape = {(int) (bytes / 8 / 1024), 1024}; // half of it as float32
        CudaOutOfMemoryException e = assertThrows(CudaOutOfMemoryException.class, () -> {
            Tensor[] held = new Tensor[3];
            for (int i = 0; i < 3; i++) {
                held[i] = Tensor.empty(Shape.of(shape), DType.FLOAT32, GPU);
            }
            held[0].release();
        });
        assertTrue(e.getMessage().startsWith("cuda:0: no memory for "), e.getMessage());
        assertEquals(3, Tensor.ones(3).to(GPU).sum().item());
        Cuda.emptyCache(GPU);
    }
}
