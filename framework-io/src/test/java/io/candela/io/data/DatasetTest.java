package io.candela.io.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatasetTest {
    private static <T> List<T> all(Dataset<T> dataset) throws Exception {
        List<T> samples = new ArrayList<>();
        for (int i = 0; i < dataset.size(); i++) {
            samples.add(dataset.get(i));
        }
        return samples;
    }

    @Test
    void tensorsGiveSamplesAndBatches() {
        Tensor x = Tensor.arange(12).reshape(4, 3);
        Tensor y = Tensor.of(new long[] {10, 11, 12, 13});
        var dataset = new TensorDataset(x, y);
        assertEquals(4, dataset.size());
        assertTrue(dataset.get(2).input().equal(Tensor.of(new long[] {6, 7, 8})));
        assertEquals(12, dataset.get(2).target().itemLong());
        long[] indices = {3, 0, 3};
        Batch batch = dataset.getBatch(indices);
        Batch stacked = Batch.stack(List.of(dataset.get(3), dataset.get(0), dataset.get(3)));
        assertEquals(3, batch.rows());
        assertTrue(batch.input().equal(stacked.input()));
        assertTrue(batch.target().equal(stacked.target()));
        assertThrows(IndexOutOfBoundsException.class, () -> new TensorDataset(x).get(0).target());
        assertEquals("TensorDataset: first dimensions differ: (4, 3) and (2)",
                assertThrows(ShapeException.class, () -> new TensorDataset(x, Tensor.zeros(2))).getMessage());
        assertThrows(ShapeException.class, () -> new TensorDataset(Tensor.scalar(1.0)));
        assertThrows(IllegalArgumentException.class, TensorDataset::new);
    }

    @Test
    void samplesOfDifferentWidthAreNotStacked() {
        Tensor one = Tensor.ones(1);
        assertThrows(IllegalArgumentException.class, () -> Batch.stack(List.of(Sample.of(one), Sample.of(one, one))));
        assertThrows(IllegalArgumentException.class, () -> Batch.stack(List.of()));
        assertThrows(ShapeException.class, () -> Batch.stack(List.of(Sample.of(one), Sample.of(Tensor.ones(2)))));
    }

    @Test
    void partsAndSums() throws Exception {
        Dataset<String> letters = Dataset.of(List.of("a", "b", "c", "d"));
        Subset<String> some = new Subset<>(letters, 3, 0, 3);
        assertEquals(List.of("d", "a", "d"), all(some));
        assertEquals(List.of("D", "A"), all(new Subset<>(some, 0, 1).map(String::toUpperCase)));
        Dataset<String> none = Dataset.of(List.of());
        var sum = new ConcatDataset<>(List.of(none, some, none, none, letters, none));
        assertEquals(List.of("d", "a", "d", "a", "b", "c", "d"), all(sum));
        assertThrows(IndexOutOfBoundsException.class, () -> sum.get(7));
        assertThrows(IndexOutOfBoundsException.class, () -> sum.get(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> new Subset<>(letters, 4));
        assertThrows(IllegalArgumentException.class, () -> new ConcatDataset<>(List.<Dataset<String>>of()));
    }
}
