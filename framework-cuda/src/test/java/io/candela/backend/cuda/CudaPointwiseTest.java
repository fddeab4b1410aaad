package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static io.candela.backend.cuda.KernelCheck.assertSame;
import static io.candela.backend.cuda.KernelCheck.contiguous;
import static io.candela.backend.cuda.KernelCheck.cpu;
import static io.candela.backend.cuda.KernelCheck.data;
import static io.candela.backend.cuda.KernelCheck.onDevice;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.backend.PointwiseKernels;
import io.candela.backend.TernaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.backend.cuda.KernelCheck.View;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every element by element kernel against the CPU's, on a simulated device. */
class CudaPointwiseTest {
    private static final List<View> VIEWS = List.of(contiguous(1), contiguous(7), contiguous(1027), new View("0-d", new int[] {1}, t -> t.reshape()),
            new View("empty", new int[] {0, 3}, t -> t), new View("one off", new int[] {4097}, t -> t.narrow(0, 1, 4096)),
            new View("transposed", new int[] {17, 33}, t -> t.t()), new View("packs of columns", new int[] {6, 64}, t -> t.narrow(1, 16, 32)),
            new View("columns", new int[] {6, 64}, t -> t.narrow(1, 3, 31)), new View("one in two", new int[] {3, 5, 8}, t -> t.narrow(2, 1, 7).permute(2, 0, 1)));

    private static PointwiseKernels device;

    @BeforeAll
    static void find() {
        Assumptions.assumeTrue(io.candela.backend.Backends.isUsable(CUDA), "needs g++");
        device = Backend.of(Tensor.zeros(1).to(CUDA)).pointwise();
    }

    /** How far functions may be from the CPU's, which computes in double and rounds once. */
    private static double units(DType type) {
        return type == DType.FLOAT64 ? 64 : type == DType.FLOAT32 ? 16 : 1;
    }

    /** Functions in which terms cancel are as near as the terms' rounding allows: these are compared by their absolute error. */
    private static boolean cancels(UnaryKernel kernel) {
        return switch (kernel) {
            case LOGIT, SINC, LGAMMA, DIGAMMA, MISH, GELU, GELU_TANH, LOG_SIGMOID -> true;
            default -> false;
        };
    }

    private static boolean cancels(BinaryKernel kernel) {
        return switch (kernel) {
            case POLYGAMMA, IGAMMA, IGAMMAC, GELU_GRAD, GELU_TANH_GRAD, MISH_GRAD, SILU_GRAD, LOGADDEXP, LOGADDEXP2, HARDSWISH_GRAD -> true;
            default -> false;
        };
    }

    @ParameterizedTest
    @EnumSource(UnaryKernel.class)
    void unary(UnaryKernel kernel) {
        for (DType type : DType.values()) {
            if (type.isFloating() ? kernel == UnaryKernel.BITWISE_NOT : !kernel.keepsIntegers()) {
                continue;
            }
            for (View view : VIEWS) {
                Tensor expected = view.empty(type, Device.CPU);
                cpu().pointwise().unary(kernel, data(view, type, 1), expected);
                Tensor actual = view.empty(type, CUDA);
                device.unary(kernel, onDevice(view, type, 1), actual);
                assertSame(kernel + " " + type + " " + view.name(), expected, actual, units(type), cancels(kernel));
            }
            if (kernel == UnaryKernel.LOGIT && type.isHalf()) {
                continue; // the CPU rounds 1 - x, as PyTorch does there: of large x infinity is left
            }
            DType other = type == DType.FLOAT64 ? DType.FLOAT32 : DType.INT32; // read as another type than that of the result
            Tensor expected = Tensor.zeros(type, 33);
            cpu().pointwise().unary(kernel, data(contiguous(33), other, 1), expected);
            Tensor actual = expected.zerosLike().to(CUDA);
            device.unary(kernel, onDevice(contiguous(33), other, 1), actual);
            assertSame(kernel + " " + type + " of " + other, expected, actual, units(type), cancels(kernel));
        }
    }

