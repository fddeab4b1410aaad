package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Generator;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A fused layer computes what the two did. */
@ResourceLock("the default generator")
class FusionTest {
    /** A normalization that has seen a batch, with a weight and bias that are not 1 and 0. */
    private static BatchNorm1d trained(int features, NormOptions options) {
        BatchNorm1d norm = new BatchNorm1d(features, options);
        norm.forward(Tensor.randn(10, features).mul(3).add(1));
        norm.parameters().forEach(p -> p.detach().normalInPlace(0.5, 1));
        norm.eval();
        return norm;
    }

    @Test
    void linear() {
        Tensor.manualSeed(7);
        Tensor x = Tensor.randn(5, 4);
        for (boolean bias : new boolean[] {true, false}) {
            for (NormOptions options : new NormOptions[] {BatchNorm.options(), BatchNorm.options().withAffine(false), BatchNorm.options().withBias(false)}) {
                Linear linear = new Linear(4, 3, bias);
                linear.eval();
                BatchNorm1d norm = trained(3, options);
                byte[] before = Generator.getDefault().getState();
                Linear fused = Fusion.fuseLinearBnEval(linear, norm);
                assertArrayEquals(before, Generator.getDefault().getState(), "draws nothing");
                Close.assertClose(linear + " " + norm, norm.forward(linear.forward(x)).detach(), fused.forward(x).detach(), 4);
                assertTrue(fused.weight().isLeaf() && fused.weight().requiresGrad());
                assertEquals(bias, fused.bias().requiresGrad(), "as PyTorch");
                assertFalse(fused.isTraining());
            }
        }
    }

    @Test
    void oneFeatureForAllOutputs() {
        Tensor.manualSeed(8);
        Linear linear = new Linear(4, 3, false);
        linear.eval();
        BatchNorm1d norm = trained(1, BatchNorm.options());
        Linear fused = Fusion.fuseLinearBnEval(linear, norm);
        assertEquals(Shape.of(3), fused.bias().shape());
        Tensor x = Tensor.randn(5, 4);
        Close.assertClose("one feature", norm.forward(linear.forward(x).view(15, 1)).view(5, 3).detach(), fused.forward(x).detach(), 4);
    }

    @Test
    void mistakes() {
        Linear linear = new Linear(4, 3);
        BatchNorm1d norm = new BatchNorm1d(3);
        assertEquals("fuseLinearBnEval: " + linear + " and " + norm + " must both be in evaluation mode; call eval()",
                assertThrows(IllegalArgumentException.class, () -> Fusion.fuseLinearBnEval(linear, norm)).getMessage());
        linear.eval();
        assertThrows(IllegalArgumentException.class, () -> Fusion.fuseLinearBnEval(linear, norm));
        BatchNorm1d two = new BatchNorm1d(2);
        two.eval();
        assertEquals("fuseLinearBnEval: " + two + " must have the 3 features that " + linear + " puts out, or 1",
                assertThrows(ShapeException.class, () -> Fusion.fuseLinearBnEval(linear, two)).getMessage());
        BatchNorm1d untracked = new BatchNorm1d(3, BatchNorm.options().withTrackRunningStats(false));
        untracked.eval();
        assertEquals("fuseLinearBnEval: " + untracked + " has no running statistics, so it depends on the batch",
                assertThrows(IllegalArgumentException.class, () -> Fusion.fuseLinearBnEval(linear, untracked)).getMessage());
    }
}
