package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Tensors and ND4J arrays over the same memory. */
class Nd4jBridgeTest {
    private static final Map<DType, DataType> TYPES = Map.of(DType.FLOAT32, DataType.FLOAT, DType.FLOAT64, DataType.DOUBLE, DType.INT64,
            DataType.LONG, DType.INT32, DataType.INT, DType.UINT8, DataType.UBYTE, DType.BOOL, DataType.BOOL, DType.INT16, DataType.SHORT, DType.INT8, DataType.BYTE,
            DType.FLOAT16, DataType.HALF, DType.BFLOAT16, DataType.BFLOAT16);

    private static Tensor numbers(DType type, int... shape) {
        return Tensor.arange(Shape.of(shape).numel()).view(shape).to(type);
    }

    private static void assertSame(Tensor t, INDArray a) {
        assertArrayEquals(java.util.Arrays.stream(t.shape().dims()).asLongStream().toArray(), a.shape());
        assertEquals(TYPES.get(t.dtype()), a.dataType());
        double[] expected = t.toDoubleArray();
        INDArray flat = a.castTo(DataType.DOUBLE).dup('c').reshape(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], flat.getDouble(i));
        }
    }

    @TestFactory
    Stream<DynamicTest> everyTypeAndView() {
        List<DynamicTest> tests = new ArrayList<>();
        for (DType type : DType.values()) {
            Tensor base = numbers(type, 3, 4, 2);
            Map<String, Tensor> views = Map.of("whole", base, "transposed", base.transpose(0, 2), "narrowed", base.narrow(1, 1, 2), "selected",
                    base.select(2, 1), "stepped", base.slice(1, 0, 4, 2), "vector", base.flatten().narrow(0, 5, 7), "number", base.get(1).get(2).get(0));
            views.forEach((name, view) -> tests.add(DynamicTest.dynamicTest(type + " " + name, () -> {
                INDArray array = view.toNd4j();
                assertSame(view, array);
                assertEquals(view.toString(), Tensor.of(array).toString());
                Tensor before = base.clone();
                array.assign(1); // written there, seen here, and nowhere else
                assertEquals(1, view.ne(1).any().logicalNot().item());
                assertEquals(before.ne(base).sum().itemLong(), before.copyFrom(before).ne(base).sum().itemLong());
                view.fillInPlace(0);
                assertSame(view, array);
                assertEquals(0, array.castTo(DataType.DOUBLE).sumNumber().doubleValue());
            })));
        }
        return tests.stream();
    }

    @Test
    void arraysAndTheirViews() {
        INDArray array = Nd4j.arange(24).castTo(DataType.FLOAT).reshape('c', 4, 6);
        Tensor t = Tensor.of(array);
        assertSame(t, array);
        Tensor row = Tensor.of(array.getRow(2));
        assertArrayEquals(new float[] {12, 13, 14, 15, 16, 17}, row.toFloatArray());
        Tensor column = Tensor.of(array.getColumn(1));
        assertArrayEquals(new float[] {1, 7, 13, 19}, column.toFloatArray());
        Tensor block = Tensor.of(array.get(NDArrayIndex.interval(1, 3), NDArrayIndex.interval(2, 2, 6)));
        assertArrayEquals(new float[] {8, 10, 14, 16}, block.toFloatArray());
        row.fillInPlace(-1);
        assertEquals(-1, array.getDouble(2, 1));
        assertEquals(-1, column.at(2));
        array.putScalar(new int[] {2, 1}, 5);
        assertEquals(5, column.at(2));
        assertEquals(5, row.at(1));
        INDArray fortran = array.dup('f');
        assertSame(Tensor.of(fortran), fortran);
        assertSame(Tensor.of(fortran.getRow(3)), fortran.getRow(3));
        Tensor scalar = Tensor.of(Nd4j.scalar(2.5));
        assertEquals(0, scalar.dim());
        assertEquals(2.5, scalar.item());
    }

    @Test
    void theirOpsRunOnOurMemory() {
        Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor b = Tensor.of(new float[] {1, 0, 2, 1, 0, 3}, 3, 2);
        Tensor out = Tensor.zeros(2, 2);
        a.toNd4j().mmuli(b.toNd4j(), out.toNd4j());
        assertArrayEquals(a.matmul(b).toFloatArray(), out.toFloatArray());
        a.t().toNd4j().addi(10);
        assertArrayEquals(new float[] {11, 12, 13, 14, 15, 16}, a.toFloatArray());
    }

    @Test
    void emptyOnes() {
        assertEquals(0, Tensor.zeros(0).toNd4j().length());
        assertEquals(0, Tensor.of(Nd4j.empty(DataType.FLOAT)).numel());
        assertEquals(Shape.of(0, 3), Tensor.of(Tensor.zeros(0, 3).toNd4j()).shape());
    }

    @Test
    void foreignTypesAreRefused() {
        assertEquals("Tensor.of: ND4J's UINT32 has no counterpart; cast the array first",
                assertThrows(DTypeException.class, () -> Tensor.of(Nd4j.zeros(DataType.UINT32, 2))).getMessage());
    }

    @Test
    void theMemoryStaysWhileOnlyTheArrayIsHeld() {
        INDArray held = Tensor.full(Shape.of(100_000), 3, DType.FLOAT32, Device.CPU).toNd4j();
        INDArray view = Tensor.full(Shape.of(100_000), 4, DType.FLOAT32, Device.CPU).toNd4j().reshape(100, 1000).getRow(7);
        for (int i = 0; i < 5; i++) {
            System.gc();
            Tensor.full(Shape.of(100_000), i, DType.FLOAT32, Device.CPU); // would take the memory over
            Tensor.full(Shape.of(100_000), i, DType.FLOAT32, Device.CPU);
            assertEquals(3, held.getDouble(99_999));
            assertEquals(4, view.getDouble(999));
        }
        Tensor t = Tensor.of(Nd4j.create(100_000).addi(3));
        System.gc();
        Nd4j.create(100_000);
        assertEquals(300_000, t.sum().item());
    }
}
