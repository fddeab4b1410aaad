package io.candela.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.ops.Linear;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** {@code Autograd.grad}, derivatives of functions, checkpoints, modes. Numbers are PyTorch 2.13's for the same lines. */
class DerivativesTest {
    private static Tensor leaf(double... values) {
        return Tensor.of(values).setRequiresGrad(true);
    }

    private static void assertValues(Tensor t, double... expected) {
        assertArrayEquals(expected, t.toDoubleArray(), 1e-9);
    }

    // ---- grad and backward ----

    @Test
    void gradAccumulatesNothing() {
        Tensor a = leaf(1, 2);
        Tensor b = leaf(3, 4);
        Tensor product = a.mul(b);
        Tensor[] g = Autograd.grad(product.square().sum(), a, product);
        assertValues(g[0], 18, 64);
        assertValues(g[1], 6, 16);
        assertNull(a.grad());
        assertNull(b.grad());
    }

    @Test
    void onlyTheNeededPartIsWalked() {
        Tensor a = leaf(1, 2);
        Tensor b = leaf(3, 4);
        AtomicInteger calls = new AtomicInteger();
        Tensor side = b.mul(2.0);
        side.registerHook(g -> {
            calls.incrementAndGet();
            return null;
        });
        Tensor middle = a.mul(3.0);
        Tensor loss = middle.mul(side.exp()).sum();
        assertValues(Autograd.grad(new Tensor[] {loss}, new Tensor[] {middle}, null, true, false, false)[0], Math.exp(6), Math.exp(8));
        assertEquals(0, calls.get());
        loss.backward();
        assertEquals(1, calls.get());
        assertThrows(GraphException.class, () -> Autograd.grad(loss, a));
    }

    @Test
    void severalOutputsAndUnusedInputs() {
        Tensor a = leaf(1, 2);
        Tensor unused = leaf(1);
        Tensor[] outputs = {a.mul(2.0), a.square()};
        Tensor[] starts = {Tensor.of(new double[] {1, 10}), Tensor.of(new double[] {1, 1})};
        Tensor[] g = Autograd.grad(outputs, new Tensor[] {a, unused}, starts, true, false, true);
        assertValues(g[0], 4, 24);
        assertNull(g[1]);
        assertEquals("grad: no output depends on input 1 (1); pass allowUnused=true to get null for it", assertThrows(GraphException.class,
                () -> Autograd.grad(outputs, new Tensor[] {a, unused}, starts, false, false, false)).getMessage());
        assertEquals("grad: input 0 (1) does not require a gradient",
                assertThrows(GraphException.class, () -> Autograd.grad(a.sum(), Tensor.ones(1))).getMessage());
        assertThrows(GraphException.class, () -> Autograd.grad(a.mul(2.0), a));
    }

    @Test
    void gradientsOfLargeTensorsStay() {
        int n = 50_000;
        Tensor a = Tensor.ones(n).setRequiresGrad(true);
        Tensor b = a.mul(2.0);
        Tensor[] g = Autograd.grad(b.mul(3.0).add(a).sum(), a, b);
        a.mul(2.0).exp().sum().backward(); // would reuse memory that was freed
        assertEquals(7.0 * n, g[0].sum().item());
        assertEquals(3.0 * n, g[1].sum().item());
    }

    @Test
    void backwardForSomeInputs() {
        Tensor a = leaf(1, 2);
        Tensor b = leaf(3, 4);
        Tensor middle = a.mul(b);
        Tensor[] roots = {middle.sum(), middle.square().sum()};
        Autograd.backward(roots, new Tensor[] {null, Tensor.scalar(2.0).to(DType.FLOAT64)}, true, false, a, middle);
        assertValues(a.grad(), 3 + 4 * 3 * 3, 4 + 4 * 8 * 4);
        assertValues(middle.grad(), 1 + 4 * 3, 1 + 4 * 8);
        assertNull(b.grad());
        Autograd.backward(roots, null, false, false);
        assertValues(b.grad(), 1 + 2 * 3, 2 + 2 * 8 * 2);
    }

