package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sequential frees what it alone has seen, and nothing else. */
class SequentialMemoryTest {
    private static final int ROWS = 64;

    /** Remembers what it gave, as a user's layer may. */
    private static final class Remembering extends Layer {
        private final Linear inner = register("inner", new Linear(8, 8));
        private final List<Tensor> seen = new ArrayList<>();

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = inner.forward(x);
            seen.add(x);
            seen.add(y);
            return y;
        }
    }

    private static Tensor input() {
        return Tensor.randn(ROWS, 8);
    }

    /** The outputs of a network's layers, in order, computed without Sequential. */
    private static List<Tensor> run(Sequential model, Tensor x) {
        List<Tensor> outputs = new ArrayList<>();
        Tensor y = x;
        for (Layer layer : model) {
            y = layer.forward(y);
            outputs.add(y);
        }
        return outputs;
    }

    @Test
    void valuesAndGradientsAreThoseOfTheLayersOneByOne() {
        var model = new Sequential(new Linear(8, 16), new ReLU(), new Identity(), new Flatten(), new Sequential(new Linear(16, 8), new Tanh()),
                new Linear(8, 3));
        Tensor x = input();
        List<Tensor> outputs = run(model, x);
        Tensor expected = outputs.get(outputs.size() - 1);
        expected.sum().backward();
        float[] gradient = model.parameters().get(0).grad().toFloatArray();
        model.zeroGrad();
        Tensor y = model.forward(x);
        y.sum().backward();
        assertTrue(y.equal(expected));
        assertArrayEquals(gradient, model.parameters().get(0).grad().toFloatArray());
        assertFalse(x.storage().isReleased());
        assertFalse(y.storage().isReleased());
        Tensor again = Autograd.noGrad(() -> model.forward(x));
        assertTrue(again.equal(expected));
        assertFalse(x.storage().isReleased());
    }

    @Test
    void frozenFirstLayerStillServesTheSecondOnesGradient() {
        var model = new Sequential(new Linear(8, 16), new ReLU(), new Linear(16, 3));
        model.get(0).requiresGrad(false);
        model.forward(input()).sum().backward();
        assertEquals(16 * 3, model.parameters().get(2).grad().numel());
    }

    @Test
    void retainedGraphCanBeWalkedAgain() {
        var model = new Sequential(new Linear(8, 16), new Sigmoid(), new Linear(16, 3));
        Tensor loss = model.forward(input()).sum();
        loss.backward(null, true, false);
        loss.backward();
        assertTrue(model.parameters().get(0).grad().isContiguous());
    }

    @Test
    void whatAUserLayerOrAHookHasSeenStays() {
        var remembering = new Remembering();
        var model = new Sequential(new Linear(8, 8), remembering, new ReLU(), new Linear(8, 2));
        model.forward(input()).sum().backward();
        for (Tensor t : remembering.seen) {
            assertFalse(t.storage().isReleased());
        }
        List<Tensor> hooked = new ArrayList<>();
        var plain = new Sequential(new Linear(8, 8), new ReLU(), new Linear(8, 2));
        plain.get(1).registerForwardHook((layer, in, out) -> {
            hooked.add(in);
            hooked.add(out);
            return null;
        });
        Autograd.noGrad(() -> plain.forward(input()));
        plain.forward(input()).sum().backward();
        for (Tensor t : hooked) {
            assertFalse(t.storage().isReleased());
        }
    }

    @Test
    void inputAndOutputStayWhereLayersPassThemThrough() {
        var model = new Sequential(new Identity(), new Flatten(), new ReLU(), new Flatten(), new Identity());
        Tensor x = input();
        Tensor y = Autograd.noGrad(() -> model.forward(x));
        assertFalse(x.storage().isReleased());
        assertFalse(y.storage().isReleased());
        assertTrue(y.equal(x.relu()));
    }
}