    private static boolean has(BinaryKernel kernel, DType compute) {
        if (kernel.isPredicate()) {
            return true;
        }
        return switch (kernel) {
            case ADD, SUB, RSUB, MUL, POW, MAXIMUM, MINIMUM, HEAVISIDE, FMAX, FMIN -> true;
            case REMAINDER, FMOD, FLOOR_DIVIDE, TRUNC_DIVIDE -> compute != DType.BOOL;
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR -> !compute.isFloating();
            case BITWISE_LEFT_SHIFT, BITWISE_RIGHT_SHIFT, GCD, LCM -> compute.isIntegral();
            default -> compute.isFloating();
        };
    }

    /** The left operand: where terms cancel it is of their size. */
    private static Tensor left(BinaryKernel kernel, Tensor t) {
        return cancels(kernel) ? t.clamp(-10, 10) : t;
    }

    /** The right operand: divisors are not 0, shifts and orders are small. */
    private static Tensor right(BinaryKernel kernel, Tensor t) {
        boolean divides = !t.dtype().isFloating() && switch (kernel) {
            case REMAINDER, FMOD, FLOOR_DIVIDE, TRUNC_DIVIDE -> true;
            default -> false;
        };
        if (kernel == BinaryKernel.POLYGAMMA) {
            return t.where(t.isNan().logicalNot(), Tensor.zeros(t.dtype(), 1)).clamp(0, 4).round();
        }
        if (!t.dtype().isFloating() && kernel == BinaryKernel.POW) {
            return t.to(DType.INT64).clamp(0, 9).to(t.dtype());
        }
        return divides ? t.where(t.ne(0), Tensor.ones(t.dtype(), 1)) : t;
    }

    @ParameterizedTest
    @EnumSource(BinaryKernel.class)
    void binary(BinaryKernel kernel) {
        for (DType type : DType.values()) {
            if (!has(kernel, type)) {
                continue;
            }
            DType result = kernel.isPredicate() ? DType.BOOL : type;
            double units = units(type);
            for (View view : VIEWS) {
                String what = kernel + " " + type + " " + view.name();
                Tensor a = left(kernel, data(view, type, 1));
                Tensor b = right(kernel, data(view, type, 2));
                Tensor there = cancels(kernel) ? a.to(CUDA) : onDevice(view, type, 1);
                Tensor expected = view.empty(result, Device.CPU);
                cpu().pointwise().binary(kernel, a, b, type, expected);
                Tensor actual = view.empty(result, CUDA);
                device.binary(kernel, there, b.to(CUDA), type, actual);
                assertSame(what, expected, actual, units, cancels(kernel));
                cpu().pointwise().binary(kernel, a, 3, type, expected);
                device.binary(kernel, there, 3, type, actual);
                assertSame(what + " and 3", expected, actual, units, cancels(kernel));
            }
            broadcast(kernel, type, result, units, new int[] {6, 32}, new int[] {6, 32}, new int[] {32});
            broadcast(kernel, type, result, units, new int[] {6, 32}, new int[] {6, 1}, new int[] {6, 32});
            broadcast(kernel, type, result, units, new int[] {5, 3, 7}, new int[] {3, 1}, new int[] {5, 1, 7});
            broadcast(kernel, type, result, units, new int[] {65}, new int[] {1}, new int[] {65});
            broadcast(kernel, type, result, units, new int[] {65}, new int[] {65}, new int[] {});
            broadcast(kernel, type, result, units, new int[] {2, 1, 2, 2, 2, 2, 2, 2, 2, 2}, new int[] {2, 1, 2, 1, 2, 1, 2, 1, 2, 1},
                    new int[] {1, 1, 1, 2, 1, 2, 1, 2, 1, 2});
            mixed(kernel, type, result, units);
        }
    }

    private static void broadcast(BinaryKernel kernel, DType type, DType result, double units, int[] out, int[] left, int[] right) {
        Tensor a = left(kernel, data(type, 3, left));
        Tensor b = right(kernel, data(type, 4, right));
        Tensor expected = Tensor.zeros(result, out);
        cpu().pointwise().binary(kernel, a, b, type, expected);
        Tensor actual = expected.zerosLike().to(CUDA);
        device.binary(kernel, a.to(CUDA), b.to(CUDA), type, actual);
        assertSame(kernel + " " + type + " " + a.shape() + " " + b.shape(), expected, actual, units, cancels(kernel));
    }

