package io.candela.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hooks on gradients, and anomaly mode. */
class HooksTest {
    private static final int LARGE = 50_000; // of memory that is reused at once when it is freed

    private static void assertGrad(Tensor t, double... expected) {
        assertArrayEquals(expected, t.grad().toDoubleArray(), 1e-9);
    }

    private static Tensor leaf(double... values) {
        return Tensor.of(values).setRequiresGrad(true);
    }

    @Test
    void hooksReplaceGradients() { // PyTorch 2.13: x.grad −183, −363, y.grad 61, 121
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(3.0);
        y.registerHook(g -> g.mul(10.0));
        y.registerHook(g -> g.add(1.0));
        y.retainGrad();
        x.registerHook(Tensor::neg);
        y.mul(y).sum().backward();
        assertGrad(x, -183, -363);
        assertGrad(y, 61, 121);
    }

    @Test
    void gradientsThatWereShownStay() {
        Tensor x = Tensor.ones(LARGE).setRequiresGrad(true);
        List<Tensor> seen = new ArrayList<>();
        Tensor y = x.mul(2.0);
        Tensor z = y.mul(3.0);
        for (Tensor t : new Tensor[] {x, y, z}) {
            t.registerHook(g -> {
                seen.add(g);
                seen.add(g.mul(2.0)); // made inside the walk
                return null;
            });
        }
        for (int i = 1; i < 4; i++) {
            z.mul(5.0).add(y).sum().backward(null, true, false);
            assertEquals(32.0 * i, x.grad().at(LARGE - 1));
        }
        double[] expected = {5, 10, 16, 32, 32, 64};
        for (int i = 0; i < seen.size(); i++) {
            assertEquals(expected[i % 6] * LARGE, seen.get(i).sum().item(), "gradient " + i);
        }
        assertEquals(18, seen.size());
    }

    @Test
    void aGradientThatWasShownIsNotAdopted() {
        Tensor x = Tensor.ones(LARGE).setRequiresGrad(true);
        List<Tensor> seen = new ArrayList<>();
        Tensor y = x.add(1.0);
        y.registerHook(g -> {
            seen.add(g);
            return null;
        });
        y.mul(4.0).sum().backward();
        x.grad().zeroInPlace();
        assertEquals(4, seen.get(0).at(0));
    }

    @Test
    void handlesRemove() {
        Tensor x = leaf(1);
        HookHandle first = x.registerHook(g -> g.mul(2.0));
        try (HookHandle second = x.registerHook(g -> g.mul(3.0))) {
            x.sum().backward();
            assertGrad(x, 6);
        }
        x.sum().backward();
        assertGrad(x, 8);
        first.remove();
        first.remove();
        x.sum().backward();
        assertGrad(x, 9);
    }

    @Test
    void afterAccumulation() {
        Tensor x = leaf(1, 2);
        x.registerPostAccumulateGradHook(p -> {
            Autograd.noGrad(() -> p.subInPlace(p.grad().mul(0.5)));
            p.clearGrad();
        });
        x.mul(4.0).sum().backward();
        assertNull(x.grad());
        assertArrayEquals(new double[] {-1, 0}, x.toDoubleArray());
        Autograd.grad(x.mul(4.0).sum(), x);
        assertArrayEquals(new double[] {-1, 0}, x.toDoubleArray(), "not by grad()");
    }

    @Test
    void hooksSeeGradientsOfGrad() {
        Tensor x = leaf(1, 2);
        x.registerHook(g -> g.mul(10.0));
        assertArrayEquals(new double[] {20, 40}, Autograd.grad(x.mul(x).sum(), x)[0].toDoubleArray());
    }

    @Test
    void hooksOnContentsBeforeAChangeInPlace() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(1.0);
        List<Double> seen = new ArrayList<>();
        y.registerHook(g -> {
            seen.add(g.at(0));
            return null;
        });
        y.retainGrad();
        y.mulInPlace(5.0);
        y.sum().backward();
        assertEquals(List.of(5.0), seen, "with respect to the contents at registration");
        assertGrad(y, 1, 1);
    }

    @Test
    void refusals() {
        assertEquals("registerHook: (2) does not require a gradient",
                assertThrows(GraphException.class, () -> Tensor.ones(2).registerHook(g -> g)).getMessage());
        Tensor x = leaf(1, 2);
        assertThrows(GraphException.class, () -> x.mul(2.0).registerPostAccumulateGradHook(p -> { }));
        x.registerHook(g -> g.sum());
        assertEquals("hook of leaf: a gradient (2) of float64 was replaced by () of float64; shape, type and device must stay",
                assertThrows(GraphException.class, () -> x.sum().backward()).getMessage());
        assertNull(x.grad());
    }

    @Test
    void anomalyModeNamesTheFirstNan() {
        Tensor x = leaf(0, 4);
        Tensor loss;
        try (GradMode mode = Autograd.detectAnomaly()) {
            loss = x.sqrt().mul(Tensor.of(new double[] {0, 1})).sum(); // 0 · ∞
            GraphException e = assertThrows(GraphException.class, loss::backward);
            assertTrue(e.getMessage().startsWith("sqrt: its backward made the first NaN, in the gradient (2) of operand 0; forward was called at "),
                    e::getMessage);
            assertTrue(List.of(e.getCause().getStackTrace()).stream().anyMatch(f -> f.getMethodName().equals("anomalyModeNamesTheFirstNan")));
        }
        assertNull(x.grad());
        x.sqrt().mul(Tensor.of(new double[] {0, 1})).sum().backward();
        assertTrue(Double.isNaN(x.grad().at(0)));
    }
}
