package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.tensor.DType;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The layer around {@link F#linearCrossEntropy}, which {@link ComparisonContractTest} compares with PyTorch; numbers and texts are torch 2.13's. */
@ResourceLock("the default generator")
class LinearCrossEntropyLossTest {
    private static final LinearCrossEntropyLoss.Options OPTIONS = LinearCrossEntropyLoss.options().withOutFeatures(4, 3);

    @Test
    void startsAndCountsAsPyTorchs() {
        Tensor.manualSeed(283);
        var loss = new LinearCrossEntropyLoss(5, 10, OPTIONS);
        Tensor input = Tensor.randn(2, 5).setRequiresGrad(true);
        Tensor target = Tensor.randint(0, 10, 2, 4, 3);
        Tensor output = loss.forward(input, target);
        assertEquals(2.4133450984954834, output.item(), 1e-6);
        output.backward();
        assertEquals(0.04775744304060936, input.grad().get(0).get(0).item(), 1e-7);
        assertEquals(-0.015806803479790688, loss.linear().weight().grad().get(7).get(2).item(), 1e-7);
    }

    @Test
    void namesAndPrintedForm() {
        var loss = new LinearCrossEntropyLoss(5, 10, OPTIONS.withBias(true).withWeight(Tensor.ones(10)));
        assertEquals(List.of("weight", "linear.weight", "linear.bias"), List.copyOf(loss.stateDict().keySet()));
        assertEquals("""
                LinearCrossEntropyLoss(
                  in_features=5, num_classes=10, out_features=(4, 3), bias=True, reduction=mean, ignore_index=None, label_smoothing=0.0, options=None
                  (linear): Linear(in_features=5, out_features=120, bias=True)
                )""", loss.toString());
    }

    @Test
    void badInput() {
        assertEquals("LinearCrossEntropyLoss: weight must be (10), got (9)", assertThrows(ShapeException.class,
                () -> new LinearCrossEntropyLoss(5, 10, OPTIONS.withWeight(Tensor.ones(9)))).getMessage());
        assertEquals("LinearCrossEntropyLoss: labelSmoothing must be between 0 and 1, got 1.5",
                assertThrows(IllegalArgumentException.class, () -> OPTIONS.withLabelSmoothing(1.5)).getMessage());
        assertEquals("LinearCrossEntropyLoss: batchChunkSize must be 1 or more, or 0 for all rows at once, got -1",
                assertThrows(IllegalArgumentException.class, () -> OPTIONS.withBatchChunkSize(-1)).getMessage());
        assertEquals("nllLoss: target 10 at position 0 is out of range for 10 classes; use 0 to 9, or ignoreIndex -100", assertThrows(ShapeException.class, () -> new LinearCrossEntropyLoss(5, 10)
                .forward(Tensor.zeros(2, 5), Tensor.full(DType.INT64, 10, 2))).getMessage());
    }
}
