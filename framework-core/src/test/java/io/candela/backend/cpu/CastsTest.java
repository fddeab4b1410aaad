package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.DType;
import io.candela.tensor.Half;
import io.candela.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversions between element types, one by one by the rules, against whole tensors, small and as large as oneDNN takes them. */
class CastsTest {
    private static final float[] CORNERS = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f, 0.99f, -0.99f, 1.5f, -2.5f, 127.9f, 128, 255,
        256, -129, 32767.5f, 32768, 65503.9f, 65504, 65519.9f, 65520, -65520, 1e6f, 0x1p31f, -0x1p31f, 0x1.fffffep30f, 0x1p63f, -0x1p63f, 1e30f, -1e30f,
        Float.MIN_VALUE, -Float.MIN_VALUE, 0x1p-24f, 0x1p-25f, 0x1.000002p-25f, 0x1.8p-24f, 0x1.ffep-15f, 0x1.fffp-15f, 0x1p-14f, 1e-40f, Float.MAX_VALUE};

    private static float[] numbers(int n) {
        Random random = new Random(11);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i < CORNERS.length ? CORNERS[i] : i % 2 == 0 ? Float.intBitsToFloat(random.nextInt()) : (float) (300 * random.nextGaussian());
        }
        return x;
    }

    private static long cut(double x) {
        return x != x || x >= 0x1p63 || x < -0x1p63 ? Long.MIN_VALUE : (long) x;
    }

    private static int cutToInt(double x) {
        return x != x || x >= 0x1p31 || x <= -0x1p31 - 1 ? Integer.MIN_VALUE : (int) x;
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 40, 2500, 70_000})
    void floatsBecomeOtherTypes(int n) {
        float[] x = numbers(n);
        float[] spread = new float[2 * n];
        for (int i = 0; i < n; i++) {
            spread[2 * i] = x[i];
        }
        for (Tensor t : new Tensor[] {Tensor.of(x, n), Tensor.of(spread, 2 * n).slice(0, 0, 2 * n, 2)}) {
            long[] longs = t.to(DType.INT64).toLongArray();
            long[] ints = t.to(DType.INT32).toLongArray();
            long[] shorts = t.to(DType.INT16).toLongArray();
            long[] bytes = t.to(DType.INT8).toLongArray();
            long[] unsigned = t.to(DType.UINT8).toLongArray();
            double[] doubles = t.to(DType.FLOAT64).toDoubleArray();
            boolean[] truths = t.to(DType.BOOL).toBooleanArray();
            float[] halves = t.to(DType.FLOAT16).toFloatArray();
            float[] upper = t.to(DType.BFLOAT16).toFloatArray();
            for (int i = 0; i < n; i++) {
                String what = "float " + x[i] + " at " + i;
                assertEquals(cut(x[i]), longs[i], what);
                assertEquals(cutToInt(x[i]), ints[i], what);
                assertEquals((short) cutToInt(x[i]), shorts[i], what);
                assertEquals((byte) cutToInt(x[i]), bytes[i], what);
                assertEquals(cut(x[i]) & 0xFF, unsigned[i], what);
                assertEquals(x[i], doubles[i], what);
                assertEquals(x[i] != 0, truths[i], what);
                assertEquals(Half.fromFloat16(Half.toFloat16(x[i])), halves[i], what);
                assertEquals(Half.fromBfloat16(Half.toBfloat16(x[i])), upper[i], what);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 2500, 70_000})
    void integersBecomeFloats(int n) {
        Random random = new Random(13);
        long[] x = new long[n];
        for (int i = 0; i < n; i++) {
            x[i] = i % 3 == 0 ? random.nextInt(600) - 300 : i % 3 == 1 ? random.nextInt() : random.nextLong();
        }
        Tensor t = Tensor.of(x, n);
        for (DType type : new DType[] {DType.INT64, DType.INT32, DType.INT16, DType.INT8, DType.UINT8, DType.BOOL}) {
            Tensor narrow = t.to(type);
            float[] floats = narrow.to(DType.FLOAT32).toFloatArray();
            double[] doubles = narrow.to(DType.FLOAT64).toDoubleArray();
            float[] halves = narrow.to(DType.FLOAT16).toFloatArray();
            long[] back = narrow.to(DType.INT64).toLongArray();
            for (int i = 0; i < n; i++) {
                long whole = switch (type) {
                    case INT64 -> x[i];
                    case INT32 -> (int) x[i];
                    case INT16 -> (short) x[i];
                    case INT8 -> (byte) x[i];
                    case UINT8 -> x[i] & 0xFF;
                    default -> x[i] != 0 ? 1 : 0;
                };
                assertEquals(whole, back[i], type + " of " + x[i]);
                assertEquals((float) whole, floats[i], type + " of " + x[i]);
                assertEquals((double) whole, doubles[i], type + " of " + x[i]);
                assertEquals(Half.fromFloat16(Half.toFloat16(whole)), halves[i], type + " of " + x[i]);
            }
        }
    }

    /** All 65 536 of both half types, by way of a tensor that is large, and of small ones. */
    @Test
    void everyHalfBecomesItsFloat() {
        short[] all = new short[1 << 16];
        for (int i = 0; i < all.length; i++) {
            all[i] = (short) i;
        }
        for (DType type : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
            Tensor t = Tensor.empty(io.candela.tensor.Shape.of(all.length), type, io.candela.tensor.Device.CPU);
            HostStorage storage = HostStorage.of(t);
            storage.block.shorts.put((storage.start >> 1) + t.offset(), all, 0, all.length);
            float[] wanted = new float[all.length];
            for (int i = 0; i < all.length; i++) {
                wanted[i] = type == DType.FLOAT16 ? Half.fromFloat16(all[i]) : Half.fromBfloat16(all[i]);
            }
            assertArrayEquals(wanted, t.to(DType.FLOAT32).toFloatArray());
            for (int i = 0; i < all.length; i += 2048) {
                assertArrayEquals(java.util.Arrays.copyOfRange(wanted, i, i + 2048), t.slice(0, i, i + 2048, 1).to(DType.FLOAT32).toFloatArray());
            }
            assertArrayEquals(wanted, t.to(DType.FLOAT32).to(type).to(DType.FLOAT32).toFloatArray());
        }
    }
}
