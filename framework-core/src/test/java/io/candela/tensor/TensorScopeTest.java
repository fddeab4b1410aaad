package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Scopes, release, and what becomes of tensors afterwards. */
class TensorScopeTest {
    private static final String RELEASED = "Tensor: used after its memory was released (TensorScope closed or release() called); "
            + "keep it with TensorScope.keep(tensor), or clone() it before the scope closes";

    private static void assertReleased(Tensor t) {
        assertEquals(RELEASED, assertThrows(IllegalStateException.class, t::toFloatArray).getMessage());
    }

    @Test
    void freesWhatItAllocatedAndNothingElse() {
        Tensor before = Tensor.ones(3000);
        Tensor inside;
        Tensor kept;
        try (var scope = TensorScope.open()) {
            inside = before.mul(2.0);
            kept = scope.keep(before.mul(3.0));
        }
        assertReleased(inside);
        assertEquals(3000, before.sum().item());
        assertEquals(9000, kept.sum().item());
        Tensor after = Tensor.ones(3000);
        assertEquals(3000, after.sum().item());
    }

    @Test
    void everyUseAfterwardsIsRefused() {
        for (int n : new int[] {4, 1000, 100_000}) {
            Tensor t = Tensor.ones(n);
            Tensor index = Tensor.arange(n);
            Tensor view = t.narrow(0, 1, 2);
            t.release();
            t.release();
            index.release();
            Tensor fine = Tensor.ones(n);
            Consumer<Runnable> refused = use -> assertEquals(RELEASED, assertThrows(IllegalStateException.class, use::run).getMessage());
            refused.accept(() -> t.add(fine));
            refused.accept(() -> fine.add(t));
            refused.accept(() -> fine.addInPlace(t));
            refused.accept(() -> fine.copyFrom(t));
            refused.accept(() -> t.copyFrom(fine));
            refused.accept(() -> t.fillInPlace(1));
            refused.accept(() -> t.uniformInPlace(0, 1));
            refused.accept(() -> t.exp());
            refused.accept(() -> t.tanh());
            refused.accept(() -> t.sum());
            refused.accept(() -> t.max());
            refused.accept(() -> t.argmax());
            refused.accept(() -> t.softmax(0));
            refused.accept(() -> t.view(1, n).matmul(fine.view(n, 1)));
            refused.accept(() -> fine.view(1, n).matmul(t.view(n, 1)));
            refused.accept(() -> fine.gather(0, index));
            refused.accept(() -> fine.indexSelect(0, index));
            refused.accept(() -> t.indexSelect(0, Tensor.arange(2)));
            refused.accept(() -> t.gather(0, Tensor.arange(2)));
            refused.accept(() -> t.sort(0, true));
            refused.accept(() -> t.cumsum(0));
            refused.accept(() -> t.clamp(0, 1));
            refused.accept(() -> t.gt(0));
            refused.accept(() -> t.to(DType.FLOAT64));
            refused.accept(() -> t.toNd4j());
            refused.accept(() -> t.toString());
            refused.accept(() -> t.at(0));
            refused.accept(() -> view.toDoubleArray());
            refused.accept(() -> t.narrow(0, 0, 1).item());
            assertEquals(n, fine.sum().item());
        }
    }

    @Test
    void scopesNest() {
        Tensor first;
        Tensor second;
        Tensor passedOn;
        try (var outer = TensorScope.open()) {
            first = Tensor.ones(3000);
            try (var inner = TensorScope.open()) {
                second = first.add(1.0);
                passedOn = inner.keep(first.add(2.0));
            }
            assertReleased(second);
            assertEquals(3000, first.sum().item());
            assertEquals(9000, passedOn.sum().item());
            outer.close();
            outer.close();
        }
        assertReleased(first);
        assertReleased(passedOn); // it belonged to the outer scope
    }

    @Test
    void closedInnermostFirstAndOnItsThread() throws InterruptedException {
        TensorScope outer = TensorScope.open();
        TensorScope inner = TensorScope.open();
        assertEquals("TensorScope: an inner scope is still open; close scopes innermost first",
                assertThrows(IllegalStateException.class, outer::close).getMessage());
        AtomicReference<Throwable> elsewhere = new AtomicReference<>();
        AtomicReference<Tensor> made = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            made.set(Tensor.ones(3000)); // belongs to no scope
            elsewhere.set(assertThrows(IllegalStateException.class, inner::close));
        });
        thread.start();
        thread.join();
        assertEquals("TensorScope: closed on another thread than the one that opened it", elsewhere.get().getMessage());
        inner.close();
        outer.close();
        assertEquals(3000, made.get().sum().item());
    }

    @Test
    void gradientsOfLeavesOutliveIt() {
        Tensor w = Tensor.ones(3000).setRequiresGrad(true);
        Tensor small = Tensor.ones(3).setRequiresGrad(true);
        for (int step = 1; step <= 3; step++) {
            try (var outer = TensorScope.open(); var inner = TensorScope.open()) {
                w.mul(2.0).sum().add(small.mul(w.narrow(0, 0, 3)).sum()).backward();
            }
            assertEquals(6000.0 * step + 3 * step, w.grad().sum().item());
            assertEquals(3.0 * step, small.grad().sum().item());
        }
    }

    @Test
    void keptAndRetainedGradientsOutliveIt() {
        Tensor x = Tensor.ones(3000).setRequiresGrad(true);
        Tensor y;
        try (var scope = TensorScope.open()) {
            x.square().sum().backward(null, false, true);
            x.square().sum().backward(null, false, true);
            y = scope.keep(x.mul(2.0));
            y.retainGrad();
            y.sum().backward();
        }
        assertEquals(6.0 * 3000, x.grad().sum().item());
        assertEquals(3000, y.grad().sum().item());
    }

    @Test
    void viewsShareTheirFate() {
        Tensor view;
        Tensor kept;
        try (var scope = TensorScope.open()) {
            Tensor base = Tensor.ones(50, 60);
            view = base.t();
            kept = scope.keep(Tensor.ones(50, 60).t());
        }
        assertReleased(view);
        assertEquals(3000, kept.sum().item());
    }

    @Test
    void memoryGoesBackAtOnce() {
        long before = io.candela.backend.cpu.CpuBackend.usedBytes();
        for (int i = 0; i < 300; i++) { // 2.5 GB in all
            try (var scope = TensorScope.open()) {
                Tensor.ones(1 << 20).mul(2.0);
            }
        }
        assertTrue(io.candela.backend.cpu.CpuBackend.usedBytes() - before < 64 << 20);
    }
}
