package io.candela.tensor;

/**
 * The two floating point types of two bytes and their way to and from float. Every half is a float, so one way is exact; the other rounds to
 * nearest, ties to even: what is too large becomes infinity, what is too small 0 or a number below normal, and NaN stays NaN.
 */
public final class Half {
    private static final int FLOAT_INFINITY = 0x7F800000;
    /** Of a float that is NaN: set in every result of the processor's own conversion. */
    private static final int QUIET = 0x400000;
    private static final int INFINITY = 0x7C00;
    private static final int NAN = 0x7E00;
    private static final short BFLOAT16_NAN = 0x7FC0;
    /** Float's bias less float16's, in place of a float's exponent. */
    private static final int REBIAS = 127 - 15 << 23;

    private Half() {}

    /** The number that these bits are in {@link DType#FLOAT16}. */
    public static float fromFloat16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int rest = bits & 0x7FFF;
        if (rest >= INFINITY) {
            int fraction = rest & 0x3FF;
            return Float.intBitsToFloat(sign | FLOAT_INFINITY | (fraction == 0 ? 0 : QUIET | fraction << 13));
        }
        float size = Float.intBitsToFloat(rest << 13) * 0x1p112f; // numbers below normal come out right too: the product is exact
        return Float.intBitsToFloat(sign | Float.floatToRawIntBits(size));
    }

    /** The bits in {@link DType#FLOAT16} of the number nearest to {@code x}. */
    public static short toFloat16(float x) {
        int bits = Float.floatToRawIntBits(x);
        int sign = bits >>> 16 & 0x8000;
        int rest = bits & Integer.MAX_VALUE;
        if (rest >= 0x47800000) { // 65536
            return (short) (sign | (rest > FLOAT_INFINITY ? NAN : INFINITY));
        }
        if (rest < 0x38800000) { // 2^-14, below normal: the sum has its last bit where float16 has it
            return (short) (sign | Float.floatToRawIntBits(Float.intBitsToFloat(rest) + 0.5f) - 0x3F000000);
        }
        return (short) (sign | rest - REBIAS + 0xFFF + (rest >>> 13 & 1) >>> 13); // from 65520 on the carry makes infinity
    }

    /** The number that these bits are in {@link DType#BFLOAT16}. */
    public static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The bits in {@link DType#BFLOAT16} of the number nearest to {@code x}. */
    public static short toBfloat16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return x != x ? BFLOAT16_NAN : (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    /** The number of a half type that is nearest to {@code x}; of float32 and float64, {@code x} itself. */
    public static float round(DType type, float x) {
        return switch (type) {
            case FLOAT16 -> fromFloat16(toFloat16(x));
            case BFLOAT16 -> fromBfloat16(toBfloat16(x));
            default -> x;
        };
    }

    /** Rounds the first {@code n} numbers as {@link #round(DType, float)}. */
    public static void round(DType type, float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = round(type, x[i]);
        }
    }
}
