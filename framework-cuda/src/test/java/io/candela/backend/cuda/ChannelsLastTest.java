package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.cuda.driver.DnnLibrary.Convolution;
import io.candela.nn.AdaptiveAvgPool2d;
import io.candela.nn.BatchNorm2d;
import io.candela.nn.Conv2d;
import io.candela.nn.ConvTranspose2d;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.MaxPool2d;
import io.candela.nn.ReLU;
import io.candela.optim.SGD;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nets of convolutions keep the order of memory that their input has, on the way forward and back, and give the CPU's numbers in both. */
class ChannelsLastTest {
    private static final Device GPU = Device.cuda(0);

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    @BeforeEach
    void startAnew() {
        HostFallback.resetCalls();
        asked().clear();
    }

    private static List<Convolution> asked() {
        return SimulatedProvider.driver().dnn.asked;
    }

    /** What ResNets consist of. */
    private static final class Net extends Layer {
        private final Conv2d stem = register("stem", new Conv2d(3, 8, 3, Conv2d.options().withPadding(1).withBias(false)));
        private final BatchNorm2d norm = register("norm", new BatchNorm2d(8));
        private final MaxPool2d pool = register("pool", new MaxPool2d(2));
        private final Conv2d wide = register("wide", new Conv2d(8, 8, 3, Conv2d.options().withPadding(1).withGroups(2)));
        private final BatchNorm2d second = register("second", new BatchNorm2d(8));
        private final Conv2d narrow = register("narrow", new Conv2d(8, 6, 1, Conv2d.options().withStride(2)));
        private final ConvTranspose2d up = register("up", new ConvTranspose2d(6, 4, 2));
        private final AdaptiveAvgPool2d average = register("average", new AdaptiveAvgPool2d(1));
        private final Linear classes = register("classes", new Linear(4, 3));
        private final ReLU relu = register("relu", new ReLU());
        private final List<Tensor> seen = new ArrayList<>(); // activations with places

        private Tensor see(Tensor t) {
            seen.add(t);
            return t;
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor a = see(pool.forward(see(norm.forward(see(stem.forward(x)), relu))));
            Tensor b = see(second.forward(see(wide.forward(a)), a, relu));
            Tensor c = see(up.forward(see(relu.forward(see(narrow.forward(b))))).mul(2));
            return classes.forward(average.forward(c).flatten(1, -1));
        }
    }

    private static Net net() {
        Tensor.manualSeed(5);
        return new Net();
    }

    private static Tensor input() {
        Tensor.manualSeed(6);
        return Tensor.randn(4, 3, 8, 6);
    }

    private static void check(String what, Tensor expected, Tensor actual) {
        assertTrue(expected.sub(actual.to(Device.CPU)).abs().max().item() < 1e-4, what);
    }

    @Test
    void trainingIsTheCpusInBothOrders() {
        Net here = net();
        Tensor x = input();
        Tensor y = here.forward(x);
        y.square().sum().backward();
        for (MemoryFormat format : MemoryFormat.values()) {
            Net there = net();
            there.to(GPU);
            asked().clear();
            Tensor out = there.forward(x.contiguous(format).to(GPU));
            check("result", y.detach(), out.detach());
            for (Tensor t : there.seen) {
                assertEquals(format, t.memoryFormat(), t.shape().toString());
            }
            out.square().sum().backward();
            for (int i = 0; i < here.parameters().size(); i++) {
                check("gradient " + i, here.parameters().get(i).grad(), there.parameters().get(i).grad());
            }
            assertEquals(11, asked().size(), "four, and their gradients, the first without its input's");
            asked().forEach(c -> assertEquals(format, c.format(), c.toString()));
        }
        assertEquals(Map.of(), HostFallback.calls());
    }

    @Test
    void weightsMakeTheNetworkChannelsLast() {
        Net here = net();
        SGD optimizer = new SGD(here.parameters(), SGD.options().lr(1e-2).momentum(0.9));
        Net there = net();
        assertSame(there, there.to(MemoryFormat.CHANNELS_LAST).to(GPU));
        SGD other = new SGD(there.parameters(), SGD.options().lr(1e-2).momentum(0.9));
        asked().clear();
        for (int step = 0; step < 3; step++) {
            Tensor y = here.forward(input());
            Tensor out = there.forward(input().to(GPU));
            check("result", y.detach(), out.detach());
            y.square().sum().backward();
            out.square().sum().backward();
            optimizer.step();
            other.step();
            optimizer.zeroGrad();
            other.zeroGrad();
        }
        asked().forEach(c -> assertEquals(MemoryFormat.CHANNELS_LAST, c.format(), c.toString()));
        for (int i = 0; i < here.parameters().size(); i++) {
            check("parameter " + i, here.parameters().get(i).detach(), there.parameters().get(i).detach());
        }
        assertEquals(MemoryFormat.CHANNELS_LAST, there.stem.weight().memoryFormat());
        there.to(Device.CPU, DType.FLOAT64);
        assertEquals(MemoryFormat.CHANNELS_LAST, there.stem.weight().memoryFormat());
        assertEquals(DType.FLOAT64, there.stem.weight().dtype());
        assertEquals(Map.of(), HostFallback.calls());
    }

    @Test
    void halvesRunInTheirOwnType() {
        for (DType type : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            Tensor.manualSeed(7);
            Tensor x = Tensor.randn(2, 3, 5, 5).to(type);
            Conv2d conv = new Conv2d(3, 4, 3);
            conv.to(type);
            Tensor expected = conv.forward(x).detach();
            conv.to(GPU);
            asked().clear();
            Tensor actual = conv.forward(x.contiguous(MemoryFormat.CHANNELS_LAST).to(GPU)).detach();
            KernelCheck.assertSame(type.toString(), expected, actual, 2, true);
            assertEquals(type, asked().get(0).type());
        }
    }

    @Test
    void tensorsMoveInTheOrderThatTheyHave() {
        Tensor x = input();
        for (MemoryFormat format : MemoryFormat.values()) {
            Tensor there = x.contiguous(format).to(GPU);
            assertEquals(format, there.memoryFormat());
            assertTrue(there.contiguous().to(Device.CPU).equal(x));
            Tensor back = there.to(Device.CPU);
            assertEquals(format, back.memoryFormat());
            assertTrue(back.equal(x));
        }
        Tensor part = x.contiguous(MemoryFormat.CHANNELS_LAST).narrow(0, 1, 2);
        assertEquals(MemoryFormat.CHANNELS_LAST, part.to(GPU).memoryFormat());
        assertTrue(part.to(GPU).to(Device.CPU).equal(part.contiguous()));
    }
}
