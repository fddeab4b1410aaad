package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static io.candela.backend.cuda.KernelCheck.assertSame;
import static io.candela.backend.cuda.KernelCheck.cpu;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.Backend;
import io.candela.backend.ConvEpilogue;
import io.candela.backend.ConvGeometry;
import io.candela.backend.ConvKernels;
import io.candela.backend.cuda.driver.DnnLibrary;
import io.candela.backend.cuda.driver.DnnLibrary.Convolution;
import io.candela.backend.cuda.driver.DnnLibrary.Way;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Convolutions against the CPU's, on a simulated device. */
class CudaConvTest {
    /** Sizes of an input, of the weight, and a geometry. */
    private record Case(int[] x, int[] weight, ConvGeometry geometry) {}

    private static final List<Case> CASES = List.of(
            new Case(new int[] {2, 3, 11}, new int[] {4, 3, 3}, new ConvGeometry(new int[] {2}, new int[] {1}, new int[] {2}, new int[] {1}, 1)),
            new Case(new int[] {3, 4, 7, 6}, new int[] {6, 2, 3, 2},
                    new ConvGeometry(new int[] {1, 2}, new int[] {1, 0}, new int[] {1, 0}, new int[] {2, 1}, 2)),
            new Case(new int[] {2, 5, 4, 4}, new int[] {3, 5, 1, 1}, new ConvGeometry(new int[] {1, 1}, new int[2], new int[2], new int[] {1, 1}, 1)),
            new Case(new int[] {1, 4, 6, 5}, new int[] {4, 1, 3, 3},
                    new ConvGeometry(new int[] {3, 2}, new int[] {2, 1}, new int[] {0, 3}, new int[] {1, 1}, 4)),
            new Case(new int[] {2, 2, 4, 5, 3}, new int[] {3, 2, 2, 3, 1},
                    new ConvGeometry(new int[] {2, 1, 1}, new int[] {1, 1, 0}, new int[] {1, 1, 0}, new int[] {1, 1, 1}, 1)));

