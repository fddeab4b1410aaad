package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Large copies in long runs, running sums and products of several rows, and counts, element by element. */
class RunCopyTest {
    private static Tensor numbers(int rows, int columns) {
        return Tensor.arange(rows * columns).to(DType.FLOAT32).remainder(1013).div(1000).add(0.5).reshape(rows, columns);
    }

    @ParameterizedTest
    @CsvSource({"3,1000", "2,200000", "700,130", "5,4096", "90,1001"})
    void runsArriveWhereTheyBelong(int rows, int columns) {
        Tensor x = numbers(rows, columns);
        float[] v = x.toFloatArray();
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.INT64, DType.INT8}) {
            Tensor t = x.mul(100).to(type);
            float[] each = t.to(DType.FLOAT32).toFloatArray();
            float[] turned = t.flip(0).to(DType.FLOAT32).toFloatArray();
            float[] wide = Tensor.cat(1, t, t.slice(1, 1, columns, 1)).to(DType.FLOAT32).toFloatArray();
            float[] rolled = t.roll(new int[] {1}, new int[] {0}).to(DType.FLOAT32).toFloatArray();
            float[] spread = t.slice(0, 1, 2, 1).expand(3, columns).contiguous().to(DType.FLOAT32).toFloatArray();
            for (int i = 0; i < v.length; i++) {
                int row = i / columns;
                int column = i % columns;
                assertEquals(each[(rows - 1 - row) * columns + column], turned[i]);
                assertEquals(each[i], wide[row * (2 * columns - 1) + column]);
                assertEquals(each[i], rolled[(row + 1) % rows * columns + column]);
                if (column > 0) {
                    assertEquals(each[i], wide[row * (2 * columns - 1) + columns + column - 1]);
                }
            }
            for (int i = 0; i < spread.length; i++) {
                assertEquals(each[columns + i % columns], spread[i]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,5000", "2,1500", "3,1024", "7,33", "300,200", "4,100000"})
    void scansCarryDoublesThroughEveryRow(int rows, int columns) {
        Tensor x = numbers(rows, columns);
        float[] v = x.toFloatArray();
        float[] sums = new float[v.length];
        float[] products = new float[v.length];
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            double product = 1;
            for (int i = row * columns; i < (row + 1) * columns; i++) {
                sum += v[i];
                product *= v[i];
                sums[i] = (float) sum;
                products[i] = (float) product;
            }
        }
        assertArrayEquals(sums, x.cumsum(-1).toFloatArray());
        assertArrayEquals(products, x.cumprod(-1).toFloatArray());
        Tensor down = x.t().contiguous();
        assertArrayEquals(sums, down.cumsum(0).t().contiguous().toFloatArray());
        assertArrayEquals(products, down.cumprod(0).t().contiguous().toFloatArray());
    }

    @ParameterizedTest
    @CsvSource({"10", "1024", "5000", "100001"})
    void everyTrueIsCounted(int n) {
        boolean[] set = new boolean[n + 3];
        int[] count = new int[2];
        for (int i = 0; i < set.length; i++) {
            set[i] = i % 3 != 1;
            count[0] += set[i] ? 1 : 0;
            count[1] += set[i] && i >= 3 ? 1 : 0;
        }
        Tensor t = Tensor.of(set, set.length);
        assertEquals(count[0], t.sum().itemLong());
        assertEquals(count[1], t.slice(0, 3, set.length, 1).sum().itemLong());
        assertEquals(n, Tensor.ones(n).countNonzero().itemLong());
    }
}
