package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class HalfTest {
    private static final long CRC_FLOAT16 = 0x4e646bcaL;
    private static final long CRC_BFLOAT16 = 0x93b1249L;

    /** What IEEE 754 says these bits mean, with an exponent of {@code bits} bits. */
    private static double meaning(int half, int bits) {
        int fraction = 15 - bits;
        int exponent = half >> fraction & (1 << bits) - 1;
        int rest = half & (1 << fraction) - 1;
        int bias = (1 << bits - 1) - 1;
        double size = exponent == (1 << bits) - 1 ? rest == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                : exponent == 0 ? Math.scalb((double) rest, 1 - bias - fraction) : Math.scalb((double) (1 << fraction | rest), exponent - bias - fraction);
        return half >= 0x8000 ? -size : size;
    }

    @Test
    void everyHalfIsTheFloatThatItMeans() {
        for (int half = 0; half < 65536; half++) {
            assertEquals(meaning(half, 5), Half.fromFloat16((short) half));
            assertEquals(meaning(half, 8), Half.fromBfloat16((short) half));
        }
    }

    /** CRC-32 of the little-endian floats of all 65536 patterns, from PyTorch 2.13: {@code zlib.crc32(torch.arange(65536).to(torch.int16).view(dtype).float().numpy())}. */
    @Test
    void thoseFloatsArePyTorchs() {
        assertEquals(CRC_FLOAT16, crc(DType.FLOAT16));
        assertEquals(CRC_BFLOAT16, crc(DType.BFLOAT16));
    }

    private static long crc(DType type) {
        ByteBuffer bytes = Tensor.arange(65536).to(DType.INT16).view(type).to(DType.FLOAT32).toByteBuffer();
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    @Test
    void everyNumberComesBack() {
        for (int half = 0; half < 65536; half++) {
            float f = Half.fromFloat16((short) half);
            float b = Half.fromBfloat16((short) half);
            assertTrue(f != f ? Float.isNaN(Half.fromFloat16(Half.toFloat16(f))) : (short) half == Half.toFloat16(f));
            assertTrue(b != b ? Float.isNaN(Half.fromBfloat16(Half.toBfloat16(b))) : (short) half == Half.toBfloat16(b));
        }
    }

    /** Between neighbours: what is nearer wins, in the middle the even one; beyond the largest as if there were one more before infinity. */
    @Test
    void roundsToTheNearestAndEven() {
        for (int half = 0; half < 0x7C00; half++) {
            float low = Half.fromFloat16((short) half);
            double high = half == 0x7BFF ? 65536 : Half.fromFloat16((short) (half + 1));
            float middle = (float) ((low + high) / 2); // exact
            int even = half + (half & 1);
            check(DType.FLOAT16, half, even, middle);
        }
        for (int half = 0; half < 0x7F80; half++) {
            check(DType.BFLOAT16, half, half + (half & 1), Float.intBitsToFloat(half << 16 | 0x8000));
        }
    }

    private static void check(DType type, int low, int even, float middle) {
        assertEquals(low, bits(type, Math.nextDown(middle)));
        assertEquals(even, bits(type, middle));
        assertEquals(low + 1, bits(type, Math.nextUp(middle)));
        assertEquals(low | 0x8000, bits(type, -Math.nextDown(middle)));
        assertEquals(even | 0x8000, bits(type, -middle));
        assertEquals(low + 1 | 0x8000, bits(type, -Math.nextUp(middle)));
    }

    private static int bits(DType type, float x) {
        return (type == DType.FLOAT16 ? Half.toFloat16(x) : Half.toBfloat16(x)) & 0xFFFF;
    }

    @Test
    void outOfRange() {
        for (float x : new float[] {65520, 1e5f, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
            assertEquals(Float.POSITIVE_INFINITY, Half.round(DType.FLOAT16, x));
            assertEquals(Float.NEGATIVE_INFINITY, Half.round(DType.FLOAT16, -x));
        }
        assertEquals(65504, Half.round(DType.FLOAT16, Math.nextDown(65520f)));
        assertEquals(Float.POSITIVE_INFINITY, Half.round(DType.BFLOAT16, Float.MAX_VALUE));
        assertTrue(Float.isNaN(Half.round(DType.FLOAT16, Float.intBitsToFloat(0x7F800001))));
        assertTrue(Float.isNaN(Half.round(DType.BFLOAT16, Float.intBitsToFloat(0x7F800001)))); // truncation would make infinity of it
        assertEquals(1.1f, Half.round(DType.FLOAT32, 1.1f));
    }
}
