package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static io.candela.backend.cuda.KernelCheck.assertSame;
import static io.candela.backend.cuda.KernelCheck.cpu;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.backend.Backend;
import io.candela.backend.NnKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Softmax and the loss of classes against the CPU's, on a simulated device. */
class CudaNnTest {
    private static final List<DType> TYPES = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);
    private static final int[][] SHAPES = {{1}, {5}, {3, 31}, {9, 32}, {2, 33}, {17, 7}, {2, 1025}, {1, 3000}, {0, 4}, {4, 1}, {2, 3, 5}};

    private static NnKernels device;

    @BeforeAll
    static void find() {
        Assumptions.assumeTrue(io.candela.backend.Backends.isUsable(CUDA), "needs g++");
        device = Backend.of(Tensor.zeros(1).to(CUDA)).nn();
    }

    private static Tensor data(DType type, long seed, int... dims) {
        Random random = new Random(seed);
        double[] v = new double[Shape.of(dims).numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = random.nextGaussian() * 3;
        }
        return Tensor.of(v, dims).to(type);
    }

    @Test
    void softmaxAndItsGradient() {
        for (DType type : TYPES) {
            for (int[] dims : SHAPES) {
                for (boolean logarithm : new boolean[] {false, true}) {
                    String what = type + " " + Shape.of(dims) + (logarithm ? " logarithm" : "");
                    Tensor x = data(type, 1, dims);
                    Tensor expected = x.zerosLike();
                    cpu().nn().softmax(x, logarithm, expected);
                    Tensor actual = x.zerosLike().to(CUDA);
                    device.softmax(x.to(CUDA), logarithm, actual);
                    assertSame(what, expected, actual, 4, true);
                    Tensor g = data(type, 2, dims);
                    Tensor gradient = x.zerosLike();
                    cpu().nn().softmaxGrad(g, expected, logarithm, gradient);
                    Tensor there = x.zerosLike().to(CUDA);
                    device.softmaxGrad(g.to(CUDA), expected.to(CUDA), logarithm, there);
                    assertSame(what + " gradient", gradient, there, dims[dims.length - 1] > 1000 ? 64 : 8, true);
                }
            }
        }
    }

    @Test
    void softmaxOfWhatIsNotANumber() {
        double inf = Double.POSITIVE_INFINITY;
        Tensor x = Tensor.of(new double[] {1, Double.NaN, 2, -inf, -inf, -inf, inf, 1, 2, -inf, 1, 1, 1e30, -1e30, 0}, 5, 3).to(DType.FLOAT32);
        for (boolean logarithm : new boolean[] {false, true}) {
            Tensor expected = x.zerosLike();
            cpu().nn().softmax(x, logarithm, expected);
            Tensor actual = x.zerosLike().to(CUDA);
            device.softmax(x.to(CUDA), logarithm, actual);
            assertSame("softmax", expected, actual, 4);
        }
    }

    @Test
    void softmaxOfViewsInPlaceAndOfBroadcastGradients() {
        Tensor x = data(DType.FLOAT32, 1, 6, 9);
        Tensor expected = x.zerosLike();
        cpu().nn().softmax(x.t(), false, expected.t());
        Tensor actual = x.zerosLike().to(CUDA);
        device.softmax(x.to(CUDA).t(), false, actual.t());
        assertSame("transposed", expected, actual, 4);
        Tensor same = x.to(CUDA);
        device.softmax(same.t(), false, same.t());
        assertSame("in place", expected, same, 4);
        Tensor g = data(DType.FLOAT32, 2, 1, 1);
        Tensor gradient = x.zerosLike();
        cpu().nn().softmaxGrad(g.expand(6, 9), expected, true, gradient);
        Tensor there = x.zerosLike().to(CUDA);
        device.softmaxGrad(g.to(CUDA).expand(6, 9), expected.to(CUDA), true, there);
        assertSame("gradient", gradient, there, 8, true);
    }

    @Test
    void lossesOfClasses() {
        for (DType type : TYPES) {
            for (int rows : new int[] {1, 7, 300, 1500}) {
                Tensor logp = data(type, 1, rows, 5);
                Tensor target = data(DType.FLOAT64, 2, rows).abs().clamp(0, 4).to(DType.INT64);
                for (Tensor weight : new Tensor[] {null, data(type, 3, 5).abs()}) {
                    Tensor there = weight == null ? null : weight.to(CUDA);
                    for (int form = 0; form < 3; form++) {
                        Tensor[] e = losses(type, rows, form);
                        cpu().nn().nllLoss(logp, target, weight, 2, e[0], e[1], form == 2, e[2]);
                        Tensor[] a = losses(type, rows, form);
                        for (int i = 0; i < 3; i++) {
                            a[i] = a[i] == null ? null : a[i].to(CUDA);
                        }
                        device.nllLoss(logp.to(CUDA), target.to(CUDA), there, 2, a[0], a[1], form == 2, a[2]);
                        for (int i = 0; i < 3; i++) {
                            if (e[i] != null) {
                                assertSame(type + " " + rows + " form " + form, e[i], a[i], type == DType.FLOAT64 ? 64 : 1);
                            }
                        }
                        if (rows == 1) {
                            continue;
                        }
                        Tensor g = form == 0 ? data(type, 4, rows) : data(type, 4);
                        Tensor divisor = form == 2 ? Tensor.of(new double[] {3}, 1).reshape().to(type) : null;
                        Tensor expected = logp.zerosLike();
                        cpu().nn().nllLossGrad(g, target, weight, 2, divisor, expected);
                        Tensor actual = Tensor.ones(type, rows, 5).to(CUDA);
                        device.nllLossGrad(g.to(CUDA), target.to(CUDA), there, 2, divisor == null ? null : divisor.to(CUDA), actual);
                        assertSame(type + " " + rows + " gradient", expected, actual, 1);
                    }
                }
            }
        }
    }

    private static Tensor[] losses(DType type, int rows, int form) {
        return new Tensor[] {form == 0 ? Tensor.zeros(type, rows) : null, form == 0 ? null : Tensor.zeros(type), Tensor.zeros(type)};
    }

    @Test
    void lossesOfViews() {
        Tensor logp = data(DType.FLOAT32, 1, 5, 12);
        Tensor target = Tensor.of(new long[] {0, 9, 1, 9, 4, 9, 3, 9}, 8).view(4, 2).select(1, 0);
        Tensor expected = Tensor.zeros();
        Tensor weight = Tensor.zeros();
        cpu().nn().nllLoss(logp.t().narrow(0, 3, 4), target, null, -100, null, expected, true, weight);
        Tensor actual = Tensor.zeros().to(CUDA);
        Tensor there = Tensor.of(new long[] {0, 9, 1, 9, 4, 9, 3, 9}, 8).to(CUDA).view(4, 2).select(1, 0);
        device.nllLoss(logp.to(CUDA).t().narrow(0, 3, 4), there, null, -100, null, actual, true, weight.to(CUDA));
        assertSame("loss", expected, actual, 1);
    }

    @Test
    void classesThatDoNotExistAreToldAtTheNextWait() {
        Tensor logp = data(DType.FLOAT32, 1, 3, 4).to(CUDA);
        Tensor out = Tensor.zeros().to(CUDA);
        Tensor total = Tensor.zeros().to(CUDA);
        device.nllLoss(logp, Tensor.of(new long[] {1, 7, -2}, 3).to(CUDA), null, -100, null, out, false, total);
        ShapeException e = assertThrows(ShapeException.class, total::item);
        assertEquals("nllLoss: target 7 at position 1 is out of range for 4 classes; use 0 to 3, or ignoreIndex -100", e.getMessage());
        assertEquals(1, total.item(), "the device goes on");
        device.nllLoss(logp, Tensor.of(new long[] {1, 7, -2}, 3).to(CUDA), null, -100, null, out, false, total);
        assertThrows(ShapeException.class, () -> Cuda.synchronize(CUDA));
    }
}
