package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Sequential} may take largest elements before ReLU: nobody can tell from the numbers, but for the sign of zero, and hooks see the layers in their order. */
class SequentialPoolTest {
    private static Tensor input() {
        Tensor.manualSeed(11);
        Tensor x = Tensor.randn(3, 5, 12, 10).mul(4).round().div(4).add(0); // ties, and zeros; none of them negative, since their sign may differ
        x.select(0, 0).select(0, 1).narrow(0, 0, 6).fillInPlace(-1);
        x.select(0, 1).select(0, 2).select(0, 3).select(0, 3).fillInPlace(Double.NaN);
        x.select(0, 2).select(0, 0).select(0, 7).select(0, 9).fillInPlace(Double.POSITIVE_INFINITY);
        x.select(0, 2).select(0, 1).select(0, 7).select(0, 9).fillInPlace(Double.NEGATIVE_INFINITY);
        return x;
    }

    private static Tensor upstream(Tensor y) {
        return Tensor.arange(y.numel()).remainder(7L).sub(3).to(y.dtype()).view(y.shape().toArray());
    }

    @Test
    void sameValuesAndGradients() {
        List<MaxPoolLayer> pools = List.of(new MaxPool2d(2), new MaxPool2d(new int[] {3}, MaxPool2d.options().withStride(2).withPadding(1)));
        for (MaxPoolLayer pool : pools) {
            Tensor x = input().setRequiresGrad(true);
            Tensor inOrder = input().setRequiresGrad(true);
            Tensor y = new Sequential(new ReLU(), pool, new Flatten()).forward(x);
            Tensor expected = pool.forward(new ReLU().forward(inOrder)).flatten(1, -1);
            Close.assertExact(pool, expected.detach(), y.detach());
            y.backward(upstream(y));
            expected.backward(upstream(expected));
            Close.assertExact(pool + ": gradient", inOrder.grad(), x.grad());
        }
    }

    @Test
    void hooksSeeEachLayersOwnInput() {
        List<Integer> widths = new ArrayList<>();
        ReLU relu = new ReLU();
        MaxPool2d pool = new MaxPool2d(2);
        Sequential net = new Sequential(relu, pool);
        relu.registerForwardHook((layer, in, out) -> {
            widths.add(in.size(3));
            return out;
        });
        net.forward(input());
        pool.registerForwardHook((layer, in, out) -> {
            widths.add(in.size(3));
            return out;
        });
        net.forward(input());
        assertEquals(List.of(10, 10, 10), widths);
        assertEquals(0, pool.forward(relu.forward(input())).lt(0).sum().item());
    }
}