    private static final List<DType> TYPES = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);

    private static CudaConv device;
    private static ConvKernels products;
    private static ConvKernels oneByOne; // sample by sample
    private static SimulatedDnn dnn;

    @BeforeAll
    static void find() {
        Assumptions.assumeTrue(io.candela.backend.Backends.isUsable(CUDA), "needs g++");
        CudaBackend backend = (CudaBackend) Backend.of(Tensor.zeros(1).to(CUDA));
        device = (CudaConv) backend.conv();
        products = new ConvProducts(backend.cuda, (CudaMatrix) backend.matrix(), null, ConvProducts.MOST_BYTES);
        oneByOne = new ConvProducts(backend.cuda, (CudaMatrix) backend.matrix(), null, 1);
        dnn = SimulatedProvider.driver().dnn;
    }

    @BeforeEach
    void startAnew() {
        HostFallback.resetCalls();
        dnn.asked.clear();
        dnn.taken.clear();
    }

    /** Small whole numbers: sums are exact. */
    private static Tensor data(DType type, long seed, int... dims) {
        Random random = new Random(seed);
        double[] v = new double[Shape.of(dims).numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = random.nextInt(7) - 3;
        }
        return Tensor.of(v, dims).to(type);
    }

    private static int[] resultOf(Case c) {
        int[] out = c.x.clone();
        out[1] = c.weight[0];
        for (int i = 0; i < c.geometry.rank(); i++) {
            out[2 + i] = c.geometry.outputSize(i, c.x[2 + i], c.weight[2 + i]);
        }
        return out;
    }

    private interface Body {
        void run(String what, DType type, ConvKernels kernels, Case c, boolean last);
    }

    private static void forAll(Body body) {
        for (DType type : TYPES) {
            for (int i = 0; i < CASES.size(); i++) {
                Case c = CASES.get(i);
                for (boolean last : new boolean[] {false, true}) {
                    body.run(type + " case " + i + " last " + last, type, device, c, last);
                }
                body.run(type + " as products, case " + i, type, products, c, false);
                body.run(type + " one by one, case " + i, type, oneByOne, c, true);
            }
        }
        assertEquals(Map.of(), HostFallback.calls());
    }

    private static Tensor in(Tensor x, boolean last) {
        return last ? x.contiguous(MemoryFormat.CHANNELS_LAST) : x;
    }

    private static Tensor there(Tensor x, boolean last) {
        return in(x.to(CUDA), last);
    }

    @Test
    void results() {
        forAll((what, type, kernels, c, last) -> {
            Tensor x = data(type, 1, c.x);
            Tensor w = data(type, 2, c.weight);
            for (Tensor bias : new Tensor[] {null, data(type, 3, c.weight[0])}) {
                Tensor expected = Tensor.zeros(type, resultOf(c));
                cpu().conv().forward(x, w, bias, c.geometry, expected);
                Tensor actual = there(Tensor.ones(type, resultOf(c)), last);
                kernels.forward(there(x, last), w.to(CUDA), bias == null ? null : bias.to(CUDA), c.geometry, actual);
                assertSame(what, expected, actual, 0);
            }
        });
    }

    @Test
    void gradients() {
        forAll((what, type, kernels, c, last) -> {
            Tensor x = data(type, 1, c.x);
            Tensor w = data(type, 2, c.weight);
            Tensor g = data(type, 3, resultOf(c));
            Tensor[] e = {Tensor.zeros(type, c.x), Tensor.zeros(type, c.weight), Tensor.zeros(type, c.weight[0])};
            cpu().conv().backward(x, w, g, c.geometry, e[0], e[1], e[2]);
            Tensor[] a = {there(Tensor.ones(type, c.x), last), Tensor.ones(type, c.weight).to(CUDA), Tensor.ones(type, c.weight[0]).to(CUDA)};
            kernels.backward(there(x, last), w.to(CUDA), there(g, last), c.geometry, a[0], a[1], a[2]);
            double units = oneByOne == kernels && type.isHalf() ? 2 : 0; // sums of samples' sums, each rounded
            for (int i = 0; i < 3; i++) {
                assertSame(what + " gradient " + i, e[i], a[i], units);
            }
            Tensor alone = there(Tensor.ones(type, c.x), last);
            kernels.backward(null, w.to(CUDA), there(g, last), c.geometry, alone, null, null);
            assertSame(what + " of the input alone", e[0], alone, 0);
            alone = Tensor.ones(type, c.weight).to(CUDA);
            kernels.backward(there(x, last), null, there(g, last), c.geometry, null, alone, null);
            assertSame(what + " of the weight alone", e[1], alone, units);
            if (kernels == device) {
                alone = Tensor.ones(type, c.weight[0]).to(CUDA);
                kernels.backward(there(x, last), w.to(CUDA), there(g, last), c.geometry, null, null, alone);
                assertSame(what + " of the bias alone", e[2], alone, 0);
            }
        });
    }

    private static Tensor run(Case c, boolean last) {
        Tensor out = there(Tensor.zeros(resultOf(c)), last);
        device.forward(there(data(DType.FLOAT32, 1, c.x), last), data(DType.FLOAT32, 2, c.weight).to(CUDA), null, c.geometry, out);
        return out;
    }

    private static Convolution last() {
        return dnn.asked.get(dnn.asked.size() - 1);
    }

    private static Way way() {
        return dnn.taken.get(dnn.taken.size() - 1);
    }

    @Test
    void tf32IsAllowedUnlessForbidden() {
        run(CASES.get(0), false);
        assertTrue(last().tf32());
        Cuda.setConvTf32(false);
        try {
            run(CASES.get(0), false);
            assertFalse(last().tf32());
        } finally {
            Cuda.setConvTf32(true);
        }
    }

    @Test
    void bothOrdersAreReadWhereTheyLie() {
        Case c = CASES.get(2);
        Tensor x = there(data(DType.FLOAT32, 1, c.x), true);
        Tensor w = there(data(DType.FLOAT32, 2, c.weight), true);
        Tensor out = there(Tensor.zeros(resultOf(c)), true);
        SimulatedDriver driver = SimulatedProvider.driver();
        driver.takeLog();
        device.forward(x, w, null, c.geometry, out);
        assertEquals(MemoryFormat.CHANNELS_LAST, last().format());
        List<String> log = driver.takeLog();
        assertEquals(1, log.size(), log + ": an operand was copied");
        assertTrue(log.get(0).equals("convolve FORWARD on " + Cuda.of(CUDA).mainStream), log.get(0));
    }

    @Test
    void aResultLiesAsItsOperandsDo() {
        Tensor x = Tensor.randn(2, 3, 5, 5).to(CUDA);
        Tensor w = Tensor.randn(4, 3, 3, 3).to(CUDA);
        assertEquals(MemoryFormat.CONTIGUOUS, device.format(x, w));
        assertEquals(MemoryFormat.CHANNELS_LAST, device.format(x.contiguous(MemoryFormat.CHANNELS_LAST), w));
        assertEquals(MemoryFormat.CHANNELS_LAST, device.format(x, w.contiguous(MemoryFormat.CHANNELS_LAST)));
    }

    @Test
    void unevenPaddingBecomesPartOfTheInput() {
        run(CASES.get(0), false);
        assertEquals(1, last().geometry().before(0));
        assertEquals(1, last().geometry().after(0));
        assertEquals(Shape.of(2, 3, 12), last().input());
    }

    @Test
    void aWayIsSoughtOncePerKind() {
        Case c = new Case(new int[] {1, 2, 6}, new int[] {3, 2, 3}, new ConvGeometry(new int[] {1}, new int[] {0}, new int[] {0}, new int[] {1}, 1));
        int before = dnn.searches;
        run(c, false);
        run(c, false);
        assertEquals(before + 1, dnn.searches);
        assertEquals(SimulatedDnn.WAYS.get(0), way());
        Cuda.setConvDeterministic(true);
        run(c, false);
        Cuda.setConvDeterministic(false);
        assertTrue(way().isDeterministic());
        Cuda.setConvWorkspaceLimit(1000);
        try {
            run(c, false);
            assertEquals(SimulatedDnn.WAYS.get(1), way());
            Cuda.setConvDeterministic(true);
            run(c, false);
            assertEquals(SimulatedDnn.WAYS.get(2), way());
        } finally {
            Cuda.setConvDeterministic(false);
            Cuda.setConvWorkspaceLimit(1L << 30);
        }
    }

    @Test
    void waysAreMeasuredOnRequest() {
        Case c = new Case(new int[] {1, 2, 7}, new int[] {3, 2, 3}, new ConvGeometry(new int[] {1}, new int[] {0}, new int[] {0}, new int[] {1}, 1));
        Tensor expected = run(c, false).to(io.candela.tensor.Device.CPU);
        int before = dnn.measurements;
        Cuda.setConvBenchmark(true);
        try {
            assertTrue(run(c, false).to(io.candela.tensor.Device.CPU).equal(expected));
            run(c, false);
            assertEquals(before + 1, dnn.measurements);
            assertEquals(SimulatedDnn.WAYS.get(2), way());
        } finally {
            Cuda.setConvBenchmark(false);
        }
    }

    @Test
    void captureTakesNoMeasurements() {
        Case c = new Case(new int[] {1, 2, 9}, new int[] {3, 2, 3}, new ConvGeometry(new int[] {1}, new int[] {0}, new int[] {0}, new int[] {1}, 1));
        Tensor x = data(DType.FLOAT32, 1, c.x).to(CUDA);
        Tensor w = data(DType.FLOAT32, 2, c.weight).to(CUDA);
        Tensor expected = Tensor.zeros(resultOf(c)).to(CUDA);
        Tensor out = Tensor.zeros(resultOf(c)).to(CUDA);
        device.forward(x, w, null, c.geometry, expected);
        int before = dnn.measurements;
        Cuda.setConvBenchmark(true);
        try (CudaGraph graph = CudaGraph.capture(CUDA, () -> device.forward(x, w, null, c.geometry, out))) {
            assertEquals(before, dnn.measurements);
            graph.replay();
            assertTrue(out.equal(expected));
        } finally {
            Cuda.setConvBenchmark(false);
        }
    }

    @Test
    void withLittleMemoryASmallerWayIsTaken() {
        SimulatedDriver small = new SimulatedDriver(1, 16 << 20, false);
        small.dnn.offers = what -> List.of(new Way(9, 0, 64 << 20, true), new Way(3, 0, 1 << 20, true));
        CudaDevice own = new CudaDevice(small, new HostKernels(), 0);
        Case c = CASES.get(2);
        Convolution what = new Convolution(DnnLibrary.Pass.FORWARD, DType.FLOAT32, false, MemoryFormat.CONTIGUOUS, Shape.of(c.x), Shape.of(c.weight),
                Shape.of(resultOf(c)), c.geometry);
        CudaBackend backend = new CudaBackend(own);
        Tensor[] operands = new Tensor[3];
        int i = 0;
        for (Shape s : new Shape[] {what.input(), what.weight(), what.result()}) {
            operands[i++] = Tensor.over(backend.allocate(DType.FLOAT32, s.numel()), DType.FLOAT32, s, s.contiguousStrides(), 0);
        }
        assertTrue(own.dnn.run(what, operands[0], operands[1], operands[2]));
        assertEquals(3, small.dnn.taken.get(0).algorithm());
        int calls = small.allocateCalls;
        assertTrue(own.dnn.run(what, operands[0], operands[1], operands[2]));
        assertEquals(calls, small.allocateCalls, "what is known to fail is not tried again");
        own.memory.empty();
        assertEquals(1, small.dnn.searches);
        small.dnn.offers = w -> List.of(new Way(9, 0, 64 << 20, true));
        Convolution other = new Convolution(what.pass(), DType.FLOAT32, true, what.format(), what.input(), what.weight(), what.result(), what.geometry());
        assertFalse(own.dnn.run(other, operands[0], operands[1], operands[2]), "then the matrix products must do");
        CudaThread.current().enter(Cuda.of(CUDA));
    }

    @Test
    void whatTheLibraryRefusesIsAProductAndCounted() {
        Case c = new Case(new int[] {1, 2, 10}, new int[] {3, 2, 3}, new ConvGeometry(new int[] {1}, new int[] {0}, new int[] {0}, new int[] {1}, 1));
        Tensor expected = run(c, false).to(io.candela.tensor.Device.CPU);
        int done = dnn.asked.size();
        dnn.refuses = way -> true;
        try {
            assertTrue(run(c, false).to(io.candela.tensor.Device.CPU).equal(expected));
            assertEquals(Map.of("convolution without cuDNN", 1L), HostFallback.calls());
            assertEquals(done, dnn.asked.size());
        } finally {
            dnn.refuses = way -> false;
        }
    }

    @Test
    void withoutTheLibraryAllIsProducts() {
        SimulatedDriver bare = new SimulatedDriver(1, 64 << 20, false);
        bare.dnn = null;
        CudaDevice own = new CudaDevice(bare, new HostKernels(), 0);
        assertEquals("libcudnn.so.9 is missing; install cuDNN 9 for CUDA 13, or put the folder that has it on LD_LIBRARY_PATH", own.dnn.problem());
        assertNull(Cuda.whyNoCudnn(CUDA));
        Case c = CASES.get(2);
        Tensor any = Tensor.zeros(4).to(CUDA);
        assertFalse(own.dnn.run(new Convolution(DnnLibrary.Pass.FORWARD, DType.FLOAT32, true, MemoryFormat.CONTIGUOUS, Shape.of(c.x),
                Shape.of(c.weight), Shape.of(resultOf(c)), c.geometry), any, any, any));
        assertEquals(Map.of(), HostFallback.calls());
        CudaThread.current().enter(Cuda.of(CUDA));
    }

    @Test
    void whatFollowsAConvolutionIsDoneWithIt() {
        Case c = CASES.get(1);
        Tensor x = data(DType.FLOAT32, 1, c.x);
        Tensor w = data(DType.FLOAT32, 2, c.weight);
        Tensor bias = data(DType.FLOAT32, 3, 6);
        Tensor residual = data(DType.FLOAT32, 4, resultOf(c));
        Tensor mean = data(DType.FLOAT64, 5, 6);
        Tensor inverse = data(DType.FLOAT64, 6, 6).abs().add(1);
        for (boolean last : new boolean[] {false, true}) {
            for (ConvEpilogue.Activation activation : ConvEpilogue.Activation.values()) {
                for (int form = 0; form < 8; form++) {
                    Tensor b = (form & 1) == 0 ? null : bias;
                    Tensor r = (form & 2) == 0 ? null : residual;
                    boolean normal = (form & 4) != 0;
                    Tensor expected = Tensor.zeros(resultOf(c)).contiguous(MemoryFormat.CHANNELS_LAST);
                    cpu().conv().forward(x, w, b, c.geometry, expected, new ConvEpilogue(normal ? mean : null, normal ? inverse : null,
                            normal ? bias : null, normal ? bias : null, r == null ? null : in(r, true), activation));
                    Tensor actual = there(Tensor.ones(resultOf(c)), last);
                    device.forward(there(x, last), w.to(CUDA), b == null ? null : b.to(CUDA), c.geometry, actual,
                            new ConvEpilogue(normal ? mean.to(CUDA) : null, normal ? inverse.to(CUDA) : null, normal ? bias.to(CUDA) : null,
                                    normal ? bias.to(CUDA) : null, r == null ? null : there(r, last), activation));
                    assertSame(activation + " form " + form + " last " + last, expected, actual, 1);
                }
            }
        }
    }

    @Test
    void emptyConvolutions() {
        Case c = CASES.get(0);
        Tensor w = data(DType.FLOAT32, 2, c.weight);
        Tensor none = Tensor.zeros(0, 3, 11).to(CUDA);
        device.forward(none, w.to(CUDA), null, c.geometry, Tensor.zeros(0, 4, 6).to(CUDA));
        Tensor gradWeight = Tensor.ones(c.weight).to(CUDA);
        device.backward(none, w.to(CUDA), Tensor.zeros(0, 4, 6).to(CUDA), c.geometry, Tensor.zeros(0, 3, 11).to(CUDA), gradWeight, null);
        assertSame("weight", Tensor.zeros(c.weight), gradWeight, 0);
    }
}
