package io.candela.tensor;

/**
 * Turns uniform numbers into normal ones, in groups of sixteen: the elements {@code i} and {@code i + 8} of a group, {@code u} and
 * {@code v}, become {@code r cos θ} and {@code r sin θ} with {@code r = √(-2 ln(1 - u))} and {@code θ = 2πv} (Box and Muller, 1958).
 *
 * <p>The bits are those of PyTorch's x86-64 wheels on a processor with AVX2 and FMA. For {@code float} that is a vector kernel whose
 * logarithm, sine and cosine are the single-precision polynomials of Moshier's Cephes library, with every product that feeds a sum
 * fused, hence the many {@code Math.fma}. For {@code double} it is the C library, {@link GlibcMath}.
 */
final class BoxMuller {
    static final int GROUP = 16;

    private static final int HALF = GROUP / 2;
    private static final float TWO_PI = (float) (2 * Math.PI);
    private static final int ROOT_HALF = 0x3f3504f3; // bits of √½

    private BoxMuller() {}

    /** Transforms the whole groups in {@code data[offset, offset + count)} in place; a remainder stays as it is. */
    static void transform(float[] data, int offset, int count, float mean, float std) {
        for (int group = offset; group <= offset + count - GROUP; group += GROUP) {
            for (int i = group; i < group + HALF; i++) {
                float radius = (float) Math.sqrt(-2 * log(1 - data[i]));
                float angle = TWO_PI * data[i + HALF];

                // The octant, rounded up to an even number, brings the angle into [-π/4, π/4] and tells which polynomial is the sine.
                int octant = (int) (angle * 1.27323954473516f) + 1 & ~1;
                float turns = octant;
                float x = Math.fma(turns, -0.78515625f, angle);
                x = Math.fma(turns, -2.4187564849853515625e-4f, x);
                x = Math.fma(turns, -3.77489497744594108e-8f, x);
                float square = x * x;
                int even = Float.floatToRawIntBits(cosine(square));
                int odd = Float.floatToRawIntBits(sine(x, square));

                // Which one, and its sign, by masks: the octant is random, so that branches would be mispredicted half the time.
                int swapped = (even ^ odd) & -(octant >> 1 & 1);
                float sin = Float.intBitsToFloat(odd ^ swapped ^ (octant & 4) << 29);
                float cos = Float.intBitsToFloat(even ^ swapped ^ (~(octant - 2) & 4) << 29);

                data[i] = Math.fma(radius * cos, std, mean);
                data[i + HALF] = Math.fma(radius * sin, std, mean);
            }
        }
    }

    /** The same in double precision. */
    static void transform(double[] data, int offset, int count, double mean, double std) {
        for (int group = offset; group <= offset + count - GROUP; group += GROUP) {
            for (int i = group; i < group + HALF; i++) {
                double radius = Math.sqrt(-2 * GlibcMath.log(1 - data[i]));
                double angle = 2 * Math.PI * data[i + HALF];
                data[i] = Math.fma(radius * GlibcMath.cos(angle), std, mean);
                data[i + HALF] = Math.fma(radius * GlibcMath.sin(angle), std, mean);
            }
        }
    }

    /** Natural logarithm of a number in [2^-24, 1], which is all that a uniform number can ask for. */
    private static float log(float value) {
        int bits = Float.floatToRawIntBits(value);
        int mantissa = bits & 0x7fffff | 0x3f000000; // in [1/2, 1)
        int small = mantissa - ROOT_HALF >> 31; // -1 below √½: then the mantissa is doubled and the exponent reduced
        float exponent = (bits >>> 23) - 126 + small;
        float x = Float.intBitsToFloat(mantissa) - 1 + Float.intBitsToFloat(mantissa & small);
        float square = x * x;
        float y = 7.0376836292e-2f;
        y = Math.fma(y, x, -1.1514610310e-1f);
        y = Math.fma(y, x, 1.1676998740e-1f);
        y = Math.fma(y, x, -1.2420140846e-1f);
        y = Math.fma(y, x, 1.4249322787e-1f);
        y = Math.fma(y, x, -1.6668057665e-1f);
        y = Math.fma(y, x, 2.0000714765e-1f);
        y = Math.fma(y, x, -2.4999993993e-1f);
        y = Math.fma(y, x, 3.3333331174e-1f);
        y = Math.fma(y * x, square, exponent * -2.12194440e-4f);
        y = Math.fma(-square, 0.5f, y);
        return Math.fma(exponent, 0.693359375f, x + y);
    }

    /** Cosine of a number in [-π/4, π/4], given its square. */
    private static float cosine(float square) {
        float y = Math.fma(2.443315711809948e-5f, square, -1.388731625493765e-3f);
        y = Math.fma(y, square, 4.166664568298827e-2f);
        return Math.fma(square, y * square, -(square * 0.5f)) + 1;
    }

    /** Sine of a number in [-π/4, π/4], given it and its square. */
    private static float sine(float x, float square) {
        float y = Math.fma(-1.9515295891e-4f, square, 8.3321608736e-3f);
        y = Math.fma(y, square, -1.6666654611e-1f);
        return Math.fma(x, y * square, x);
    }
}
