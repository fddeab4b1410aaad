package io.candela.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TracerTest {
    private final List<String> names = new ArrayList<>();
    private final Tracer tracer = (name, attributes, results, operands) -> names.add(name);

    /** An operation made of others. */
    private static final class Cube extends UnaryOp {
        @Override
        public String name() {
            return "cube";
        }

        @Override
        protected Tensor forward(Tensor x) {
            return x.mul(x).mul(x);
        }

        @Override
        protected Tensor grad(Tensor g) {
            return g;
        }
    }

    @Test
    void tellsOfOutermostOperationsOnThisThread() throws InterruptedException {
        Tensor x = Tensor.of(new float[] {1, -2});
        Tracer.trace(tracer, () -> {
            Autograd.apply(new Cube(), x).add(1).gt(0);
            x.clone().mulInPlace(2);
            Thread other = new Thread(() -> x.exp());
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return x.argmax(0);
        });
        x.neg();
        assertEquals(List.of("cube", "add", "gt", "clone", "mulInPlace", "argmax"), names);
    }

    @Test
    void givesOperandsResultsAndAttributes() {
        Tensor x = Tensor.of(new float[] {1, -2}).setRequiresGrad(true);
        List<Object> seen = new ArrayList<>();
        Tensor y = Tracer.trace((name, attributes, results, operands) -> {
            assertSame(x, operands[0]);
            seen.add(attributes);
            seen.add(results[0]);
        }, () -> x.clamp(-1, 1));
        assertEquals(Map.of("low", -1.0, "high", 1.0), seen.get(0));
        assertSame(y, seen.get(1));
        y.sum().backward();
        assertEquals(1, x.grad().get(0).item());
        Tracer.trace((name, attributes, results, operands) -> assertNull(attributes), () -> Autograd.apply(new Cube(), x));
    }

    @Test
    void anExceptionEndsTheTrace() {
        assertThrows(IllegalStateException.class, () -> Tracer.trace(tracer, () -> {
            throw new IllegalStateException();
        }));
        Tensor.ones(2).neg();
        assertEquals(List.of(), names);
    }
}
