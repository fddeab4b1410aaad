package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The best elements and those of one rank, found without sorting, against the sorted tensor. */
class TopCpuTest {
    private final Random random = new Random(5);

    /** Ordinary numbers, few different ones, zeros of both signs with NaN, and infinities. */
    private Tensor rows(int kind, int rows, int n) {
        float[] x = new float[rows * n];
        for (int i = 0; i < x.length; i++) {
            x[i] = switch (kind) {
                case 0 -> (float) random.nextGaussian();
                case 1 -> random.nextInt(5) - 2;
                case 2 -> random.nextInt(10) == 0 ? Float.NaN : random.nextInt(4) == 0 ? -0f : random.nextInt(50);
                default -> random.nextInt(3) == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(3) == 0 ? Float.POSITIVE_INFINITY : i;
            };
        }
        return Tensor.of(x, rows, n);
    }

    private static void check(Tensor x, int k, boolean largest) {
        String what = "%s, k = %d, largest %s".formatted(x, k, largest);
        ValuesAndIndices sorted = x.sort(-1, largest);
        ValuesAndIndices top = x.topk(k, -1, largest);
        assertArrayEquals(sorted.indices().narrow(-1, 0, k).toLongArray(), top.indices().toLongArray(), what);
        assertArrayEquals(sorted.values().narrow(-1, 0, k).toFloatArray(), top.values().toFloatArray(), what);
        long[] ranked = x.sort(-1, false).indices().narrow(-1, k - 1, 1).toLongArray();
        assertArrayEquals(ranked, x.kthvalue(k, -1).indices().toLongArray(), what);
    }

    @ParameterizedTest
    @CsvSource({"3,1", "4,2", "2,7", "3,300", "2,1000", "2,1500", "1,200000", "2,70000"})
    void areTheFirstOfTheSortedRow(int rows, int n) {
        for (int kind = 0; kind < 4; kind++) {
            for (int k : new int[] {1, 3, 40, n / 3, n}) {
                if (k >= 1 && k <= n) {
                    Tensor x = rows(kind, rows, n);
                    check(x, k, true);
                    check(x, k, false);
                }
            }
        }
    }

    @Test
    void ofHalvesTransposedAndIntegersToo() {
        Tensor x = rows(0, 50, 90).to(DType.FLOAT16);
        check(x, 7, true);
        check(x.t(), 7, false);
        check(rows(1, 4, 30).to(DType.INT32), 5, true);
        check(rows(2, 4, 30).to(DType.FLOAT64), 5, false);
    }

    @Test
    void anIncreasingRowBeatsItsBestAllTheTime() {
        Tensor x = Tensor.arange(5000).to(DType.FLOAT32);
        check(x, 10, true);
        check(x, 10, false);
    }

    /** Products of long rows are carried in double: the parts here overflow float and underflow it. */
    @Test
    void productsOfLongRowsPassThroughLargeAndSmallNumbers() {
        float[] x = new float[3000];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 1000 < 10 ? 1e20f : i % 1000 < 20 ? 1e-20f : i % 2 == 0 ? -1 : 1;
        }
        float exact = 1;
        for (int i = 0; i < 10; i++) {
            exact = (float) ((double) exact * 1e20f * 1e-20f);
        }
        assertEquals(exact, Tensor.of(x, 3, 1000).prod(-1, false).toFloatArray()[1], 1e-6);
        assertEquals(0, Tensor.of(x, 3000).slice(0, 0, 10).abs().mul(0).prod().item());
    }
}