    @Test
    void aGradientLiesInMemoryAsItsLeafDoes() {
        Tensor p = Tensor.ones(2, 4, 4, 3).permute(0, 3, 1, 2).detach().setRequiresGrad(true); // channels last
        p.mul(Tensor.arange(96).view(2, 3, 4, 4)).sum().backward();
        assertArrayEquals(new int[] {48, 1, 12, 3}, p.grad().strides());
        assertEquals(95, p.grad().at(1, 2, 3, 3));
        assertEquals(16, p.grad().at(0, 1, 0, 0));
        Tensor gaps = Tensor.ones(2, 6).slice(1, 0, 6, 2).detach().setRequiresGrad(true);
        gaps.mul(2.0).sum().backward();
        assertTrue(gaps.grad().isContiguous());
    }

    @Test
    void higherDerivatives() {
        Tensor x = leaf(2);
        Tensor y = x.pow(4.0).sum();
        for (double expected : new double[] {32, 48, 48, 24}) {
            y = Autograd.grad(new Tensor[] {y.sum()}, new Tensor[] {x}, null, true, true, false)[0];
            assertEquals(expected, y.item(), 1e-9);
        }
    }

    // ---- functional ----

    private static final UnaryOperator<Tensor> F =
            t -> Tensor.stack(0, t.get(0).mul(t.get(1)), t.get(1).exp().mul(t.get(2)));
    private static final UnaryOperator<Tensor> H = t -> t.pow(3.0).sum().mul(t.get(0));
    private final Tensor at = Tensor.of(new double[] {0.5, -1, 2});

    @Test
    void jacobianAndHessian() {
        double e = Math.exp(-1);
        Tensor j = Functional.jacobian(F, at);
        assertValues(j, -1, 0.5, 0, 0, 2 * e, e);
        assertFalse(j.requiresGrad());
        Tensor h = Functional.hessian(H, at);
        assertEquals("(3, 3)", h.shape().toString());
        assertValues(h, 3, 3, 12, 3, -3, 0, 12, 0, 6);
        Tensor[][] blocks = Functional.jacobian(xs -> new Tensor[] {xs[0].mul(xs[1]), xs[0].sum()}, at, at);
        assertValues(blocks[0][1], 0.5, 0, 0, 0, -1, 0, 0, 0, 2);
        assertValues(blocks[1][0], 1, 1, 1);
        assertValues(blocks[1][1], 0, 0, 0);
        assertEquals("(3)", blocks[1][1].shape().toString());
    }

    @Test
    void products() {
        double e = Math.exp(-1);
        assertValues(Functional.vjp(F, at, Tensor.of(new double[] {2, 3})).product(), -2, 1 + 6 * e, 3 * e);
        assertValues(Functional.jvp(F, at, Tensor.of(new double[] {1, 2, 3})).product(), 0, 7 * e);
        Functional.Result r = Functional.hvp(H, at, Tensor.of(new double[] {1, 2, 3}));
        assertValues(r.product(), 45, -3, 30);
        assertValues(r.output(), 0.5 * (0.125 - 1 + 8));
        assertValues(Functional.jvp(t -> Tensor.ones(DType.FLOAT64, 2), at, at).product(), 0, 0);
        Tensor x = at.clone().setRequiresGrad(true);
        Functional.jacobian(t -> t.pow(3.0), x, true).sum().backward();
        assertValues(x.grad(), 3, -6, 12);
    }

    // ---- checkpoints ----

    private static Tensor dropout(Tensor x) {
        return x.mul(x.detach().clone().bernoulliInPlace(0.5));
    }

