package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DTypeTest {
    private static final List<DType> ORDER = List.of(DType.BOOL, DType.UINT8, DType.INT8, DType.INT16, DType.INT32, DType.INT64, DType.FLOAT16,
            DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64);
    /** {@code torch.promote_types} of PyTorch 2.13 in that order: b bool, u uint8, 1 int8, 2 int16, 4 int32, 8 int64, h float16, f bfloat16, F float32, D float64. */
    private static final String LETTERS = "bu1248hfFD";
    private static final String[] PROMOTED = {"bu1248hfFD", "uu2248hfFD", "121248hfFD", "222248hfFD", "444448hfFD", "888888hfFD", "hhhhhhhFFD", "ffffffFfFD",
        "FFFFFFFFFD", "DDDDDDDDDD"};

    @Test
    void promotionIsPyTorchs() {
        for (int i = 0; i < PROMOTED.length; i++) {
            int row = i;
            String found = ORDER.stream().map(b -> LETTERS.substring(ORDER.indexOf(DType.promote(ORDER.get(row), b))).substring(0, 1)).collect(Collectors.joining());
            assertEquals(PROMOTED[i], found, ORDER.get(i).toString());
        }
        assertEquals(DType.values().length, ORDER.size());
    }

    @Test
    void limitsOfFloatingPoint() {
        assertEquals(new FInfo(DType.FLOAT16, 16, 0.0009765625, 65504, -65504, 6.103515625e-05, 1e-3), DType.FLOAT16.finfo());
        assertEquals(new FInfo(DType.BFLOAT16, 16, 0.0078125, 3.3895313892515355e+38, -3.3895313892515355e+38, 1.1754943508222875e-38, 1e-2), DType.BFLOAT16.finfo());
        assertEquals(new FInfo(DType.FLOAT32, 32, 1.1920928955078125e-07, 3.4028234663852886e+38, -3.4028234663852886e+38, 1.1754943508222875e-38, 1e-6),
                DType.FLOAT32.finfo());
        assertEquals(new FInfo(DType.FLOAT64, 64, 2.220446049250313e-16, 1.7976931348623157e+308, -1.7976931348623157e+308, 2.2250738585072014e-308, 1e-15),
                DType.FLOAT64.finfo());
        assertEquals(DType.FLOAT16.finfo().smallestNormal(), DType.FLOAT16.finfo().tiny());
        assertEquals("finfo: needs a floating point type, got int8; use iinfo()", assertThrows(DTypeException.class, DType.INT8::finfo).getMessage());
        assertEquals("finfo: needs a floating point type, got bool", assertThrows(DTypeException.class, DType.BOOL::finfo).getMessage());
    }

    @Test
    void limitsOfIntegers() {
        assertEquals(new IInfo(DType.UINT8, 8, 0, 255), DType.UINT8.iinfo());
        assertEquals(new IInfo(DType.INT8, 8, -128, 127), DType.INT8.iinfo());
        assertEquals(new IInfo(DType.INT16, 16, -32768, 32767), DType.INT16.iinfo());
        assertEquals(new IInfo(DType.INT32, 32, Integer.MIN_VALUE, Integer.MAX_VALUE), DType.INT32.iinfo());
        assertEquals(new IInfo(DType.INT64, 64, Long.MIN_VALUE, Long.MAX_VALUE), DType.INT64.iinfo());
        assertEquals("iinfo: needs an integer type, got float16; use finfo()", assertThrows(DTypeException.class, DType.FLOAT16::iinfo).getMessage());
        assertEquals("iinfo: needs an integer type, got bool", assertThrows(DTypeException.class, DType.BOOL::iinfo).getMessage());
    }

    @Test
    void fromArrays() {
        Tensor shorts = Tensor.of(new short[] {1, -2, 32767, -32768}, 2, 2);
        assertEquals("tensor([[     1,     -2],\n        [ 32767, -32768]], dtype=torch.int16)", shorts.toString());
        assertArrayEquals(new short[] {1, -2, 32767, -32768}, shorts.toShortArray());
        assertArrayEquals(new int[] {-1, -128, 127}, Tensor.of(new byte[] {-1, -128, 127}, DType.INT8).toIntArray());
        assertArrayEquals(new int[] {255, 128, 127}, Tensor.of(new byte[] {-1, -128, 127}, DType.INT16).toIntArray());
        assertArrayEquals(new float[] {0.0999755859375f, Float.POSITIVE_INFINITY}, Tensor.of(new float[] {0.1f, 1e5f}, DType.FLOAT16).toFloatArray());
        assertArrayEquals(new float[] {0.10009765625f, 99840}, Tensor.of(new double[] {0.1, 1e5}, DType.BFLOAT16).toFloatArray());
        assertEquals(DType.BFLOAT16, Tensor.of(new long[] {1}, DType.BFLOAT16).dtype());
        assertEquals(DType.INT8, Tensor.of(new int[] {1}, DType.INT8).dtype());
        assertEquals(Shape.of(2, 1), Tensor.of(new short[] {1, 2}, DType.FLOAT16, 2, 1).shape());
        assertEquals("tensor([[1, 2],\n        [3, 4]], dtype=torch.int16)", Tensor.tensor(new short[][] {{1, 2}, {3, 4}}).toString());
        assertEquals("tensor([[1., 2.],\n        [3., 4.]], dtype=torch.bfloat16)", Tensor.tensor(new int[][] {{1, 2}, {3, 4}}, DType.BFLOAT16).toString());
    }

    @Test
    void printedForm() {
        assertEquals("tensor([9.9976e-02, 6.5504e+04, 1.1921e-07], dtype=torch.float16)", Tensor.of(new double[] {0.1, 65504, 1e-7}, DType.FLOAT16).toString());
        assertEquals("tensor([0.1001, 2.5000], dtype=torch.bfloat16)", Tensor.of(new double[] {0.1, 2.5}, DType.BFLOAT16).toString());
        assertEquals("tensor(3.1406, dtype=torch.bfloat16)", Tensor.scalar(3.14159).toBfloat16().toString());
        assertEquals("tensor([], size=(0, 3), dtype=torch.float16)", Tensor.zeros(DType.FLOAT16, 0, 3).toString());
        assertEquals("tensor([       nan,        inf, 9.9692e+37], dtype=torch.bfloat16)",
                Tensor.of(new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e38}, DType.BFLOAT16).toString());
        assertEquals("tensor([1.0996], dtype=torch.float16, requires_grad=True)", Tensor.of(new double[] {1.1}, DType.FLOAT16).setRequiresGrad(true).toString());
        assertEquals("tensor([[ 1,  2],\n        [ 3, -4]], dtype=torch.int8)", Tensor.tensor(new int[][] {{1, 2}, {3, -4}}, DType.INT8).toString());
    }

    @Test
    void conversionsByName() {
        Tensor x = Tensor.of(new float[] {1.7f, 0, -2});
        List<Tensor> all = List.of(x.toHalf(), x.toBfloat16(), x.toDouble(), x.toShort(), x.toInt(), x.toLong(), x.toBool(), x.toFloat());
        assertEquals(List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT64, DType.INT16, DType.INT32, DType.INT64, DType.BOOL, DType.FLOAT32),
                all.stream().map(Tensor::dtype).toList());
        assertSame(x, x.toFloat());
        assertArrayEquals(new int[] {1, 0, -2}, x.toShort().toIntArray());
        assertArrayEquals(new boolean[] {true, false, true}, x.toBool().toBooleanArray());
    }

    @Test
    void likeThisTensor() {
        Tensor x = Tensor.zeros(DType.BFLOAT16, 2, 3);
        assertEquals("tensor([[2.5000, 2.5000, 2.5000],\n        [2.5000, 2.5000, 2.5000]], dtype=torch.bfloat16)", x.fullLike(2.5).toString());
        assertEquals(DType.INT8, x.fullLike(3, DType.INT8).dtype());
        assertEquals(6, x.onesLike(DType.INT16).sum().item());
        assertEquals(0, x.zerosLike(DType.INT16).sum().item());
        assertEquals(DType.FLOAT16, x.emptyLike(DType.FLOAT16).dtype());
        assertEquals("tensor([1., 1.], dtype=torch.bfloat16)", x.newOnes(2).toString());
        assertEquals("tensor([0., 0.], dtype=torch.bfloat16)", x.newZeros(2).toString());
        assertEquals("tensor([7., 7.], dtype=torch.bfloat16)", x.newFull(7, 2).toString());
        assertEquals("tensor([1., 2.], dtype=torch.bfloat16)", x.newTensor(new int[] {1, 2}).toString());
        assertEquals(DType.BFLOAT16, x.newEmpty(4).dtype());
        assertTrue(x.randLike(DType.FLOAT16).lt(1).all().item() == 1 && x.randnLike(DType.FLOAT16).dtype() == DType.FLOAT16);
        assertEquals(DType.INT8, Tensor.randint(DType.INT8, -3, 4, 5).dtype());
        assertEquals("tensor([[1, 0, 0],\n        [0, 1, 0]], dtype=torch.int8)", Tensor.eye(DType.INT8, 2, 3).toString());
    }

    @Test
    void whatAnIntegerTypeDoesNotHold() {
        assertEquals("full: 300.0 does not fit into uint8, which holds 0 to 255; use a wider type",
                assertThrows(DTypeException.class, () -> Tensor.full(DType.UINT8, 300, 2)).getMessage());
        assertEquals(255, Tensor.full(DType.UINT8, -1, 1).item());
        Tensor x = Tensor.zeros(DType.INT8, 2);
        assertThrows(DTypeException.class, () -> x.fillInPlace(128));
        assertThrows(DTypeException.class, () -> x.fillInPlace(Double.NaN));
        assertEquals(0, x.ne(0).sum().item());
        assertEquals(-128, x.fillInPlace(-128).at(0));
        assertThrows(DTypeException.class, () -> Tensor.arange(DType.BOOL, 0, 3, 1));
    }

    @Test
    void theSameBytesAsAnotherType() {
        Tensor x = Tensor.of(new float[] {1, -2, 3, 4}, 2, 2);
        Tensor bits = x.view(DType.INT32);
        assertArrayEquals(new int[] {0x3F800000, 0xC0000000, 0x40400000, 0x40800000}, bits.toIntArray());
        assertSame(x.storage(), bits.storage());
        assertEquals(Shape.of(2, 4), x.view(DType.INT16).shape());
        assertArrayEquals(new short[] {0, 0x4040, 0, 0x4080}, x.get(1).view(DType.INT16).toShortArray());
        assertEquals(Shape.of(2, 1), x.view(DType.FLOAT64).shape());
        assertTrue(x.equal(x.view(DType.UINT8).view(DType.FLOAT32)));
        assertTrue(x.t().equal(x.t().view(DType.INT32).view(DType.FLOAT32)));
        assertEquals("view: (2, 2) of float32 as int16 needs a contiguous last dimension; use contiguous() first",
                assertThrows(ShapeException.class, () -> x.t().view(DType.INT16)).getMessage());
        assertThrows(ShapeException.class, () -> Tensor.zeros(3).view(DType.INT64));
        assertThrows(ShapeException.class, () -> x.flatten().narrow(0, 1, 2).view(DType.INT64));
        assertThrows(ShapeException.class, () -> Tensor.scalar(1.0).view(DType.INT16));
    }

    /** Moves keep what conversions may change: the payload of NaN. */
    @Test
    void movedBitForBit() {
        Tensor bits = Tensor.arange(65536).to(DType.INT16).view(256, 256);
        for (DType type : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            Tensor x = bits.view(type);
            Tensor order = Tensor.arange(255, -1, -1);
            assertTrue(bits.equal(x.clone().view(DType.INT16)));
            assertTrue(bits.t().contiguous().equal(x.t().contiguous().view(DType.INT16)));
            assertTrue(bits.flip(0).equal(x.indexSelect(0, order).view(DType.INT16)));
            assertTrue(bits.flip(0).equal(x.gather(0, order.unsqueeze(1).expand(256, 256)).view(DType.INT16)));
            assertTrue(bits.equal(x.emptyLike().copyFrom(x).view(DType.INT16)));
            assertTrue(Tensor.cat(1, bits, bits).equal(Tensor.cat(1, x, x).view(DType.INT16)));
        }
    }

    @Test
    void gradientsComeInTheLeafsType() {
        Tensor half = Tensor.of(new double[] {1, 2, 3}, DType.FLOAT16).setRequiresGrad(true);
        Tensor brain = Tensor.of(new double[] {0.5, 0.25, 2}, DType.BFLOAT16).setRequiresGrad(true);
        Tensor product = half.mul(brain);
        assertEquals(DType.FLOAT32, product.dtype());
        product.toDouble().sum().backward();
        assertEquals("tensor([0.5000, 0.2500, 2.0000], dtype=torch.float16)", half.grad().toString());
        assertEquals("tensor([1., 2., 3.], dtype=torch.bfloat16)", brain.grad().toString());
        half.clearGrad();
        half.toFloat().mul(0.1).sum().backward();
        assertEquals(Half.round(DType.FLOAT16, 0.1f), half.grad().at(0));
        assertThrows(DTypeException.class, () -> Tensor.zeros(DType.INT16, 2).setRequiresGrad(true));
    }

    @Test
    void inPlace() {
        Tensor half = Tensor.ones(DType.FLOAT16, 3);
        half.addInPlace(Tensor.full(DType.FLOAT32, 0.1, 3)); // computed in float32, stored narrow
        assertArrayEquals(new float[] {1.099609375f, 1.099609375f, 1.099609375f}, half.toFloatArray());
        Tensor small = Tensor.full(DType.INT8, 100, 2);
        assertArrayEquals(new int[] {-56, -56}, small.addInPlace(small.clone()).toIntArray());
        assertThrows(DTypeException.class, () -> small.addInPlace(half.narrow(0, 0, 2)));
        assertFalse(half.requiresGrad());
    }

    @Test
    void sumsAreCarriedWider() {
        assertEquals(4096, Tensor.ones(DType.FLOAT16, 4096).sum().item()); // one by one it would stay at 2048
        assertEquals(4096, Tensor.ones(DType.BFLOAT16, 4096).sum().item());
        assertEquals(DType.INT64, Tensor.full(DType.INT8, 100, 100).sum().dtype());
        assertEquals(10_000, Tensor.full(DType.INT8, 100, 100).sum().item());
        assertEquals(Float.POSITIVE_INFINITY, Tensor.full(DType.FLOAT16, 60_000, 2).sum().item());
        assertEquals(60_000, Tensor.full(DType.FLOAT16, 60_000, 2).mean().item(), 16);
        assertEquals(4096, Tensor.ones(DType.FLOAT16, 1, 4096).matmul(Tensor.ones(DType.FLOAT16, 4096, 1)).item());
    }

    @Test
    void largeOnesGoThroughThreads() {
        Tensor x = Autograd.noGrad(() -> Tensor.arange(200_003).remainder(1000).to(DType.FLOAT16));
        Tensor expected = x.toFloat().add(0.5f).toHalf();
        assertTrue(expected.equal(x.add(0.5)));
        assertTrue(Tensor.arange(200_003).remainder(1000).eq(x.toLong()).all().item() == 1);
        assertEquals(Arrays.stream(x.toDoubleArray()).sum(), x.toDouble().sum().item());
    }
}
