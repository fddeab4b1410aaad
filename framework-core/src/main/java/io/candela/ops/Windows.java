package io.candela.ops;

import io.candela.tensor.Tensor;

/** Window functions for spectra. */
public final class Windows {
    private Windows() {}

    /** {@code a₀ − a₁ cos(2πi/m) + a₂ cos(4πi/m) − …}, with m = n for periodic windows, else n − 1. */
    public static Tensor cosines(int n, boolean periodic, double... a) {
        double[] out = new double[checked(n)];
        double period = period(n, periodic);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < a.length; k++) {
                out[i] += (k % 2 == 0 ? a[k] : -a[k]) * Math.cos(2 * Math.PI * i * k / period);
            }
        }
        return finished(out);
    }

    /** Rises from 0 to 1 in the middle, and falls to 0. */
    public static Tensor triangle(int n, boolean periodic) {
        double[] out = new double[checked(n)];
        double half = period(n, periodic) / 2;
        for (int i = 0; i < n; i++) {
            out[i] = 1 - Math.abs(i - half) / half;
        }
        return finished(out);
    }

    /** {@code I₀(β √(1 − t²)) / I₀(β)}, t going from −1 to 1. */
    public static Tensor kaiser(int n, boolean periodic, double beta) {
        double[] out = new double[checked(n)];
        double half = period(n, periodic) / 2;
        for (int i = 0; i < n; i++) {
            double t = (i - half) / half;
            out[i] = beta * Math.sqrt(Math.max(0, 1 - t * t));
        }
        return out.length <= 1 ? finished(out) : finished(Tensor.of(out).i0().div(Tensor.of(new double[] {beta}).i0()).toDoubleArray());
    }

    private static int checked(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("window: the length must not be negative, got " + n);
        }
        return n;
    }

    private static double period(int n, boolean periodic) {
        return periodic ? n : n - 1;
    }

    private static Tensor finished(double[] window) {
        if (window.length == 1) {
            window[0] = 1; // of one element, nothing is left to fall off
        }
        return Tensor.of(window).to(io.candela.tensor.DType.FLOAT32);
    }
}
