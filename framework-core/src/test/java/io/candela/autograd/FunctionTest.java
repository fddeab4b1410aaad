package io.candela.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Functions with gradients of their own, and the check of gradients. */
class FunctionTest {
    private final Tensor x = Tensor.of(new double[] {0.5, -1.5, 2}).setRequiresGrad(true);

    /** The example of {@link Function}, word for word. */
    // sine and cosine of one tensor
    static final class SinCos extends Function {
        private Saved sin;
        private Saved cos;

        protected Tensor[] forward(Tensor... x) {
            Tensor[] out = {x[0].sin(), x[0].cos()};
            sin = saveResult(out[0]);
            cos = saveResult(out[1]);
            return out;
        }

        protected Tensor[] backward(Tensor... g) {
            return new Tensor[] {g[0].mul(cos.get()).sub(g[1].mul(sin.get()))};
        }
    }

    /** The example of {@link Op}. */
    static final class Cube extends UnaryOp {
        private Saved x;

        @Override
        public String name() {
            return "cube";
        }

        @Override
        protected Tensor forward(Tensor a) {
            x = save(a);
            return a.mul(a).mul(a);
        }

        @Override
        protected Tensor grad(Tensor g) {
            return g.mul(x.get().square().mul(3.0));
        }
    }

    @Test
    void severalResults() {
        Tensor[] both = Autograd.apply(new SinCos(), x);
        both[0].mul(2.0).add(both[1]).sum().backward();
        double[] expected = {2 * Math.cos(0.5) - Math.sin(0.5), 2 * Math.cos(1.5) + Math.sin(1.5), 2 * Math.cos(2) - Math.sin(2)};
        assertArrayEquals(expected, x.grad().toDoubleArray(), 1e-12);
        x.clearGrad();
        Autograd.apply(new SinCos(), x)[1].sum().backward(); // no gradient of the other one: zeros
        assertArrayEquals(new double[] {-Math.sin(0.5), Math.sin(1.5), -Math.sin(2)}, x.grad().toDoubleArray(), 1e-12);
        assertFalse(Autograd.noGrad(() -> Autograd.apply(new SinCos(), x))[0].requiresGrad());
        GraphException e = assertThrows(GraphException.class, () -> {
            both[0].sum().backward();
        });
        assertTrue(e.getMessage().startsWith("SinCos: the graph was freed"), e::getMessage);
    }

    @Test
    void gradientsAndSecondDerivatives() {
        GradCheck.gradcheck((Tensor[] t) -> Autograd.apply(new SinCos(), t), x);
        GradCheck.gradgradcheck((Tensor[] t) -> Autograd.apply(new SinCos(), t), x);
        GradCheck.gradcheck(t -> Autograd.apply(new Cube(), t), x);
        GradCheck.gradgradcheck(t -> Autograd.apply(new Cube(), t), x);
    }

    /** Largest elements with their positions; the number of the others; also the operand itself. */
    private static final class Largest extends Function {
        final List<Tensor> seen = new ArrayList<>();
        boolean wanted;
        private Saved mask;

        @Override
        protected Tensor[] forward(Tensor... xs) {
            setMaterializeGrads(false);
            wanted = needsGrad(1);
            Tensor largest = xs[0].max();
            Tensor is = xs[0].eq(largest);
            mask = saveFor(0, is.to(xs[0].dtype()));
            Tensor others = is.logicalNot().sum().to(DType.FLOAT64);
            markNonDifferentiable(others);
            return new Tensor[] {largest, xs[0].argmax(), others, xs[0]};
        }

        @Override
        protected Tensor[] backward(Tensor... g) {
            assertNull(g[1]);
            assertNull(g[2]);
            seen.add(g[0]);
            Tensor out = g[3] == null ? mask.get().mul(g[0]) : mask.get().mul(g[0]).add(g[3]);
            seen.add(out);
            return new Tensor[] {out, null};
        }
    }

    @Test
    void resultsWithoutAGradient() {
        Largest op = new Largest();
        Tensor[] out = Autograd.apply(op, x, Tensor.ones(3));
        assertFalse(op.wanted);
        assertFalse(out[1].requiresGrad());
        assertFalse(out[2].requiresGrad());
        assertEquals(2, out[2].item());
        assertNotSame(x, out[3]);
        assertTrue(x.isLeaf());
        out[0].mul(5.0).backward(null, true, false);
        assertArrayEquals(new double[] {0, 0, 5}, x.grad().toDoubleArray());
        out[3].mul(2.0).sum().add(out[0]).backward();
        assertArrayEquals(new double[] {2, 2, 8}, x.grad().toDoubleArray());
        assertArrayEquals(new double[] {0, 0, 5}, op.seen.get(1).toDoubleArray(), "what backward saw and made may be held");
    }

    /** Passes its operand on and turns its gradient round. */
    private static final class Reverse extends UnaryOp {
        @Override
        public String name() {
            return "reverse";
        }

        @Override
        protected Tensor forward(Tensor a) {
            return a;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return g.neg();
        }
    }

    @Test
    void forwardMayReturnItsOperand() {
        Tensor y = Autograd.apply(new Reverse(), x);
        assertTrue(x.isLeaf());
        y.sum().backward();
        assertArrayEquals(new double[] {-1, -1, -1}, x.grad().toDoubleArray());
    }

    /** A wrong gradient, in value or shape. */
    private static final class Wrong extends Function {
        private final Tensor[] gradients;

        Wrong(Tensor... gradients) {
            this.gradients = gradients;
        }

        @Override
        protected Tensor[] forward(Tensor... xs) {
            return new Tensor[] {xs[0].mul(2.0)};
        }

        @Override
        protected Tensor[] backward(Tensor... g) {
            return gradients;
        }
    }

    @Test
    void wrongGradientsAreNamed() {
        GradCheckException e = assertThrows(GradCheckException.class,
                () -> GradCheck.gradcheck((Tensor[] t) -> Autograd.apply(new Wrong(t[0].detach().zerosLike()), t), x));
        assertTrue(e.getMessage().startsWith("gradcheck: derivative of result 0, element 0, with respect to input 0 (3), element 0: differences say 2.0")
                || e.getMessage().contains("differences say 1.99"), e::getMessage);
        assertEquals("Wrong: backward returned (2) as the gradient of operand 0, whose shape is (3)",
                assertThrows(GraphException.class, () -> Autograd.apply(new Wrong(Tensor.ones(2)), x)[0].sum().backward()).getMessage());
        assertEquals("Wrong: backward returned 0 gradients for 1 operands",
                assertThrows(GraphException.class, () -> Autograd.apply(new Wrong(), x)[0].sum().backward()).getMessage());
        assertNull(x.grad());
        assertThrows(DTypeException.class, () -> GradCheck.gradcheck(Tensor::exp, Tensor.ones(2).setRequiresGrad(true)));
        assertThrows(GraphException.class, () -> GradCheck.gradcheck(Tensor::exp, Tensor.ones(DType.FLOAT64, 2)));
    }
}
