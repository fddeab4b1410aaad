package io.candela.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the memory of intermediate results goes, if whoever made them says that nobody else has seen them. */
class GraphMemoryTest {
    private static final int SIZE = 5000; // large enough for memory of its own

    private static Tensor leaf() {
        return Tensor.rand(SIZE).setRequiresGrad(true);
    }

    @Test
    void whatNoOperationSavedGoesAtOnce() {
        Tensor a = leaf().add(1.0);
        Tensor b = a.add(2.0);
        Op.releaseWithGraph(a);
        assertTrue(a.storage().isReleased());
        assertFalse(b.storage().isReleased());
        b.sum().backward();
    }

    @Test
    void whatWasSavedGoesAsTheWalkPassesTheLastOperationThatSavedIt() {
        List<Boolean> released = new ArrayList<>();
        Tensor x = leaf();
        Tensor before = x.mul(2.0);
        before.registerHook(g -> null);
        Tensor a = before.exp(); // saves its result
        Tensor b = a.square(); // saves its operand
        b.registerHook(g -> {
            released.add(a.storage().isReleased());
            return null;
        });
        before.registerHook(g -> {
            released.add(a.storage().isReleased());
            return null;
        });
        Op.releaseWithGraph(a);
        assertFalse(a.storage().isReleased());
        b.sum().backward();
        assertEquals(List.of(false, true), released);
        double y = Math.exp(2 * x.get(7).item());
        assertEquals(4 * y * y, x.grad().get(7).item(), 1e-3 * y * y);
    }

    @Test
    void aViewOfWhatWasSavedKeepsIt() {
        Tensor x = leaf();
        Tensor a = x.exp();
        Tensor view = a.view(50, 100);
        Tensor b = view.square();
        Op.releaseWithGraph(view);
        assertFalse(a.storage().isReleased());
        b.sum().backward();
        assertTrue(a.storage().isReleased());
        double y = Math.exp(x.get(3).item());
        assertEquals(2 * y * y, x.grad().get(3).item(), 1e-4 * y * y);
    }

    @Test
    void aGraphThatIsRetainedKeepsEverything() {
        Tensor x = leaf();
        Tensor a = x.exp();
        Tensor b = a.square();
        Op.releaseWithGraph(a);
        Tensor loss = b.sum();
        loss.backward(null, true, false);
        assertFalse(a.storage().isReleased());
        loss.backward();
        assertTrue(a.storage().isReleased());
    }

    @Test
    void othersMayHaveSavedItInAnotherGraph() {
        Tensor x = leaf();
        Tensor a = x.exp();
        Tensor first = a.square().sum();
        Tensor second = a.detach().mul(leaf()).sum();
        Op.releaseWithGraph(a);
        first.backward();
        assertFalse(a.storage().isReleased());
        second.backward();
        assertTrue(a.storage().isReleased());
    }

    /** Its gradient is the tensor that it saved. */
    private static final class Passing extends UnaryOp {
        private Saved saved;

        @Override
        public String name() {
            return "passing";
        }

        @Override
        protected Tensor forward(Tensor x) {
            saved = save(x);
            return x.mul(1.0);
        }

        @Override
        protected Tensor grad(Tensor g) {
            return saved.get();
        }
    }

    @Test
    void aGradientThatIsASavedTensorOutlivesIt() {
        Tensor x = leaf();
        Tensor a = x.add(1.0);
        Tensor b = Autograd.apply(new Passing(), a);
        Op.releaseWithGraph(a);
        b.sum().backward();
        assertEquals(x.get(9).item() + 1, x.grad().get(9).item(), 1e-6);
    }

    @Test
    void anExceptionOnTheWayFreesWhatWasPassed() {
        Tensor x = leaf();
        Tensor a = x.exp();
        Tensor b = a.square();
        x.registerHook(g -> {
            throw new IllegalStateException("mine");
        });
        Op.releaseWithGraph(a);
        assertThrows(IllegalStateException.class, () -> b.sum().backward());
        assertTrue(a.storage().isReleased());
    }
}