    @Test
    void aCheckpointGivesTheSameGradients() {
        Tensor x = leaf(0.5, -1, 2, 0.25);
        Tensor w = leaf(0.1, 0.2, 0.3, 0.4);
        UnaryOperator<Tensor> block = t -> dropout(t.mul(w).tanh()).exp().mul(t).sigmoid();
        Tensor.manualSeed(3);
        block.apply(block.apply(x)).sum().backward();
        Tensor expectedX = x.grad().clone();
        Tensor expectedW = w.grad().clone();
        double next = Tensor.rand(1).item();
        x.clearGrad();
        w.clearGrad();
        AtomicInteger calls = new AtomicInteger();
        UnaryOperator<Tensor> counted = t -> {
            calls.incrementAndGet();
            return block.apply(t);
        };
        Tensor.manualSeed(3);
        Tensor loss = Checkpoint.checkpoint(counted, Checkpoint.checkpoint(counted, x)).sum();
        assertEquals(2, calls.get());
        assertEquals(next, Tensor.rand(1).item());
        Tensor[] g = Autograd.grad(new Tensor[] {loss}, new Tensor[] {x, w}, null, true, false, false);
        assertEquals(4, calls.get());
        assertValues(g[0], expectedX.toDoubleArray());
        assertValues(g[1], expectedW.toDoubleArray());
        loss.backward();
        assertValues(x.grad(), expectedX.toDoubleArray());
        assertValues(w.grad(), expectedW.toDoubleArray());
        assertEquals(4, calls.get(), "what was computed again stays as long as the graph");
        assertThrows(GraphException.class, loss::backward);
    }

    @Test
    void checkpointsNest() {
        Tensor x = leaf(0.5, -1);
        AtomicInteger inner = new AtomicInteger();
        Tensor y = Checkpoint.checkpoint(t -> Checkpoint.checkpoint(s -> {
            inner.incrementAndGet();
            return s.sin().exp();
        }, t.square()).mul(t), x);
        y.sum().backward();
        Tensor expected = Autograd.grad(x.square().sin().exp().mul(x).sum(), x)[0];
        assertValues(x.grad(), expected.toDoubleArray());
        assertEquals(3, inner.get());
    }

    @Test
    void checkpointsAndSecondDerivatives() {
        Tensor w = Tensor.of(new double[] {0.3, -0.2, 0.5, 0.7}, 2, 2).setRequiresGrad(true);
        Tensor x = Tensor.of(new double[] {1, 2, -1, 0.5}, 2, 2).setRequiresGrad(true);
        GradCheck.gradgradcheck(p -> new Tensor[] {Checkpoint.checkpoint((a, b) -> Linear.apply(a, b, null).tanh().exp().mul(a), p[0], p[1])}, x, w);
    }

    @Test
    void aCheckpointsInputMustNotChange() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(1.0);
        Tensor loss = Checkpoint.checkpoint(t -> t.exp().sin(), y).sum();
        Autograd.noGrad(() -> y.addInPlace(1.0));
        assertThrows(GraphException.class, loss::backward);
        AtomicInteger calls = new AtomicInteger();
        Tensor changing = Checkpoint.checkpoint(t -> calls.getAndIncrement() == 0 ? t.exp() : t.exp().sin(), x).sum();
        assertEquals("checkpoint: the function kept 1 tensors for its gradient the first time and 2 the second; it must do the same both times",
                assertThrows(GraphException.class, changing::backward).getMessage());
    }

    // ---- modes ----

    @Test
    void modesAsResources() {
        Tensor x = leaf(1);
        try (GradMode off = Autograd.setGradEnabled(false)) {
            assertFalse(x.mul(2.0).requiresGrad());
            try (GradMode on = Autograd.setGradEnabled(true)) {
                assertTrue(x.mul(2.0).requiresGrad());
            }
            assertFalse(Autograd.isGradEnabled());
        }
        assertTrue(Autograd.isGradEnabled());
    }

    @Test
    void inferenceTensorsStayOutside() {
        Tensor x = leaf(1, 2);
        Tensor made;
        Tensor view;
        try (GradMode mode = Autograd.inferenceMode()) {
            made = x.mul(2.0);
            view = x.view(2, 1);
        }
        assertFalse(made.requiresGrad());
        assertThrows(GraphException.class, () -> made.setRequiresGrad(true));
        assertThrows(GraphException.class, () -> x.mul(made));
        assertThrows(GraphException.class, () -> made.mulInPlace(x));
        x.add(made).sum().backward(); // saves nothing
        assertValues(made.clone().mul(x), 2, 8);
        assertValues(view, 1, 2);
    }
}
