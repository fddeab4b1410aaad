package io.candela.backend.cpu;

/**
 * What a recurrent cell does to the gates of a step, in heap arrays: one array per gate, so that a loop runs over all sequences at once. Each loop
 * is a method of its own, small enough that HotSpot vectorizes it.
 *
 * <p>tanh is a quotient of polynomials, right to 4·10⁻⁷ (relative), since Java's own is not vectorized; the sigmoid is (1 + tanh(x/2))/2. The
 * coefficients are a least-squares fit of tanh(x)/x in x², reweighted until its error was even.
 */
final class RecurrentLoops {
    private static final float TOP = 9.02f; // from here on tanh is 1 in float32
    private static final float P1 = 0.13379672f;
    private static final float P2 = 0.0034939789f;
    private static final float P3 = 2.0582551e-5f;
    private static final float P4 = 1.3317779e-8f;
    private static final float Q1 = 0.46712986f;
    private static final float Q2 = 0.025870863f;
    private static final float Q3 = 3.2830011e-4f;
    private static final float Q4 = 7.7614897e-7f;

    private RecurrentLoops() {}

    private static float tanh(float v) {
        float x = Math.max(-TOP, Math.min(TOP, v));
        float y = x * x;
        float p = x * ((((P4 * y + P3) * y + P2) * y + P1) * y + 1);
        float q = (((Q4 * y + Q3) * y + Q2) * y + Q1) * y + 1;
        return p / q;
    }

    private static void tanh(float[] a, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = tanh(a[i]);
        }
    }

    /** Within −1 and 1, which {@link #tanh} may pass by rounding. */
    static void boundedTanh(float[] a, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = Math.max(-1, Math.min(1, tanh(a[i])));
        }
    }

    static void sigmoid(float[] a, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = 0.5f + 0.5f * tanh(0.5f * a[i]);
        }
    }

    static void relu(float[] a, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = a[i] < 0 ? 0 : a[i]; // NaN stays
        }
    }

    /** The gates i, f, g, o become their values; c and h the next state. */
    static void lstm(float[][] gates, float[] c, float[] h, int n) {
        sigmoid(gates[0], n);
        sigmoid(gates[1], n);
        tanh(gates[2], n);
        sigmoid(gates[3], n);
        nextCell(gates[0], gates[1], gates[2], c, n);
        gatedTanh(gates[3], c, h, n);
    }

    private static void nextCell(float[] in, float[] forget, float[] candidate, float[] c, int n) {
        for (int i = 0; i < n; i++) {
            c[i] = forget[i] * c[i] + in[i] * candidate[i];
        }
    }

    private static void gatedTanh(float[] out, float[] c, float[] h, int n) {
        for (int i = 0; i < n; i++) {
            h[i] = out[i] * tanh(c[i]);
        }
    }

    /** The gates r, z, n become their values, h the next state; {@code part} holds the state's part of the gates. */
    static void gru(float[][] gates, float[][] part, float[] h, int n) {
        add(gates[0], part[0], n);
        sigmoid(gates[0], n);
        add(gates[1], part[1], n);
        sigmoid(gates[1], n);
        addProduct(gates[2], gates[0], part[2], n);
        tanh(gates[2], n);
        mix(gates[1], gates[2], h, n);
    }

    private static void addProduct(float[] a, float[] b, float[] c, int n) {
        for (int i = 0; i < n; i++) {
            a[i] += b[i] * c[i];
        }
    }

    private static void mix(float[] update, float[] candidate, float[] h, int n) {
        for (int i = 0; i < n; i++) {
            h[i] = candidate[i] + update[i] * (h[i] - candidate[i]);
        }
    }

    /**
     * Back through an LSTM's step.
     *
     * @param gates  their values, are overwritten with their gradients
     * @param c      the cells after the step, are overwritten
     * @param before the cells before the step
     * @param dh     the gradient of the state after the step
     * @param dc     that of the cells, becomes the one before the step
     */
    static void lstmGrad(float[][] gates, float[] c, float[] before, float[] dh, float[] dc, int n) {
        tanh(c, n);
        cellGrad(gates[3], c, dh, dc, n);
        productGrad(gates[3], dh, c, n);
        forgetGrad(gates[1], before, dc, n); // leaves f · dc in before
        inputGrad(gates[0], gates[2], dc, n);
        System.arraycopy(before, 0, dc, 0, n);
    }

    private static void cellGrad(float[] out, float[] tanh, float[] dh, float[] dc, int n) {
        for (int i = 0; i < n; i++) {
            dc[i] += dh[i] * out[i] * (1 - tanh[i] * tanh[i]);
        }
    }

    /** {@code s = a b s (1 − s)}: the gradient before a sigmoid whose value is multiplied by b. */
    private static void productGrad(float[] s, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            s[i] = a[i] * b[i] * (s[i] * (1 - s[i]));
        }
    }

    private static void forgetGrad(float[] forget, float[] before, float[] dc, int n) {
        for (int i = 0; i < n; i++) {
            float f = forget[i];
            float d = dc[i];
            forget[i] = d * before[i] * (f * (1 - f));
            before[i] = d * f;
        }
    }

    private static void inputGrad(float[] in, float[] candidate, float[] dc, int n) {
        for (int i = 0; i < n; i++) {
            float s = in[i];
            float g = candidate[i];
            float d = dc[i];
            in[i] = d * g * (s * (1 - s));
            candidate[i] = d * s * (1 - g * g);
        }
    }

    /**
     * Back through a GRU's step.
     *
     * @param gates  their values, are overwritten with the gradients of the input's part
     * @param part   the state's part of n, is overwritten with its gradient
     * @param before the state before the step, is overwritten
     * @param dh     the gradient of the state after the step; becomes what z lets through of it
     */
    static void gruGrad(float[][] gates, float[] part, float[] before, float[] dh, int n) {
        updateGrad(gates[1], gates[2], before, dh, n); // leaves z · dh in before
        resetGrad(gates[0], gates[2], part, n);
        System.arraycopy(before, 0, dh, 0, n);
    }

    private static void updateGrad(float[] update, float[] candidate, float[] before, float[] dh, int n) {
        for (int i = 0; i < n; i++) {
            float z = update[i];
            float v = candidate[i];
            float d = dh[i];
            update[i] = d * (before[i] - v) * (z * (1 - z));
            candidate[i] = d * (1 - z) * (1 - v * v);
            before[i] = d * z;
        }
    }

    private static void resetGrad(float[] reset, float[] dCandidate, float[] part, int n) {
        for (int i = 0; i < n; i++) {
            float r = reset[i];
            float d = dCandidate[i];
            reset[i] = d * part[i] * (r * (1 - r));
            part[i] = d * r;
        }
    }

    /** {@code y = dh (1 − y²)}. */
    static void tanhGrad(float[] y, float[] dh, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = dh[i] * (1 - y[i] * y[i]);
        }
    }

    /** {@code y = dh} where y is not 0. */
    static void reluGrad(float[] y, float[] dh, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = y[i] <= 0 ? 0 : dh[i];
        }
    }

    /** Sums over the rows of {@code n} numbers of each array, one array's after the other's. */
    static float[] rowSums(float[][] a, int n) {
        float[] sums = new float[a.length * n];
        for (int k = 0; k < a.length; k++) {
            for (int at = 0; at < a[k].length; at += n) {
                for (int i = 0; i < n; i++) {
                    sums[k * n + i] += a[k][at + i];
                }
            }
        }
        return sums;
    }

    /** {@code a += b}. */
    static void add(float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            a[i] += b[i];
        }
    }
}
