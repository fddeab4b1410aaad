package io.candela.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Changes in place of views inside a graph. Numbers are PyTorch 2.13's for the same lines. */
class ViewsInPlaceTest {
    private final Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3).setRequiresGrad(true);
    private final Tensor w = Tensor.of(new double[] {2, 3, 4}).setRequiresGrad(true);

    private static void assertGrad(Tensor leaf, double... expected) {
        double[] found = leaf.grad().toDoubleArray();
        assertEquals(expected.length, found.length);
        for (int i = 0; i < found.length; i++) {
            assertEquals(expected[i], found[i], 1e-12 * Math.max(1, Math.abs(expected[i])));
        }
    }

    private static void assertMessage(String expected, Executable code) {
        assertEquals(expected, assertThrows(GraphException.class, code).getMessage());
    }

    @Test
    void aRowIsMultiplied() {
        Tensor y = x.mul(1.0);
        Tensor row = y.select(0, 1);
        row.mulInPlace(w);
        assertArrayEquals(new double[] {8, 15, 24}, row.toDoubleArray());
        y.mul(y).sum().backward();
        assertGrad(x, 2, 4, 6, 32, 90, 192);
        assertGrad(w, 64, 150, 288);
    }

    @Test
    void aBufferIsFilledPieceByPiece() {
        Tensor buffer = Tensor.zeros(DType.FLOAT64, 3, 3);
        Tensor before = buffer.t();
        assertFalse(before.requiresGrad());
        buffer.narrow(0, 1, 2).copyFrom(x.mul(w));
        assertTrue(buffer.requiresGrad());
        assertFalse(buffer.isLeaf());
        assertTrue(before.requiresGrad(), "a view of what became part of the graph");
        assertFalse(before.isLeaf());
        before.square().sum().backward();
        assertGrad(x, 8, 36, 96, 32, 90, 192);
        assertGrad(w, 68, 174, 360);

        Tensor pieces = Tensor.zeros(DType.FLOAT64, 4, 3);
        Tensor[] rows = pieces.unbind(0);
        x.clearGrad();
        for (int i = 0; i < 4; i++) {
            rows[i].copyFrom(x.select(0, i % 2).mul(i + 1.0));
        }
        pieces.sum().backward();
        assertGrad(x, 4, 4, 4, 6, 6, 6);
    }

    @Test
    void siblingsFollow() {
        Tensor y = x.mul(1.0);
        Tensor flat = y.view(-1);
        Tensor row = y.select(0, 0);
        flat.narrow(0, 1, 2).mulInPlace(w.narrow(0, 0, 2));
        row.mul(w).sum().backward();
        assertGrad(x, 2, 6, 12, 0, 0, 0);
        assertGrad(w, 7, 16, 9);
    }

    @Test
    void severalChangesOfOneView() {
        Tensor y = x.mul(1.0);
        Tensor column = y.select(1, 1);
        column.mulInPlace(2.0);
        column.expInPlace();
        y.t().matmul(Tensor.of(new double[] {1, 2})).sum().add(column.square().sum()).backward();
        assertGrad(x, 1, 2 * Math.exp(4) + 4 * Math.exp(8), 1, 2, 4 * Math.exp(10) + 4 * Math.exp(20), 2);
    }

    @Test
    void expandedSiblingsGetSums() {
        Tensor y = x.mul(1.0);
        Tensor expanded = y.narrow(0, 0, 1).expand(2, 3);
        y.select(0, 0).mulInPlace(w);
        expanded.mul(x).sum().backward();
        assertGrad(x, 12, 27, 48, 2, 6, 12);
        assertGrad(w, 5, 14, 27);
    }

    @Test
    void whatIsOverwrittenGetsNoGradient() {
        Tensor y = x.mul(1.0);
        y.select(0, 0).fillInPlace(7);
        y.select(0, 1).zeroInPlace();
        y.select(0, 1).narrow(0, 1, 2).addInPlace(w.narrow(0, 1, 2));
        y.square().sum().backward();
        assertGrad(x, 0, 0, 0, 0, 0, 0);
        assertGrad(w, 0, 6, 8);
    }

    @Test
    void secondDerivatives() {
        Tensor y = x.mul(1.0);
        y.select(0, 0).mulInPlace(w);
        Tensor g = Autograd.grad(new Tensor[] {y.pow(3.0).sum()}, new Tensor[] {x}, null, true, true, false)[0];
        g.mul(w).sum().backward();
        assertGrad(x, 96, 972, 4608, 48, 90, 144);
        assertGrad(w, 144, 1371, 7020);
        GradCheck.gradgradcheck(t -> {
            Tensor[] out = {t[0].mul(1.0)};
            out[0].select(1, 0).mulInPlace(t[1].narrow(0, 0, 2));
            out[0].t().narrow(0, 1, 2).divInPlace(t[1].narrow(0, 1, 2).unsqueeze(1));
            return out;
        }, x, w);
    }

    @Test
    void aRecurrenceInOneBuffer() {
        GradCheck.gradcheck(t -> {
            Tensor buffer = Tensor.zeros(DType.FLOAT64, 4, 3);
            buffer.select(0, 0).copyFrom(t[0].select(0, 0));
            for (int i = 1; i < 4; i++) {
                buffer.select(0, i).copyFrom(buffer.select(0, i - 1).clone().mul(t[1]).sin());
            }
            return new Tensor[] {buffer};
        }, x, w);
    }

    @Test
    void aReshapedResultIsChanged() {
        Tensor y = io.candela.ops.Linear.apply(x.view(1, 2, 3), Tensor.eye(3).to(DType.FLOAT64).sub(0.5), null);
        assertTrue(y.isView());
        y.reluInPlace().sum().backward();
        assertArrayEquals(io.candela.ops.Linear.apply(x.detach(), Tensor.eye(3).to(DType.FLOAT64).sub(0.5), null).relu().toDoubleArray(),
                y.toDoubleArray());
        assertGrad(x, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void versionsAreChecked() {
        Tensor y = x.mul(1.0);
        Tensor loss = y.square().sum();
        y.select(0, 0).mulInPlace(2.0);
        assertThrows(GraphException.class, loss::backward);
        assertNull(x.grad());
    }

    @Test
    void whatPyTorchForbids() {
        assertMessage("mul: (3) is a view of a leaf (2, 3) that requires a gradient, which cannot be changed in place; do it inside Autograd.noGrad",
                () -> x.select(0, 0).mulInPlace(2.0));
        Tensor y = x.mul(1.0);
        Tensor outside = Autograd.noGrad(() -> y.select(0, 0));
        assertFalse(outside.requiresGrad());
        assertThrows(GraphException.class, () -> outside.mulInPlace(w));
        Tensor square = Tensor.ones(3, 3);
        assertThrows(GraphException.class, () -> square.addInPlace(square.t()));
        assertThrows(GraphException.class, () -> square.copyFrom(square.t()));
        assertThrows(GraphException.class, () -> square.narrow(0, 0, 2).addInPlace(square.narrow(0, 1, 2)));
        assertThrows(GraphException.class, () -> square.addInPlace(square.select(0, 0)));
        assertThrows(GraphException.class, () -> square.unsqueeze(0).expand(2, 3, 3).addInPlace(1.0));
        square.select(0, 0).addInPlace(square.select(0, 1));
        square.addInPlace(square);
        assertMessage("detachInPlace: (3) is a view; use detach()", () -> y.select(0, 0).detachInPlace());
    }

    @Test
    void detachInPlace() {
        Tensor y = x.mul(2.0);
        y.detachInPlace();
        assertTrue(y.isLeaf());
        assertFalse(y.requiresGrad());
        y.setRequiresGrad(true).sum().backward();
        assertGrad(y, 1, 1, 1, 1, 1, 1);
        assertNull(x.grad());
    }
}
