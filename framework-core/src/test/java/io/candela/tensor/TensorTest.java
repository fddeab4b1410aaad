package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.testing.Close;
import io.candela.testing.OpContract;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Making tensors, converting them, reading them, and overwriting them. */
class TensorTest {
    // ---- creation ----

    @Test
    void fromArrays() {
        assertEquals("tensor([[1., 2.], [3., 4.]])", Tensor.of(new float[][] {{1, 2}, {3, 4}}).toString().replace(",\n       ", ","));
        assertEquals(Shape.of(3), Tensor.of(new double[3]).shape());
        assertEquals(Shape.of(0), Tensor.of(new int[0]).shape());
        assertEquals(Shape.of(1), Tensor.of(new long[1]).shape());
        assertEquals(Shape.of(2, 0), Tensor.of(new float[0], 2, 0).shape());
        assertArrayEquals(new long[] {255, 1, 128}, Tensor.of(new byte[] {-1, 1, -128}).toLongArray());
        assertArrayEquals(new boolean[] {true, false}, Tensor.of(new boolean[] {true, false}).toBooleanArray());
        float[] data = {1, 2};
        Tensor t = Tensor.of(data);
        data[0] = 9;
        assertEquals(1, t.at(0), "a copy");
    }

    @Test
    void sequences() { // as printed by PyTorch
        assertEquals("tensor([0.0000, 0.1667, 0.3333, 0.5000, 0.6667, 0.8333, 1.0000])", Tensor.linspace(0, 1, 7).toString());
        assertArrayEquals(new float[] {-2, -0.79999995f, 0.4000001f, 1.6f, 2.8f, 4}, Tensor.linspace(-2, 4, 6).toFloatArray(), 2e-7f);
        assertEquals("tensor([3.])", Tensor.linspace(3, 9, 1).toString());
        assertEquals("tensor([])", Tensor.linspace(0, 1, 0).toString());
        assertArrayEquals(new long[] {5, 3, 1}, Tensor.arange(5, 0, -2).toLongArray());
        assertArrayEquals(new long[] {2, 5, 8}, Tensor.arange(2, 9, 3).toLongArray());
        assertArrayEquals(new long[0], Tensor.arange(0).toLongArray());
        assertArrayEquals(new float[] {1, 0, 0, 1}, Tensor.eye(2).toFloatArray());
        assertArrayEquals(new long[] {1, 1}, Tensor.full(Shape.of(2), 1.9, DType.INT64, Device.CPU).toLongArray());
        assertEquals(Long.MAX_VALUE, Tensor.scalar(Long.MAX_VALUE).itemLong());
    }

    // ---- conversion: the golden table has the values of all pairs ----

    @Test
    void conversionsAtTheEnds() {
        assertArrayEquals(new boolean[] {true, false, false, true, true}, Tensor.of(new float[] {Float.NaN, 0, -0f, 1e-45f, -3}).to(DType.BOOL).toBooleanArray());
        assertArrayEquals(new boolean[] {true, false}, Tensor.of(new double[] {1e-320, 0}).to(DType.BOOL).toBooleanArray());
        assertArrayEquals(new long[] {255, 0, 44, 255}, Tensor.of(new float[] {-1.5f, -0.5f, 300.7f, 255.9f}).to(DType.UINT8).toLongArray());
        assertArrayEquals(new long[] {7, -1}, Tensor.of(new long[] {(1L << 40) + 7, -1}).to(DType.INT32).toLongArray());
        assertArrayEquals(new long[] {255, 0}, Tensor.of(new long[] {-1, 256}).to(DType.UINT8).toLongArray());
        assertEquals(0x1p62f, Tensor.scalar((1L << 62) + 1).to(DType.FLOAT32).item());
        assertArrayEquals(new double[] {16777216, 16777218}, Tensor.of(new long[] {16777217, 16777219}).to(DType.FLOAT32).toDoubleArray(), 2);
        assertArrayEquals(new float[] {0.1f, Float.POSITIVE_INFINITY}, Tensor.of(new double[] {0.1, 1e39}).to(DType.FLOAT32).toFloatArray());
        assertArrayEquals(new long[] {-1, 3}, Tensor.of(new double[] {-1.9, 3.9}).to(DType.INT64).toLongArray());
        Tensor x = Tensor.ones(2);
        assertSame(x, x.to(DType.FLOAT32));
    }

    @Test
    void largeIntegersStayExact() {
        long big = (1L << 53) + 1;
        Tensor x = Tensor.of(new long[] {big, -big});
        assertArrayEquals(new long[] {big, -big}, x.clone().toLongArray());
        assertArrayEquals(new long[] {big + 1, 1 - big}, x.add(1).toLongArray());
        assertArrayEquals(new long[] {0, -2 * big}, x.sub(Tensor.scalar(big)).toLongArray());
        assertArrayEquals(new long[] {big, -big}, x.clamp(Long.MIN_VALUE, Long.MAX_VALUE).toLongArray());
        assertEquals(big, x.max().itemLong());
        assertEquals(0, x.sum().itemLong());
        assertArrayEquals(new long[] {2 * big, 0}, x.add(big).toLongArray());
        assertArrayEquals(new boolean[] {true, false}, x.eq(Tensor.scalar(big)).toBooleanArray());
    }

