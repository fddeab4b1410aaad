package io.candela.backend.cpu;

/**
 * Signs, whole numbers and ranges of floats by their bits, in loops without conditions, which HotSpot makes vectors of; with the scratch memory
 * of such loops, for one thread.
 *
 * <p>Bits go to ints and back through native memory that stays in the first-level cache: a loop with {@code Float.floatToRawIntBits} would
 * not become vectors on Java 17. Operand and result may be the same array in all methods.
 */
class FloatBits {
    static final int INFINITY = 0x7F800000;
    static final int ONE = 0x3F800000;
    /** Added to a small float, leaves the nearest integer in the last bits. */
    static final float MAGIC = 0x1.8p23f;
    static final int MAGIC_BITS = 0x4B400000;
    /** 2²²: sizes up to here keep their sign when {@link #MAGIC} is added. */
    private static final int LARGEST_FRACTION = 0x4A800000;

    private final HostBlock bits = new HostBlock(4 * HostThread.BLOCK);
    final float[] a = new float[HostThread.BLOCK];
    final float[] b = new float[HostThread.BLOCK];
    final float[] c = new float[HostThread.BLOCK];
    final float[] d = new float[HostThread.BLOCK];
    final float[] e = new float[HostThread.BLOCK];
    final float[] f = new float[HostThread.BLOCK];
    final int[] i = new int[HostThread.BLOCK];
    final int[] j = new int[HostThread.BLOCK];
    final int[] k = new int[HostThread.BLOCK];
    final int[] l = new int[HostThread.BLOCK];

    /** The bits of n floats. */
    void toInts(float[] from, int[] to, int n) {
        bits.floats.put(0, from, 0, n);
        bits.ints.get(0, to, 0, n);
    }

    /** The floats of n bit patterns. */
    void toFloats(int[] from, float[] to, int n) {
        bits.ints.put(0, from, 0, n);
        bits.floats.get(0, to, 0, n);
    }

    /** Below 0 if there are sizes above {@code largest}, or NaN. */
    static int outOfRange(int[] x, int largest, int n) {
        int outside = 0;
        for (int i = 0; i < n; i++) {
            outside |= largest - (x[i] & Integer.MAX_VALUE);
        }
        return outside;
    }

    private static int negativeZeros(int[] x, int n) {
        int found = 0;
        for (int i = 0; i < n; i++) {
            int v = x[i] ^ Integer.MIN_VALUE;
            found |= ~(v | -v);
        }
        return found;
    }

    boolean hasNegativeZero(float[] x, int n) {
        toInts(x, i, n);
        return negativeZeros(i, n) < 0;
    }

    static void absolute(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.abs(x[i]);
        }
    }

    static void signed(int[] x, int[] sign, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = x[i] & Integer.MAX_VALUE | sign[i] & Integer.MIN_VALUE;
        }
    }

    void copySign(float[] x, float[] y, float[] out, int n) {
        toInts(x, i, n);
        toInts(y, j, n);
        signed(i, j, n);
        toFloats(i, out, n);
    }

    void sign(float[] x, float[] out, int n) {
        toInts(x, i, n);
        signs(i, n);
        toFloats(i, out, n);
    }

    /** One with x's sign, or 0 at zeros and NaN. */
    private static void signs(int[] x, int n) {
        for (int i = 0; i < n; i++) {
            int size = x[i] & Integer.MAX_VALUE;
            int number = -size & size - (INFINITY + 1); // below 0 where it is neither
            x[i] = number >> 31 & (x[i] & Integer.MIN_VALUE | ONE);
        }
    }

    /** The nearest integer, brought one nearer to 0 where it is further from it than x. */
    void trunc(float[] x, float[] out, int n) {
        toInts(x, i, n);
        boolean special = outOfRange(i, LARGEST_FRACTION, n) < 0;
        nearest(x, a, b, n);
        towardsZero(x, a, b, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                a[m] = Math.abs(x[m]) <= 0x1p22f ? a[m] : x[m] < 0 ? (float) Math.ceil(x[m]) : (float) Math.floor(x[m]);
            }
        }
        System.arraycopy(a, 0, out, 0, n);
    }

    /** The product of integer and rest is below 0 where a step is needed, then by 2⁻²² or more; a zero is first made −0, so that it gets x's sign. */
    private static void towardsZero(float[] x, float[] whole, float[] rest, int n) {
        for (int i = 0; i < n; i++) {
            float w = whole[i];
            float product = w * rest[i];
            float below = product - Math.abs(product); // 0 where no step is needed
            float step = below * w / ((below - 1e-15f) * (Math.abs(w) + 1e-15f));
            whole[i] = -(0f - (w - step)) + x[i] * 0f;
        }
    }

    /** Nearest integers by adding a large number, and 1 less where that rounded up; sizes that have no such sum one by one. */
    void floor(float[] x, float[] out, int n) {
        toInts(x, i, n);
        boolean special = outOfRange(i, LARGEST_FRACTION, n) < 0;
        nearest(x, a, b, n);
        toInts(b, j, n);
        minusOnes(j, n);
        toFloats(j, b, n);
        addWithSign(x, a, b, n);
        if (special) {
            for (int m = 0; m < n; m++) {
                a[m] = Math.abs(x[m]) <= 0x1p22f ? a[m] : (float) Math.floor(x[m]);
            }
        }
        System.arraycopy(a, 0, out, 0, n);
    }

    void ceil(float[] x, float[] out, int n) {
        negate(x, c, n);
        floor(c, c, n);
        negate(c, out, n);
    }

    static void negate(float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = -x[i];
        }
    }

    /** The nearest integer, −0 rather than 0, and what is left. */
    private static void nearest(float[] x, float[] whole, float[] rest, int n) {
        for (int i = 0; i < n; i++) {
            float w = -(MAGIC - x[i] - MAGIC);
            whole[i] = w;
            rest[i] = x[i] - w;
        }
    }

    /** −1 where the number is negative, else −0. */
    private static void minusOnes(int[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = x[i] >> 31 & ONE | Integer.MIN_VALUE;
        }
    }

    /** The sum of both; a zero gets x's sign. */
    private static void addWithSign(float[] x, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = a[i] + b[i] + x[i] * 0f;
        }
    }
}
