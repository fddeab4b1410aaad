package io.candela.backend.cpu;

import io.candela.tensor.Half;

/**
 * Conversions between element types over heap arrays. Names: {@code widen} loses nothing but digits, {@code cast} cuts off what does not fit,
 * {@code unsigned} has bytes from 0 to 255, {@code truth} whether a number is not 0.
 */
final class CastLoops {
    /** Every float16 as a float: a look-up takes a quarter of the time of the conversion. */
    private static final class Halves {
        static final float[] VALUES = new float[1 << 16];

        static {
            for (int i = 0; i < VALUES.length; i++) {
                VALUES[i] = Half.fromFloat16((short) i);
            }
        }
    }

    private CastLoops() {}

    /** As {@link Half#toBfloat16}, the result in the lower half. */
    static void upperHalves(int[] x, int n) {
        for (int i = 0; i < n; i++) {
            int v = x[i];
            int nan = FloatBits.INFINITY - (v & Integer.MAX_VALUE) >> 31;
            x[i] = v + 0x7FFF + (v >>> 16 & 1) >>> 16 & ~nan | 0x7FC0 & nan;
        }
    }

    /** Sums whose last bit is that of a float16 below normal. */
    static void addHalf(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.abs(x[i]) + 0.5f;
        }
    }

    /** As {@link Half#toFloat16}, of all three kinds of numbers at once. */
    static void halves(int[] x, int[] small, int n) {
        for (int i = 0; i < n; i++) {
            int rest = x[i] & Integer.MAX_VALUE;
            int large = 0x477FFFFF - rest >> 31;
            int nan = FloatBits.INFINITY - rest >> 31;
            int below = rest - 0x38800000 >> 31;
            int normal = rest - 0x38000000 + 0xFFF + (rest >>> 13 & 1) >>> 13;
            int size = small[i] - 0x3F000000 & below | (0x7C00 | nan & 0x200) & large | normal & ~(below | large);
            x[i] = x[i] >>> 16 & 0x8000 | size;
        }
    }

    static void narrow(int[] in, short[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (short) in[i];
        }
    }

    static void halves(short[] in, float[] out, int at, int n) {
        float[] values = Halves.VALUES;
        for (int i = 0; i < n; i++) {
            out[at + i] = values[in[i] & 0xFFFF];
        }
    }

    static void upperHalves(short[] in, float[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = Float.intBitsToFloat(in[i] << 16);
        }
    }

    static void cast(double[] in, float[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = (float) in[i];
        }
    }

    static void widen(long[] in, float[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void widen(int[] in, float[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void widen(short[] in, float[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void widen(byte[] in, float[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void unsigned(byte[] in, float[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i] & 0xFF;
        }
    }

    static void widen(float[] in, double[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void widen(long[] in, double[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void widen(int[] in, double[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void widen(short[] in, double[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void widen(byte[] in, double[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void unsigned(byte[] in, double[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i] & 0xFF;
        }
    }

    static void cast(float[] in, long[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = cut(in[i]);
        }
    }

    static void cast(double[] in, long[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = cut(in[i]);
        }
    }

    static void widen(int[] in, long[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void widen(short[] in, long[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void widen(byte[] in, long[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i];
        }
    }

    static void unsigned(byte[] in, long[] out, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[at + i] = in[i] & 0xFF;
        }
    }

    static void cast(float[] in, int at, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = in[at + i];
        }
    }

    static void cast(float[] in, int at, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = cut(in[at + i]);
        }
    }

    static void cast(float[] in, int at, int[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = cutToInt(in[at + i]);
        }
    }

    static void cast(float[] in, int at, short[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (short) cutToInt(in[at + i]);
        }
    }

    static void cast(float[] in, int at, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) cutToInt(in[at + i]);
        }
    }

    static void unsigned(float[] in, int at, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) cut(in[at + i]);
        }
    }

    static void truth(float[] in, int at, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (in[at + i] != 0 ? 1 : 0);
        }
    }

    static void cast(double[] in, int at, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) in[at + i];
        }
    }

    static void cast(double[] in, int at, long[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = cut(in[at + i]);
        }
    }

    static void cast(double[] in, int at, int[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = cutToInt(in[at + i]);
        }
    }

    static void cast(double[] in, int at, short[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (short) cutToInt(in[at + i]);
        }
    }

    static void cast(double[] in, int at, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) cutToInt(in[at + i]);
        }
    }

    static void unsigned(double[] in, int at, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) cut(in[at + i]);
        }
    }

    static void truth(double[] in, int at, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (in[at + i] != 0 ? 1 : 0);
        }
    }

    static void cast(long[] in, int at, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = in[at + i];
        }
    }

    static void cast(long[] in, int at, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = in[at + i];
        }
    }

    static void cast(long[] in, int at, int[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (int) in[at + i];
        }
    }

    static void cast(long[] in, int at, short[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (short) in[at + i];
        }
    }

    static void cast(long[] in, int at, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) in[at + i];
        }
    }

    static void truth(long[] in, int at, byte[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (byte) (in[at + i] != 0 ? 1 : 0);
        }
    }

    /** Without its fraction; what does not fit becomes the smallest number, as x86 has it and so PyTorch. */
    static long cut(double x) {
        long whole = (long) x;
        return whole == Long.MAX_VALUE || x != x ? Long.MIN_VALUE : whole;
    }

    static long cut(float x) {
        long whole = (long) x;
        return whole == Long.MAX_VALUE || x != x ? Long.MIN_VALUE : whole;
    }

    /** As {@link #cut(double)}, by way of int: so the narrower types but uint8 are reached. */
    static int cutToInt(double x) {
        int whole = (int) x;
        return x >= 0x1p31 || x != x ? Integer.MIN_VALUE : whole;
    }

    static int cutToInt(float x) {
        int whole = (int) x;
        return whole == Integer.MAX_VALUE || x != x ? Integer.MIN_VALUE : whole; // no float is the largest int
    }
}