    @Test
    void reading() {
        Tensor t = Tensor.of(new double[] {1.5, -2.5, 3.9, 0}, 2, 2).t();
        assertArrayEquals(new float[] {1.5f, 3.9f, -2.5f, 0}, t.toFloatArray());
        assertArrayEquals(new int[] {1, 3, -2, 0}, t.toIntArray());
        assertArrayEquals(new long[] {1, 3, -2, 0}, t.toLongArray());
        assertArrayEquals(new boolean[] {true, true, true, false}, t.toBooleanArray());
        assertEquals(3.9, t.at(0, -1));
        assertEquals(-2, t.select(0, 1).select(0, 0).itemLong());
        assertEquals(3.9, t.toByteBuffer().getDouble(8));
        assertEquals(1, Tensor.of(new boolean[] {true}).item());
        assertEquals(2.5, Tensor.of(new float[] {9, 2.5f}).get(1).item());
        assertTrue(t.equal(t.clone()));
        assertFalse(t.equal(t.t()));
        assertFalse(Tensor.of(new float[] {Float.NaN}).equal(Tensor.of(new float[] {Float.NaN})));
        assertTrue(Tensor.zeros(0).equal(Tensor.zeros(0)));
    }

    // ---- views ----

    /** Whatever the strides are: the elements in the new shape are those of a copy. */
    @Test
    void reshapeOfAnyStrides() {
        Random random = new Random(5);
        int[][] shapes = {{2, 3, 4, 5}, {120}, {6, 20}, {1, 120, 1}, {2, 1, 3, 20}, {24, 5}, {5, 4, 3, 2}, {4, 1, 5, 6}, {2, 2, 2, 15}};
        int views = 0;
        for (int i = 0; i < 3000; i++) {
            int[] from = shapes[random.nextInt(shapes.length)];
            Tensor x = Tensor.arange(120).view(from);
            List<UnaryOperator<Tensor>> arrangements = List.copyOf(OpContract.arrangements().values());
            if (random.nextBoolean()) {
                x = arrangements.get(random.nextInt(arrangements.size())).apply(x);
            }
            if (x.dim() > 1 && random.nextBoolean()) {
                x = x.transpose(random.nextInt(x.dim()), random.nextInt(x.dim()));
            }
            if (random.nextInt(4) == 0) {
                x = x.unsqueeze(random.nextInt(x.dim() + 1));
            }
            int[] to = shapes[random.nextInt(shapes.length)];
            Tensor y = x.reshape(to);
            Close.assertExact("reshape", x.clone(MemoryFormat.CONTIGUOUS).view(to), y);
            boolean shared = y.storage() == x.storage();
            views += shared ? 1 : 0;
            Tensor source = x;
            if (shared) {
                assertSame(x.storage(), x.view(to).storage());
            } else {
                assertThrows(ShapeException.class, () -> source.view(to));
            }
        }
        assertTrue(views > 1000, views + " views");
    }

    @Test
    void aChangeThroughAViewIsSeenByAll() {
        Tensor x = Tensor.zeros(3, 4);
        int version = x.storage().version();
        x.t().narrow(0, 1, 2).select(1, 2).fillInPlace(5);
        assertArrayEquals(new float[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 0}, x.toFloatArray());
        assertEquals(version + 1, x.storage().version());
        assertTrue(x.t().isView());
        assertFalse(x.isView());
    }

    // ---- in place ----

    @Test
    void overwriting() {
        Tensor x = Tensor.zeros(2, 3);
        int version = x.storage().version();
        assertSame(x, x.copyFrom(Tensor.of(new long[] {1, 2, 3})));
        assertArrayEquals(new float[] {1, 2, 3, 1, 2, 3}, x.toFloatArray());
        assertSame(x, x.fillInPlace(2.5));
        assertSame(x, x.zeroInPlace());
        assertSame(x, x.uniformInPlace(0, 1));
        assertSame(x, x.normalInPlace(0, 1));
        assertSame(x, x.bernoulliInPlace(0.5));
        assertEquals(version + 6, x.storage().version());
        Tensor whole = Tensor.zeros(DType.INT32, 3).copyFrom(Tensor.of(new float[] {1.9f, -1.9f, 7}));
        assertArrayEquals(new int[] {1, -1, 7}, whole.toIntArray());
        assertEquals("copyFrom: source (2) does not broadcast to (2, 3)",
                assertThrows(ShapeException.class, () -> x.copyFrom(Tensor.zeros(2))).getMessage());
        assertEquals("uniformInPlace: needs floating point, got int32; use Tensor.randint for integers",
                assertThrows(DTypeException.class, () -> whole.uniformInPlace(0, 1)).getMessage());
    }

    @Test
    void overwrittenElementsGetNoGradient() {
        Tensor a = Tensor.ones(2).setRequiresGrad(true);
        Tensor b = Tensor.ones(2).setRequiresGrad(true);
        Tensor y = a.mul(2.0);
        y.copyFrom(b.mul(3.0));
        y.sum().backward();
        assertArrayEquals(new float[] {0, 0}, a.grad().toFloatArray());
        assertArrayEquals(new float[] {3, 3}, b.grad().toFloatArray());
        Tensor z = a.mul(2.0);
        z.fillInPlace(1);
        a.clearGrad();
        z.add(a).sum().backward();
        assertArrayEquals(new float[] {1, 1}, a.grad().toFloatArray());
    }
}
