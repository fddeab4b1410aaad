package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Large operands that lie in another order than the result give the same bits as their contiguous copies. */
class ScatteredOperandsTest {
    static Stream<Arguments> orders() {
        Generator.getDefault().manualSeed(3);
        return Stream.of(
                Arguments.of("transposed", Tensor.randn(301, 407).t()),
                Arguments.of("every second", Tensor.randn(200, 801).slice(1, 0, 801, 2)),
                Arguments.of("permuted", Tensor.randn(31, 47, 53).permute(2, 0, 1)),
                Arguments.of("reversed order", Tensor.randn(11, 13, 17, 29).permute(3, 2, 1, 0)),
                Arguments.of("a part of more", Tensor.randn(400, 500).narrow(0, 3, 333).narrow(1, 7, 222).t()),
                Arguments.of("one wide row", Tensor.randn(70000, 2).narrow(1, 1, 1).t()),
                Arguments.of("expanded", Tensor.randn(300, 1, 2).transpose(0, 2).expand(2, 120, 300)),
                Arguments.of("seven dimensions", Tensor.randn(3, 4, 5, 6, 7, 8, 9).permute(6, 5, 4, 3, 2, 1, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("orders")
    void sameBits(String name, Tensor x) {
        Tensor dense = copyOneByOne(x);
        Tensor other = Tensor.randn(x.shape().toArray());
        same(x, dense, Tensor::contiguous);
        same(x, dense, Tensor::relu);
        same(x, dense, Tensor::exp);
        same(x, dense, t -> t.add(other));
        same(x, dense, t -> other.sub(t));
        same(x, dense, t -> t.mul(t));
        same(x, dense, t -> t.gt(0).to(DType.FLOAT32));
        same(x, dense, t -> t.pow(3));
        same(x, dense, t -> t.clamp(-0.5, 0.5));
        same(x, dense, t -> other.addcmul(t, t, 0.5));
        same(x, dense, t -> Tensor.where(other.gt(0), t, other));
        same(x, dense, t -> other.clone().addInPlace(t));
    }

    private static void same(Tensor x, Tensor dense, UnaryOperator<Tensor> f) {
        assertTrue(f.apply(x).equal(f.apply(dense)));
    }

    /** A copy that no kernel of large tensors takes part in. */
    private static Tensor copyOneByOne(Tensor x) {
        float[] all = new float[x.numel()];
        int[] sizes = x.shape().toArray();
        float[] memory = x.viewOf(io.candela.tensor.Shape.of(extent(x)), new int[] {1}, x.offset()).toFloatArray();
        for (int i = 0; i < all.length; i++) {
            int at = 0;
            int rest = i;
            for (int d = sizes.length - 1; d >= 0; d--) {
                at += rest % sizes[d] * x.strides()[d];
                rest /= sizes[d];
            }
            all[i] = memory[at];
        }
        return Tensor.of(all, sizes);
    }

    private static int extent(Tensor x) {
        int last = 0;
        for (int d = 0; d < x.dim(); d++) {
            last += (x.size(d) - 1) * x.strides()[d];
        }
        return last + 1;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("orders")
    void noMemoryIsKept(String name, Tensor x) {
        Autograd.noGrad(() -> x.relu().release());
        long before = CpuBackend.usedBytes();
        Autograd.noGrad(() -> x.relu().release());
        assertEquals(before, CpuBackend.usedBytes());
    }
}
