package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.assertSame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.backend.Backend;
import io.candela.backend.MatrixKernels.Activation;
import io.candela.backend.cpu.CpuBackend;
import io.candela.backend.cuda.driver.BlasLibrary.Epilogue;
import io.candela.backend.cuda.driver.BlasLibrary.Product;
import io.candela.nn.F;
import io.candela.nn.GELU;
import io.candela.nn.Linear;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How matrices of any strides are given to a library that thinks in columns: the results are the CPU's, and nothing is copied in vain. */
class CudaMatrixTest {
    private static final Device CUDA = Device.cuda(0);
    private static final List<DType> TYPES = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);

    private static SimulatedDriver driver;

    @BeforeEach
    void find() {
        org.junit.jupiter.api.Assumptions.assumeTrue(io.candela.backend.Backends.isUsable(CUDA), "needs g++");
        driver = SimulatedProvider.driver();
        driver.products.clear();
        HostFallback.resetCalls();
    }

    /** Small whole numbers: their products are exact in every type. */
    private static Tensor data(DType type, long seed, int... dims) {
        Random random = new Random(seed);
        double[] v = new double[Shape.of(dims).numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = random.nextInt(7) - 3;
        }
        return Tensor.of(v, dims).to(type);
    }

    private static void check(Tensor a, Tensor b, Tensor thereA, Tensor thereB) {
        int[] dims = a.dim() == 2 ? new int[] {a.size(0), b.size(1)} : new int[] {Math.max(a.size(0), b.size(0)), a.size(1), b.size(2)};
        Tensor expected = Tensor.zeros(a.dtype(), dims);
        CpuBackend.INSTANCE.matrix().matmul(a, b, expected);
        Tensor actual = Tensor.ones(a.dtype(), dims).to(CUDA);
        Backend.of(actual).matrix().matmul(thereA, thereB, actual);
        assertArrayEquals(expected.toDoubleArray(), actual.to(Device.CPU).toDoubleArray(), a.dtype() + " " + a.shape() + " " + b.shape());
    }

    private static Product last() {
        return driver.products.get(driver.products.size() - 1);
    }

    @Test
    void matricesLieRowsOrColumnsFirst() {
        for (DType type : TYPES) {
            for (int[] s : new int[][] {{1, 1, 1}, {2, 3, 4}, {1, 5, 3}, {4, 5, 1}, {4, 1, 3}, {17, 9, 33}, {1, 7, 1}}) {
                int m = s[0];
                int k = s[1];
                int n = s[2];
                Tensor a = data(type, 1, m, k);
                Tensor b = data(type, 2, k, n);
                Tensor at = data(type, 3, k, m);
                Tensor bt = data(type, 4, n, k);
                check(a, b, a.to(CUDA), b.to(CUDA));
                check(at.t(), b, at.to(CUDA).t(), b.to(CUDA));
                check(a, bt.t(), a.to(CUDA), bt.to(CUDA).t());
                check(at.t(), bt.t(), at.to(CUDA).t(), bt.to(CUDA).t());
            }
        }
        assertEquals(java.util.Map.of(), HostFallback.calls());
    }

    @Test
    void partsOfMatricesAreReadWhereTheyLie() {
        Tensor a = data(DType.FLOAT32, 1, 9, 12);
        Tensor b = data(DType.FLOAT32, 2, 12, 8);
        Tensor thereA = a.to(CUDA);
        Tensor thereB = b.to(CUDA);
        driver.takeLog();
        check(a.narrow(1, 3, 5), b.narrow(0, 1, 5), thereA.narrow(1, 3, 5), thereB.narrow(0, 1, 5));
        assertEquals(12, last().b().leading(), "of the left operand's rows");
        assertEquals(4, last().b().alignment());
        assertEquals(8, last().a().leading());
        assertEquals(32, last().a().alignment());
        check(a.narrow(0, 2, 5).t(), b.t().narrow(1, 2, 5).t(), thereA.narrow(0, 2, 5).t(), thereB.t().narrow(1, 2, 5).t());
        assertFalse(driver.takeLog().stream().anyMatch(l -> l.contains("launch")), "an operand was copied");
    }

    @Test
    void whatLiesOtherwiseIsCopied() {
        Tensor a = data(DType.FLOAT32, 1, 4, 6, 2);
        Tensor b = data(DType.FLOAT32, 2, 6, 3);
        check(a.select(2, 1), b, a.to(CUDA).select(2, 1), b.to(CUDA));
        Tensor one = data(DType.FLOAT32, 3, 1, 6);
        check(one.expand(5, 6), b, one.to(CUDA).expand(5, 6), b.to(CUDA));
        Tensor column = data(DType.FLOAT32, 3, 5, 1);
        check(column.expand(5, 6), b, column.to(CUDA).expand(5, 6), b.to(CUDA));
    }

    @Test
    void batchesBroadcast() {
        for (DType type : TYPES) {
            Tensor a = data(type, 1, 3, 4, 5);
            Tensor b = data(type, 2, 3, 5, 2);
            Tensor oneA = data(type, 3, 1, 4, 5);
            Tensor oneB = data(type, 4, 1, 5, 2);
            Tensor bt = data(type, 5, 3, 2, 5);
            check(a, b, a.to(CUDA), b.to(CUDA));
            assertEquals(3, last().batch());
            check(oneA, b, oneA.to(CUDA), b.to(CUDA));
            assertEquals(0, last().b().batchStride());
            check(a, oneB, a.to(CUDA), oneB.to(CUDA));
            assertEquals(1, last().batch());
            assertEquals(12, last().columns(), "the rows of all batches");
            check(a, bt.transpose(1, 2), a.to(CUDA), bt.to(CUDA).transpose(1, 2));
            assertTrue(last().a().transposed());
            Tensor inner = data(type, 6, 4, 3, 5); // the batch lies between rows
            check(inner.transpose(0, 1), b, inner.to(CUDA).transpose(0, 1), b.to(CUDA));
            assertEquals(15, last().b().leading());
            assertEquals(5, last().b().batchStride());
            check(inner.transpose(0, 1), oneB, inner.to(CUDA).transpose(0, 1), oneB.to(CUDA));
            check(data(type, 7, 1, 4, 5), oneB, data(type, 7, 1, 4, 5).to(CUDA), oneB.to(CUDA));
        }
        assertEquals(java.util.Map.of(), HostFallback.calls());
    }

    @Test
    void emptyProducts() {
        for (int[] s : new int[][] {{0, 3, 4}, {3, 0, 4}, {3, 4, 0}, {0, 0, 0}}) {
            check(data(DType.FLOAT32, 1, s[0], s[1]), data(DType.FLOAT32, 1, s[1], s[2]), data(DType.FLOAT32, 1, s[0], s[1]).to(CUDA),
                    data(DType.FLOAT32, 1, s[1], s[2]).to(CUDA));
            check(data(DType.FLOAT32, 1, 2, s[0], s[1]), data(DType.FLOAT32, 1, 1, s[1], s[2]), data(DType.FLOAT32, 1, 2, s[0], s[1]).to(CUDA),
                    data(DType.FLOAT32, 1, 1, s[1], s[2]).to(CUDA));
        }
        assertEquals(List.of(), driver.products);
    }

    @Test
    void linearAddsTheBias() {
        for (DType type : TYPES) {
            for (int in : new int[] {0, 6}) {
                Tensor x = data(type, 1, 5, in);
                Tensor w = data(type, 2, 3, in);
                Tensor bias = data(type, 3, 3);
                Tensor spread = data(type, 3, 3, 2);
                for (Tensor added : new Tensor[] {null, bias, spread.select(1, 1)}) {
                    Tensor expected = Tensor.zeros(type, 5, 3);
                    CpuBackend.INSTANCE.matrix().linear(x, w, added, expected);
                    Tensor actual = expected.zerosLike().to(CUDA);
                    Tensor addedThere = added == null ? null : added == bias ? bias.to(CUDA) : spread.to(CUDA).select(1, 1);
                    Backend.of(actual).matrix().linear(x.to(CUDA), w.to(CUDA), addedThere, actual);
                    assertArrayEquals(expected.toDoubleArray(), actual.to(Device.CPU).toDoubleArray());
                }
            }
        }
    }

    @Test
    void epiloguesComeAfterTheBias() {
        Tensor x = data(DType.FLOAT32, 1, 5, 6);
        Tensor w = data(DType.FLOAT32, 2, 6, 3);
        Tensor bias = data(DType.FLOAT32, 3, 3);
        Tensor plain = x.mm(w).add(bias);
        CudaMatrix matrix = (CudaMatrix) Backend.of(x.to(CUDA)).matrix();
        Tensor out = Tensor.zeros(5, 3).to(CUDA);
        assertTrue(matrix.multiply(x.to(CUDA), w.to(CUDA), bias.to(CUDA), Epilogue.BIAS_RELU, false, out));
        assertArrayEquals(plain.relu().toDoubleArray(), out.to(Device.CPU).toDoubleArray());
        assertTrue(matrix.multiply(x.to(CUDA), w.to(CUDA), bias.to(CUDA), Epilogue.BIAS_GELU, false, out));
        Tensor tanh = plain.mul(plain.mul(plain).mul(0.044715).add(1)).mul(Math.sqrt(2 / Math.PI)).tanh().add(1).mul(plain).mul(0.5);
        assertArrayEquals(tanh.toDoubleArray(), out.to(Device.CPU).toDoubleArray(), 1e-5);
    }

    @Test
    void activationsAreOfTheProductOrComeAfterIt() {
        for (DType type : TYPES) {
            for (int[] s : new int[][] {{5, 6, 3}, {4, 1, 3}, {4, 6, 1}, {3, 0, 2}, {0, 4, 2}}) {
                Tensor x = data(type, 1, s[0], s[1]);
                Tensor w = data(type, 2, s[2], s[1]);
                Tensor bias = data(type, 3, s[2]);
                Tensor plain = Tensor.zeros(type, s[0], s[2]);
                CpuBackend.INSTANCE.matrix().linear(x, w, bias, plain);
                for (boolean refused : new boolean[] {false, true}) {
                    driver.refused = p -> refused && p.epilogue() != Epilogue.NONE;
                    for (Activation after : Activation.values()) {
                        Tensor out = Tensor.ones(type, s[0], s[2]).to(CUDA);
                        Backend.of(out).matrix().linear(x.to(CUDA), w.to(CUDA), bias.to(CUDA), after, out);
                        Tensor expected = after == Activation.RELU ? plain.relu() : F.gelu(plain, GELU.Approximate.TANH);
                        KernelCheck.assertSame(type + " " + x.shape() + " " + after + " refused " + refused, expected, out, 4, true);
                        boolean whole = s[0] > 0 && s[1] > 1 && s[2] > 1;
                        assertEquals(whole && !refused, !driver.products.isEmpty() && last().epilogue() != Epilogue.NONE, type + " " + x.shape());
                        driver.products.clear();
                    }
                }
                driver.refused = p -> false;
            }
        }
        assertEquals(java.util.Map.of(), HostFallback.calls());
    }

    @Test
    void anAddressOfABiasCountsForTheResults() {
        Tensor bias = data(DType.FLOAT32, 3, 5).to(CUDA).narrow(0, 1, 4);
        Tensor out = Tensor.zeros(8, 4).to(CUDA);
        Backend.of(out).matrix().linear(Tensor.ones(8, 2).to(CUDA), Tensor.ones(4, 2).to(CUDA), bias, out);
        assertEquals(4, last().out().alignment());
    }

    @Test
    void evaluationRunsActivationsWithTheirLinearMaps() {
        Tensor.manualSeed(3);
        Linear hidden = new Linear(6, 4);
        Sequential model = new Sequential(hidden, new ReLU(), new Linear(4, 4), new GELU(GELU.Approximate.TANH), new Linear(4, 3), new GELU(),
                new Linear(3, 2));
        Tensor x = Tensor.randn(2, 5, 6);
        Tensor expected = model.forward(x).detach();
        model.to(CUDA);
        Tensor there = x.to(CUDA);
        Tensor trained = model.forward(there).detach();
        assertEquals(List.of(Epilogue.BIAS, Epilogue.BIAS, Epilogue.BIAS, Epilogue.BIAS), driver.products.stream().map(Product::epilogue).toList());
        driver.products.clear();
        Tensor[] evaluated = new Tensor[2];
        Autograd.noGrad(() -> {
            evaluated[0] = model.forward(there);
            assertEquals(List.of(Epilogue.BIAS_RELU, Epilogue.BIAS_GELU, Epilogue.BIAS, Epilogue.BIAS),
                    driver.products.stream().map(Product::epilogue).toList());
            driver.products.clear();
            try (var hook = hidden.registerForwardHook((layer, in, out) -> null)) {
                evaluated[1] = model.forward(there);
            }
            assertEquals(Epilogue.BIAS, driver.products.get(0).epilogue(), "a hook sees what its layer gives");
        });
        for (Tensor actual : new Tensor[] {trained, evaluated[0], evaluated[1]}) {
            KernelCheck.assertSame("model", expected, actual, 64, true);
        }
    }

    @Test
    void tf32IsForFloat32AndByRequest() {
        Tensor x = Tensor.ones(2, 2).to(CUDA);
        x.mm(x);
        assertFalse(last().tf32());
        Cuda.setMatmulTf32(true);
        try {
            x.mm(x);
            assertTrue(last().tf32());
            x.to(DType.FLOAT64).mm(x.to(DType.FLOAT64));
            assertFalse(last().tf32());
        } finally {
            Cuda.setMatmulTf32(false);
        }
    }

    @Test
    void integersWrapAsOnTheCpu() {
        Cuda.resetFallbacks();
        for (DType type : List.of(DType.UINT8, DType.INT8, DType.INT16, DType.INT32, DType.INT64)) {
            for (int[] size : new int[][] {{1, 1, 1}, {3, 4, 5}, {17, 16, 33}, {40, 65, 2}}) {
                Tensor a = data(type, 1, size[0], size[1]);
                Tensor b = data(type, 2, size[1], size[2]);
                assertSame(type + " " + List.of(size[0], size[1], size[2]), a.matmul(b), a.to(CUDA).matmul(b.to(CUDA)), 0);
                Tensor at = a.t().contiguous();
                assertSame("transposed " + type, a.matmul(b), at.to(CUDA).t().matmul(b.to(CUDA)), 0);
            }
            Tensor a = data(type, 3, 5, 4, 6);
            Tensor b = data(type, 4, 1, 6, 7);
            assertSame("batch " + type, a.matmul(b), a.to(CUDA).matmul(b.to(CUDA)), 0);
            assertSame("nothing to add " + type, Tensor.zeros(2, 3).to(type),
                    data(type, 3, 2, 0).to(CUDA).matmul(data(type, 3, 0, 3).to(CUDA)), 0);
        }
        assertEquals(Map.of(), Cuda.fallbacks());
    }
}
