package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.GraphException;
import org.junit.jupiter.api.Test;

/** A tensor that takes over another one's contents. */
class SetDataTest {
    @Test
    void takesOverEverythingButTheGradient() {
        Tensor t = Tensor.zeros(2, 3).setRequiresGrad(true);
        Tensor gradient = Tensor.ones(2, 3);
        t.setGrad(gradient);
        Tensor source = Tensor.arange(8).to(DType.FLOAT64).view(2, 4).t();
        assertSame(t, t.setData(source));
        assertSame(source.storage(), t.storage());
        assertEquals(DType.FLOAT64, t.dtype());
        assertEquals(Shape.of(4, 2), t.shape());
        assertEquals(7, t.at(3, 1));
        assertEquals(1, t.stride(0));
        assertFalse(t.isContiguous());
        assertTrue(t.requiresGrad() && t.isLeaf());
        assertSame(gradient, t.grad());
    }

    @Test
    void viewsTakenBeforeKeepTheFormerContents() {
        Tensor t = Tensor.zeros(3);
        Tensor view = t.narrow(0, 0, 2);
        t.setData(Tensor.ones(3));
        assertEquals(0, view.sum().item());
    }

    @Test
    void gradientsArriveInTheNewShapeAndType() {
        Tensor t = Tensor.zeros(2).setRequiresGrad(true);
        t.add(1.0).sum().backward();
        t.clearGrad();
        t.setData(Tensor.zeros(DType.FLOAT64, 3));
        t.mul(2.0).sum().backward();
        assertEquals(DType.FLOAT64, t.grad().dtype());
        assertEquals(Shape.of(3), t.grad().shape());
    }

    @Test
    void aGraphRefusesContentsThatItDidNotSee() {
        Tensor x = Tensor.ones(2).setRequiresGrad(true);
        Tensor w = Tensor.ones(2).setRequiresGrad(true);
        Tensor y = x.mul(w).sum();
        w.setData(Tensor.zeros(2)); // of the same version as the ones before
        assertThrows(GraphException.class, y::backward);
        Tensor again = x.mul(w).sum();
        again.backward();
        assertEquals(0, x.grad().sum().item());
    }

    @Test
    void whatIsRefused() {
        Tensor leaf = Tensor.ones(2).setRequiresGrad(true);
        assertEquals("setData: (2) is the result of an operation; only leaves can be changed",
                assertThrows(GraphException.class, () -> leaf.mul(2.0).setData(Tensor.zeros(2))).getMessage());
        assertEquals("setData: the tensor requires a gradient, so the new contents must be floating point, got int64",
                assertThrows(DTypeException.class, () -> leaf.setData(Tensor.arange(2))).getMessage());
        assertEquals(2, leaf.sum().item());
    }
}