    /** Operands of other types than the one that is computed in, and a result of another. */
    private static void mixed(BinaryKernel kernel, DType type, DType result, double units) {
        DType other = type.isFloating() ? DType.FLOAT32 : DType.INT64;
        Tensor a = left(kernel, data(other, 5, 9, 13));
        Tensor b = right(kernel, data(type, 6, 13));
        for (DType to : kernel.isPredicate() ? new DType[] {result} : new DType[] {result, DType.FLOAT64}) {
            Tensor expected = Tensor.zeros(to, 9, 13);
            cpu().pointwise().binary(kernel, a, b, type, expected);
            Tensor actual = expected.zerosLike().to(CUDA);
            device.binary(kernel, a.to(CUDA), b.to(CUDA), type, actual);
            double wider = to == type ? units : units * switch (type) {
                case FLOAT16 -> 0x1p42;
                case BFLOAT16 -> 0x1p45;
                case FLOAT32 -> 0x1p29;
                default -> 1;
            };
            assertSame(kernel + " " + type + " of " + other + " to " + to, expected, actual, wider, cancels(kernel));
        }
    }

    @ParameterizedTest
    @EnumSource(TernaryKernel.class)
    void ternary(TernaryKernel kernel) {
        for (DType type : DType.values()) {
            if (type == DType.BOOL && kernel != TernaryKernel.WHERE) {
                continue;
            }
            DType first = kernel == TernaryKernel.WHERE ? DType.BOOL : type;
            for (View view : VIEWS) {
                Tensor c = right(BinaryKernel.FMOD, data(view, type, 3));
                Tensor expected = view.empty(type, Device.CPU);
                cpu().pointwise().ternary(kernel, data(view, first, 1), data(view, type, 2), c, 2, expected);
                Tensor actual = view.empty(type, CUDA);
                device.ternary(kernel, onDevice(view, first, 1), onDevice(view, type, 2), c.to(CUDA), 2, actual);
                assertSame(kernel + " " + type + " " + view.name(), expected, actual, 4);
            }
            Tensor a = data(first, 1, 4, 1);
            Tensor b = data(DType.INT64, 2, 9).remainder(7).add(1);
            Tensor c = right(BinaryKernel.FMOD, data(type, 3));
            Tensor expected = Tensor.zeros(type, 4, 9);
            cpu().pointwise().ternary(kernel, a, b, c, 2, expected);
            Tensor actual = expected.zerosLike().to(CUDA);
            device.ternary(kernel, a.to(CUDA), b.to(CUDA), c.to(CUDA), 2, actual);
            assertSame(kernel + " " + type + " mixed", expected, actual, 4);
        }
    }

    @Test
    void clampsCopiesAndFills() {
        for (DType type : DType.values()) {
            for (View view : VIEWS) {
                String what = type + " " + view.name();
                Tensor x = data(view, type, 1);
                Tensor onDevice = onDevice(view, type, 1);
                Tensor expected = view.empty(type, Device.CPU);
                Tensor actual = view.empty(type, CUDA);
                if (type != DType.BOOL) {
                    cpu().pointwise().clamp(x, -2, 3, expected);
                    device.clamp(onDevice, -2, 3, actual);
                    assertSame("clamp " + what, expected, actual, 0);
                    cpu().pointwise().clamp(x, 3, -2, expected);
                    device.clamp(onDevice, 3, -2, actual);
                    assertSame("clamp the wrong way " + what, expected, actual, 0);
                }
                for (double value : new double[] {0, -0.0, 1.5, -3, 1e12, Double.NaN}) {
                    cpu().pointwise().fill(expected, value);
                    device.fill(actual, value);
                    assertSame("fill " + value + " " + what, expected, actual, 0);
                }
                cpu().pointwise().fill(expected, Long.MAX_VALUE - 6);
                device.fill(actual, Long.MAX_VALUE - 6);
                assertSame("fill " + what, expected, actual, 0);
                for (DType to : DType.values()) {
                    Tensor target = view.empty(to, Device.CPU);
                    cpu().pointwise().copy(x, target);
                    Tensor there = view.empty(to, CUDA);
                    device.copy(onDevice, there);
                    assertSame("copy " + what + " to " + to, target, there, 0);
                    Tensor straight = Tensor.zeros(x.shape(), to, Device.CPU);
                    cpu().pointwise().copy(x, straight);
                    Tensor straightThere = Tensor.zeros(x.shape(), to, CUDA);
                    device.copy(onDevice, straightThere);
                    assertSame("copy " + what + " to contiguous " + to, straight, straightThere, 0);
                }
            }
        }
    }

