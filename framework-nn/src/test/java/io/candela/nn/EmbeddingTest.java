package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What tables of vectors do besides looking up. */
class EmbeddingTest {
    private static final Tensor INDICES = Tensor.of(new long[] {1, 2, 1});

    private static Tensor table() {
        return Tensor.of(new float[] {3, 4, 6, 8, 0, 0.5f}, 3, 2);
    }

    @Test
    void rowsInUseAreShortenedInPlace() {
        Embedding layer = Embedding.fromPretrained(table(), false, Embedding.options().withMaxNorm(1.0));
        Tensor rows = layer.forward(INDICES);
        assertArrayEquals(new float[] {3, 4, 0.6f, 0.8f, 0, 0.5f}, layer.weight().toFloatArray(), 1e-6f);
        assertArrayEquals(new float[] {0.6f, 0.8f, 0, 0.5f, 0.6f, 0.8f}, rows.toFloatArray(), 1e-6f);
        rows.sum().backward();
        assertArrayEquals(new float[] {0, 0, 2, 2, 1, 1}, layer.weight().grad().toFloatArray());

        Embedding manhattan = Embedding.fromPretrained(table(), true, Embedding.options().withMaxNorm(7.0).withNormType(1));
        assertArrayEquals(new float[] {3, 4}, manhattan.forward(Tensor.of(new long[] {0})).toFloatArray());
        assertArrayEquals(new float[] {3, 4}, manhattan.forward(Tensor.of(new long[] {1})).toFloatArray(), 1e-6f);
    }

    @Test
    void pretrainedTablesAreSharedAndFrozen() {
        Tensor table = table();
        Embedding layer = Embedding.fromPretrained(table);
        assertSame(table, layer.weight());
        assertFalse(layer.weight().requiresGrad());
        assertEquals(Shape.of(3, 1, 2), layer.forward(INDICES.view(3, 1)).shape());
    }

    @Test
    void thePaddingRowStartsAtZeroAndStays() {
        Embedding layer = new Embedding(3, 2, Embedding.options().withPaddingIdx(-2));
        assertArrayEquals(new float[2], layer.weight().get(1).toFloatArray());
        layer.forward(INDICES).mul(Double.POSITIVE_INFINITY).sum().backward();
        assertArrayEquals(new float[2], layer.weight().grad().get(1).toFloatArray());
    }

    @Test
    void bagsScaleByFrequencyAsRowsDo() { // PyTorch's bags divide by the frequency of another row
        EmbeddingBag bag = new EmbeddingBag(3, 2, EmbeddingBag.options().withMode(EmbeddingBag.Mode.SUM).withScaleGradByFreq(true));
        bag.forward(INDICES, Tensor.of(new long[] {0, 2})).sum().backward();
        assertArrayEquals(new float[] {0, 0, 1, 1, 1, 1}, bag.weight().grad().toFloatArray());
    }

    @Test
    void bagsShortenRows() {
        EmbeddingBag bag = new EmbeddingBag(3, 2, EmbeddingBag.options().withMaxNorm(1e-3));
        bag.forward(INDICES.view(1, 3));
        assertEquals(1e-3, bag.weight().get(1).norm().item(), 1e-8);
    }

    @Test
    void ctcTakesTargetsOneAfterTheOther() {
        Tensor logp = Tensor.linspace(-1, 1, 6 * 2 * 4).view(6, 2, 4).sin().logSoftmax(-1);
        Tensor lengths = Tensor.of(new long[] {6, 6});
        Tensor targets = Tensor.of(new long[] {3, 1});
        Tensor padded = F.ctcLoss(logp, Tensor.of(new long[] {1, 2, 2, 3, 0, 0}, 2, 3), lengths, targets);
        assertEquals(padded.item(), F.ctcLoss(logp, Tensor.of(new long[] {1, 2, 2, 3}), lengths, targets).item());
    }
}
