package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static io.candela.backend.cuda.KernelCheck.assertSame;
import static io.candela.backend.cuda.KernelCheck.cpu;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.Backend;
import io.candela.backend.ConvGeometry;
import io.candela.backend.ConvKernels;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
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

    private static ConvKernels device;
    private static ConvKernels oneByOne; // sample by sample

    @BeforeAll
    static void find() {
        Assumptions.assumeTrue(io.candela.backend.Backends.isUsable(CUDA), "needs g++");
        CudaBackend backend = (CudaBackend) Backend.of(Tensor.zeros(1).to(CUDA));
        device = backend.conv();
        oneByOne = new CudaConv(backend.cuda, (CudaMatrix) backend.matrix(), null, 1);
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
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (int i = 0; i < CASES.size(); i++) {
                Case c = CASES.get(i);
                body.run(type + " case " + i, type, device, c, false);
                body.run(type + " one by one, case " + i, type, oneByOne, c, c.x.length == 4);
            }
        }
    }

    private static Tensor there(Tensor x, boolean last) {
        return last ? x.to(CUDA).contiguous(MemoryFormat.CHANNELS_LAST) : x.to(CUDA);
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
            for (int i = 0; i < 3; i++) {
                assertSame(what + " gradient " + i, e[i], a[i], 0);
            }
            Tensor alone = there(Tensor.ones(type, c.x), last);
            kernels.backward(null, w.to(CUDA), there(g, last), c.geometry, alone, null, null);
            assertSame(what + " of the input alone", e[0], alone, 0);
            alone = Tensor.ones(type, c.weight).to(CUDA);
            kernels.backward(there(x, last), null, there(g, last), c.geometry, null, alone, null);
            assertSame(what + " of the weight alone", e[1], alone, 0);
        });
    }

    @Test
    void tf32IsAllowedUnlessForbidden() {
        Case c = CASES.get(0);
        Tensor x = data(DType.FLOAT32, 1, c.x).to(CUDA);
        Tensor w = data(DType.FLOAT32, 2, c.weight).to(CUDA);
        Tensor out = Tensor.zeros(resultOf(c)).to(CUDA);
        SimulatedDriver driver = SimulatedProvider.driver();
        device.forward(x, w, null, c.geometry, out);
        assertTrue(driver.products.get(driver.products.size() - 1).tf32());
        Cuda.setConvTf32(false);
        try {
            device.forward(x, w, null, c.geometry, out);
            assertFalse(driver.products.get(driver.products.size() - 1).tf32());
        } finally {
            Cuda.setConvTf32(true);
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