    @Test
    void transpositionsGoByTiles() {
        for (DType type : List.of(DType.BOOL, DType.BFLOAT16, DType.FLOAT32, DType.INT64)) {
            for (int[] dims : new int[][] {{33, 65}, {3, 64, 40}, {2, 5, 19, 21}}) {
                Tensor x = data(type, 1, dims);
                Tensor expected = x.transpose(1, dims.length == 2 ? 0 : dims.length - 1).contiguous();
                Tensor there = x.to(CUDA);
                assertSame(type + " " + x.shape(), expected, there.transpose(1, dims.length == 2 ? 0 : dims.length - 1).contiguous(), 0);
            }
        }
    }

    @Test
    void halvesKeepAllBitsWhenMoved() {
        short[] bits = new short[1 << 16];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (short) i;
        }
        for (DType type : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            Tensor x = Tensor.zeros(type, 256, 256);
            cpu().upload(java.nio.ShortBuffer.wrap(bits), type, x.storage(), 0);
            Tensor back = x.to(CUDA).t().contiguous().to(Device.CPU).t().contiguous();
            short[] got = new short[1 << 16];
            cpu().download(back.storage(), type, 0, java.nio.ShortBuffer.wrap(got));
            assertArrayEquals(bits, got);
            Tensor wide = Tensor.zeros(DType.FLOAT32, 256, 256);
            cpu().pointwise().copy(x, wide);
            assertSame(type + " to float32", wide, x.to(CUDA).to(DType.FLOAT32), 0);
        }
    }

    @Test
    void resultsMayBeOperands() {
        Tensor x = data(DType.FLOAT32, 1, 5, 9);
        Tensor there = x.to(CUDA);
        cpu().pointwise().binary(BinaryKernel.ADD, x, x, DType.FLOAT32, x);
        device.binary(BinaryKernel.ADD, there, there, DType.FLOAT32, there);
        assertSame("add", x, there, 0);
        cpu().pointwise().unary(UnaryKernel.TANH, x.t(), x.t());
        device.unary(UnaryKernel.TANH, there.t(), there.t());
        assertSame("tanh", x, there, 4);
    }

    @Test
    void nothingFallsBack() {
        HostFallback.resetCalls();
        Tensor x = Tensor.zeros(3, 4).to(CUDA);
        x.add(1).exp().mul(x).t().contiguous().to(DType.FLOAT64);
        assertEquals(java.util.Map.of(), HostFallback.calls());
    }

    /** PyTorch's kernels multiply halves one by one, and each product rounds; on its CPU only bfloat16 does. */
    @Test
    void powersOfHalvesRoundTwice() {
        for (DType type : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
            Tensor x = Tensor.linspace(-3, 3, 999).to(type);
            Tensor square = x.mul(x);
            assertSame("cube " + type, square.mul(x), x.to(CUDA).pow(3), 0);
            assertSame("inverse " + type, square.to(DType.FLOAT64).reciprocal().to(type), x.to(CUDA).pow(-2), 0);
            Tensor there = x.to(CUDA);
            assertSame("in place " + type, square.mul(x), there.powInPlace(3), 0);
        }
        Tensor x = Tensor.linspace(0.1, 2, 400).to(DType.BFLOAT16);
        Tensor[] gradients = new Tensor[2];
        for (int i = 0; i < 2; i++) {
            Tensor leaf = (i == 0 ? x : x.to(CUDA)).detach().setRequiresGrad(true);
            leaf.rsqrt().sum().backward();
            gradients[i] = leaf.grad();
        }
        assertSame("gradient of rsqrt", gradients[0], gradients[1], 0);
    }
}
