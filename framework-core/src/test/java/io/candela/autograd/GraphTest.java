package io.candela.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.ops.NllLoss;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.GradCheck;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the graph promises, beyond the gradients of single ops. */
class GraphTest {
    private static Tensor leaf(float... values) {
        return Tensor.of(values).setRequiresGrad(true);
    }

    private static void assertGrad(Tensor leaf, float... expected) {
        assertArrayEquals(expected, leaf.grad().toFloatArray(), 1e-6f);
    }

    private static void assertMessage(String expected, Executable code) {
        assertEquals(expected, assertThrows(GraphException.class, code).getMessage());
    }

    // ---- the walk ----

    @Test
    void chainOf100000Nodes() {
        Tensor x = leaf(1, 2);
        Tensor y = x;
        for (int i = 0; i < 100_000; i++) {
            y = y.add(1.0);
        }
        y.sum().backward();
        assertGrad(x, 1, 1);
    }

    @Test
    void chainInPlaceOf10000Nodes() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(1.0);
        for (int i = 0; i < 10_000; i++) {
            y.addInPlace(1.0);
        }
        y.sum().backward();
        assertGrad(x, 1, 1);
    }

    @Test
    void diamonds() {
        Tensor x = leaf(3);
        Tensor a = x.mul(2.0);
        Tensor b = a.mul(a).add(a); // 4x² + 2x
        Tensor c = b.mul(a).sub(b); // 8x³ + 4x² − 4x² − 2x
        c.sum().backward();
        assertGrad(x, 24 * 9 - 2);
    }

    @Test
    void exponentiallyManyPathsAreWalkedOnce() {
        Tensor x = leaf(1);
        Tensor y = x;
        for (int i = 0; i < 100; i++) {
            y = y.mul(0.5).add(y.mul(0.5));
        }
        y.sum().backward();
        assertGrad(x, 1);
    }

    @Test
    void aNodeWaitsForItsDeepestConsumer() {
        Tensor x = leaf(2);
        Tensor y = x.mul(3.0);
        Tensor deep = y;
        for (int i = 0; i < 10; i++) {
            deep = deep.mul(1.0);
        }
        y.add(deep).mul(y).sum().backward(); // (y + y) y = 18 x²
        assertGrad(x, 72);
    }

    @Test
    void oneOperandTwice() {
        Tensor x = leaf(2, 3);
        Tensor.cat(0, x, x, x).mul(Tensor.of(new float[] {1, 2, 3, 4, 5, 6})).sum().backward();
        assertGrad(x, 9, 12);
        x.clearGrad();
        x.matmul(x).backward();
        assertGrad(x, 4, 6);
    }

    @Test
    void broadcastOperandsGetSums() {
        Tensor row = leaf(1, 2, 3);
        Tensor number = Tensor.scalar(2.0).setRequiresGrad(true);
        Tensor.ones(4, 3).mul(row).add(number).sum().backward();
        assertGrad(row, 4, 4, 4);
        assertEquals(12, number.grad().item());
        assertEquals(0, number.grad().dim());
    }

    @Test
    void gradientsHaveTheLeafsTypeAndContiguousMemory() {
        Tensor x = Tensor.ones(3, 4).setRequiresGrad(true);
        x.to(DType.FLOAT64).t().mul(Tensor.ones(DType.FLOAT64, 4, 3)).sum().backward();
        assertEquals(DType.FLOAT32, x.grad().dtype());
        assertTrue(x.grad().isContiguous());
    }

    // ---- grad() ----

    @Test
    void backwardTwiceAccumulates() {
        Tensor x = leaf(1, 2);
        x.mul(3.0).sum().backward();
        Tensor held = x.grad();
        x.mul(4.0).sum().backward();
        assertGrad(x, 7, 7);
        assertSame(held, x.grad(), "as in PyTorch, the gradient grows in place");
        Tensor loss = x.mul(x).sum();
        loss.backward(null, true, false);
        loss.backward();
        assertGrad(x, 7 + 4, 7 + 8);
    }

    @Test
    void leafGradientsDoNotAlias() {
        Tensor a = leaf(1, 2);
        Tensor b = leaf(3, 4);
        Tensor c = Tensor.ones(2, 1).setRequiresGrad(true);
        Tensor upstream = Tensor.of(new float[] {5, 6});
        a.add(b).add(c.view(2)).backward(upstream);
        a.grad().fillInPlace(-1);
        assertGrad(b, 5, 6);
        assertGrad(c, 5, 6);
        assertArrayEquals(new float[] {5, 6}, upstream.toFloatArray());
        b.grad().fillInPlace(-2);
        assertGrad(c, 5, 6);
        upstream.fillInPlace(9);
        assertGrad(c, 5, 6);
    }

    @Test
    void theCallersGradientIsNotAdopted() {
        Tensor a = leaf(1, 2);
        Tensor upstream = Tensor.of(new float[] {5, 6});
        a.view(1, 2).view(2).backward(upstream);
        a.grad().zeroInPlace();
        assertArrayEquals(new float[] {5, 6}, upstream.toFloatArray());
        a.clearGrad();
        a.backward(upstream);
        upstream.zeroInPlace();
        assertGrad(a, 5, 6);
    }

    @Test
    void largeLeafGradientsDoNotAlias() { // larger than the storages that share slabs, whose memory is reused at once
        int n = 50_000;
        Tensor a = Tensor.ones(n).setRequiresGrad(true);
        Tensor b = Tensor.ones(n).setRequiresGrad(true);
        for (int step = 1; step < 4; step++) {
            a.add(b).mul(2.0).add(a.mul(b)).sum().backward();
            Tensor.full(a.shape(), 77, DType.FLOAT32, a.device());
            assertEquals(3.0 * step * n, a.grad().sum().item());
            assertEquals(3.0 * step * n, b.grad().sum().item());
        }
    }

    @Test
    void clearedGradientsMayBeHeld() {
        int n = 10_000;
        Tensor x = Tensor.ones(n).setRequiresGrad(true);
        x.mul(3.0).sum().backward();
        Tensor held = x.grad();
        x.clearGrad();
        assertNull(x.grad());
        for (int i = 0; i < 10; i++) {
            x.mul(5.0).sum().backward();
            assertEquals(3, held.at(n - 1));
            assertEquals(3.0 * n, held.sum().item());
            assertNotSame(held, x.gradOrNull());
            x.clearGrad();
        }
    }

    @Test
    void clearedGradientsThatNobodyHoldsAreReused() {
        Tensor x = Tensor.ones(100_000).setRequiresGrad(true);
        x.mul(3.0).sum().backward();
        Tensor unheld = x.gradOrNull();
        x.clearGrad();
        assertThrows(IllegalStateException.class, () -> unheld.sum());
    }

    @Test
    void setGradChecks() {
        Tensor x = leaf(1, 2);
        Tensor g = Tensor.of(new float[] {3, 4});
        x.setGrad(g);
        assertSame(g, x.grad());
        assertEquals("setGrad: gradient (1) must have the tensor's shape (2)",
                assertThrows(ShapeException.class, () -> x.setGrad(Tensor.zeros(1))).getMessage());
        assertThrows(DTypeException.class, () -> x.setGrad(Tensor.zeros(DType.FLOAT64, 2)));
        x.setGrad(null);
        assertNull(x.grad());
    }

    @Test
    void retainGrad() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(3.0);
        y.retainGrad();
        Tensor z = y.square();
        z.sum().backward();
        assertGrad(y, 6, 12);
        assertGrad(x, 18, 36);
        assertNull(z.grad());
        y.grad().zeroInPlace();
        assertGrad(x, 18, 36);
        assertMessage("retainGrad: (2) does not require a gradient", () -> Tensor.zeros(2).retainGrad());
    }

    // ---- what backward refuses ----

    @Test
    void severalElementsNeedAGradient() {
        Tensor y = leaf(1, 2).mul(2.0);
        assertMessage("backward: only a tensor of one element has a gradient of its own, got (2); reduce it with sum() or mean(), or pass a gradient",
                y::backward);
        assertEquals("backward: gradient (3) must have the shape of the tensor (2)",
                assertThrows(ShapeException.class, () -> y.backward(Tensor.ones(3))).getMessage());
        y.backward(Tensor.ones(2));
    }

    @Test
    void tensorsOutsideTheGraphRefuse() {
        assertMessage("backward: tensor () does not require a gradient: no operand of it does, or it was made inside noGrad",
                () -> Tensor.ones(2).sum().backward());
        Tensor x = leaf(1);
        assertThrows(GraphException.class, () -> x.detach().sum().backward());
        assertThrows(GraphException.class, () -> Autograd.noGrad(() -> x.sum()).backward());
    }

    @Test
    void secondBackwardThroughAFreedGraph() {
        Tensor x = leaf(1, 2);
        Tensor loss = x.exp().sum();
        loss.backward();
        assertMessage("exp: the graph was freed by an earlier backward(); pass retainGraph=true to that one to go through it again", loss::backward);
        assertGrad(x, (float) Math.E, (float) Math.exp(2));
    }

    @Test
    void changesInPlaceOfSavedTensorsAreDetected() {
        Tensor x = leaf(1, 2);
        Tensor y = x.exp();
        Tensor loss = y.sum();
        Autograd.noGrad(() -> y.addInPlace(1.0));
        assertMessage("exp: saved tensor (2) was modified in place after forward (version 1, saved at 0); clone() it before, or use the form that is "
                + "not in place", loss::backward);
        assertNull(x.grad());

        Tensor w = Tensor.ones(2);
        Tensor product = x.mul(w).sum();
        w.view(1, 2).select(0, 0).mulInPlace(2.0); // through a view
        assertThrows(GraphException.class, product::backward);
    }

    @Test
    void changesOfIndicesAreDetected() {
        Tensor x = Tensor.ones(3, 2).setRequiresGrad(true);
        Tensor index = Tensor.of(new long[] {0, 2});
        Tensor picked = x.indexSelect(0, index).sum();
        index.zeroInPlace();
        assertThrows(GraphException.class, picked::backward);

        Tensor positions = Tensor.of(new long[] {1, 1}, 1, 2);
        Tensor gathered = x.gather(0, positions).sum();
        positions.zeroInPlace();
        assertThrows(GraphException.class, gathered::backward);

        Tensor labels = Tensor.of(new long[] {1, 1, 0});
        Tensor loss = NllLoss.apply(x, labels, null, -100, NllLoss.Reduction.MEAN);
        labels.zeroInPlace();
        assertThrows(GraphException.class, loss::backward);
        assertNull(x.grad());
    }

    @Test
    void leavesCannotBeChangedInPlace() {
        Tensor x = leaf(1, 2);
        assertMessage("add: a leaf (2) that requires a gradient cannot be changed in place; do it inside Autograd.noGrad", () -> x.addInPlace(1.0));
        assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
        Autograd.noGrad(() -> x.addInPlace(1.0));
        assertArrayEquals(new float[] {2, 3}, x.toFloatArray());
        assertTrue(x.isLeaf());
    }

    @Test
    void aViewFollowsItsBaseThatWasChangedInTheGraph() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(2.0);
        Tensor view = y.view(2, 1);
        y.mulInPlace(3.0);
        view.sum().backward(null, true, false);
        assertGrad(x, 6, 6);
        y.sum().backward();
        assertGrad(x, 12, 12);
    }

    @Test
    void anExceptionOnTheWayLeavesEveryGradientAsItWas() {
        Tensor a = leaf(1, 2);
        Tensor b = leaf(3, 4);
        a.add(b).sum().backward();
        Tensor late = b.exp();
        Tensor loss = late.mul(a).sum();
        Autograd.noGrad(late::zeroInPlace);
        assertThrows(GraphException.class, loss::backward);
        assertGrad(a, 1, 1);
        assertGrad(b, 1, 1);
        a.mul(b).sum().backward(); // and the next walk starts from a clean state
        assertGrad(a, 4, 5);
        assertGrad(b, 2, 3);
    }

    // ---- modes ----

    @Test
    void retainGraphAndCreateGraph() {
        Tensor x = Tensor.of(new double[] {2, 3}).setRequiresGrad(true);
        Tensor y = x.square().mul(x).sum(); // x³
        y.backward(null, false, true);
        Tensor first = x.grad();
        assertArrayEquals(new double[] {12, 27}, first.toDoubleArray(), 1e-12);
        assertTrue(first.requiresGrad());
        x.clearGrad();
        first.sum().backward(null, false, true);
        Tensor second = x.grad();
        assertArrayEquals(new double[] {12, 18}, second.toDoubleArray(), 1e-12);
        x.clearGrad();
        second.sum().backward();
        assertArrayEquals(new double[] {6, 6}, x.grad().toDoubleArray(), 1e-12);
    }

    @Test
    void createGraphAccumulatesOutOfPlace() {
        Tensor x = leaf(2);
        x.square().sum().backward(null, false, true);
        Tensor first = x.grad();
        x.square().sum().backward(null, false, true);
        assertNotSame(first, x.grad());
        assertEquals(4, first.item());
        assertEquals(8, x.grad().item());
    }

    @Test
    void secondDerivativesOfANetwork() {
        Tensor w = Tensor.of(new double[] {0.3, -0.2, 0.5, 0.7, -0.4, 0.1}, 2, 3);
        Tensor x = Tensor.of(new double[] {1, 2, 3, -1, 0.5, 0.25}, 2, 3);
        GradCheck.checkSecond("network", p -> new Tensor[] {
            io.candela.ops.Linear.apply(p[1], p[0], null).tanh().logSoftmax(1).mean().add(p[0].norm())}, List.of(w, x));
    }

    @Test
    void noGradAndEnableGradNest() {
        Tensor x = leaf(1);
        assertTrue(Autograd.isGradEnabled());
        Autograd.noGrad(() -> {
            assertFalse(Autograd.isGradEnabled());
            assertFalse(x.mul(2.0).requiresGrad());
            Autograd.enableGrad(() -> assertTrue(x.mul(2.0).requiresGrad()));
            assertFalse(Autograd.isGradEnabled());
        });
        assertThrows(IllegalStateException.class, () -> Autograd.noGrad((Runnable) () -> {
            throw new IllegalStateException();
        }));
        assertTrue(Autograd.isGradEnabled());
    }

    @Test
    void modesBelongToTheThread() throws InterruptedException {
        AtomicReference<Boolean> other = new AtomicReference<>();
        Thread thread = new Thread(() -> other.set(Autograd.isGradEnabled()));
        Autograd.noGrad(() -> {
            thread.start();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertEquals(true, other.get());
    }

    @Test
    void aFailedOpLeavesTheModeAsItWas() {
        Tensor x = leaf(1, 2);
        assertThrows(ShapeException.class, () -> x.add(Tensor.zeros(3)));
        assertThrows(ShapeException.class, () -> x.matmul(Tensor.zeros(3)));
        assertTrue(x.mul(2.0).requiresGrad());
    }

    @Test
    void detach() {
        Tensor x = leaf(1, 2);
        Tensor d = x.detach();
        assertFalse(d.requiresGrad());
        assertTrue(d.isLeaf());
        assertSame(x.storage(), d.storage());
        x.mul(d).sum().backward();
        assertGrad(x, 1, 2);
        Tensor y = x.mul(2.0);
        Tensor cut = y.detach().setRequiresGrad(true);
        cut.sum().backward();
        assertGrad(cut, 1, 1);
    }

    @Test
    void requiresGradNeedsFloatingPoint() {
        for (DType type : List.of(DType.BOOL, DType.UINT8, DType.INT32, DType.INT64)) {
            assertEquals("setRequiresGrad: only floating point tensors can require a gradient, got " + type,
                    assertThrows(DTypeException.class, () -> Tensor.zeros(type, 2).setRequiresGrad(true)).getMessage());
        }
        assertMessage("setRequiresGrad: (1) is the result of an operation; use detach()", () -> leaf(1).mul(2.0).setRequiresGrad(false));
    }

    @Test
    void integersTakeNoPart() {
        Tensor x = leaf(1, 2);
        for (Tensor t : List.of(x.to(DType.INT64), x.gt(0), x.argmax(), x.max(0).indices(), x.all(), x.isNan(), x.to(DType.BOOL), x.sort(0, true).indices())) {
            assertFalse(t.requiresGrad(), t::toString);
            assertTrue(t.isLeaf());
        }
        assertTrue(x.to(DType.FLOAT64).requiresGrad());
    }

    /** What somebody may write: a gradient that is a tensor which the op keeps anyway. */
    private static final class Careless extends UnaryOp {
        private final Tensor kept;

        Careless(Tensor kept) {
            this.kept = kept;
        }

        @Override
        public String name() {
            return "careless";
        }

        @Override
        protected Tensor forward(Tensor x) {
            return x.clone();
        }

        @Override
        protected Tensor grad(Tensor g) {
            return kept;
        }
    }

    @Test
    void aGradientThatAnOpKeepsIsNotAdopted() {
        Tensor kept = Tensor.full(io.candela.tensor.Shape.of(5000), 2, DType.FLOAT32, io.candela.tensor.Device.CPU);
        Tensor x = Tensor.ones(5000).setRequiresGrad(true);
        Autograd.apply(new Careless(kept), x).sum().backward();
        x.grad().zeroInPlace();
        assertEquals(2, kept.at(4999));
        x.clearGrad();
        Autograd.apply(new Careless(kept), x).sum().backward();
        x.gradOrNull();
        x.clearGrad();
        assertEquals(2, kept.at(4999));
    }
}
