package io.candela.backend.cpu;

import io.candela.backend.UpdateRule;

/**
 * The arithmetic of {@link UpdateRule} on a block of float32 elements: parameter, gradient, then state; {@code updates.c} has it, too, rounded
 * alike. Each loop is a method of its own with nothing but arrays and numbers, for so HotSpot vectorizes it.
 */
final class FloatUpdates {
    private FloatUpdates() {
    }

    /** Updates the first {@code n} elements of every array but the gradient, which is overwritten. */
    static void run(UpdateRule rule, float[][] block, int n) {
        float[] w = block[0];
        float[] g = block[1];
        if (rule.maximize()) {
            scale(g, -1, n);
        }
        if (rule.weightDecay() != 0) { // without decay an infinite w stays out of g
            axpy(g, w, (float) rule.weightDecay(), n);
        }
        if (rule.shrink() != 1) {
            scale(w, (float) rule.shrink(), n);
        }
        if (rule instanceof UpdateRule.Moments r) {
            moments(r, w, g, block[2], block[3], block[4], n);
        } else if (rule instanceof UpdateRule.Momentum r) {
            momentum(r, w, g, block[2], n);
        } else if (rule instanceof UpdateRule.SquareMean r) {
            squareMean(r, block, n);
        } else if (rule instanceof UpdateRule.InfinityNorm r) {
            infinityNorm(w, g, block[2], block[3], (float) (1 - r.beta1()), (float) r.beta2(), (float) r.eps(), (float) r.step(), n);
        } else if (rule instanceof UpdateRule.SquareSum r) {
            squareSum(w, g, block[2], (float) r.lr(), (float) r.eps(), n);
        } else if (rule instanceof UpdateRule.SquareRatio r) {
            squareRatio(w, g, block[2], block[3], (float) r.lr(), (float) r.rho(), (float) (1 - r.rho()), (float) r.eps(), n);
        } else if (rule instanceof UpdateRule.SignStep r) {
            signStep(w, g, block[2], block[3], (float) r.cut(), (float) r.grow(), (float) r.smallest(), (float) r.largest(), n);
        } else if (rule instanceof UpdateRule.Averaged r) {
            axpy(w, g, (float) -r.eta(), n);
            approach(block[2], w, (float) r.mu(), n);
        }
    }

    private static void moments(UpdateRule.Moments r, float[] w, float[] g, float[] m, float[] v, float[] top, int n) {
        float rest1 = (float) (1 - r.beta1());
        float beta2 = (float) r.beta2();
        float rest2 = (float) (1 - r.beta2());
        if (!r.divide()) {
            approach(m, g, rest1, n);
            squares(v, g, beta2, rest2, n);
            axpy(w, m, (float) -r.meanStep(), n);
        } else if (r.amsgrad()) {
            amsgrad(w, g, m, v, top, rest1, beta2, rest2, (float) r.meanStep(), (float) r.rootScale(), (float) r.eps(), n);
        } else if (r.gradStep() == 0) {
            adam(w, g, m, v, rest1, beta2, rest2, (float) r.meanStep(), (float) r.rootScale(), (float) r.eps(), n);
        } else {
            nadam(w, g, m, v, rest1, beta2, rest2, (float) r.meanStep(), (float) r.gradStep(), (float) r.rootScale(), (float) r.eps(), n);
        }
    }

    private static void momentum(UpdateRule.Momentum r, float[] w, float[] g, float[] b, int n) {
        float lr = (float) -r.lr();
        float momentum = (float) r.momentum();
        if (momentum == 0) {
            axpy(w, g, lr, n);
            return;
        }
        float added = (float) (1 - r.dampening());
        if (!r.first() && !r.nesterov()) {
            heavyBall(w, g, b, momentum, added, lr, n);
            return;
        }
        if (r.first()) {
            System.arraycopy(g, 0, b, 0, n);
        } else {
            mix(b, g, momentum, added, n);
        }
        if (r.nesterov()) {
            axpy(g, b, momentum, n);
        }
        axpy(w, r.nesterov() ? g : b, lr, n);
    }

    private static void squareMean(UpdateRule.SquareMean r, float[][] block, int n) {
        float[] w = block[0];
        float[] g = block[1];
        float[] v = block[2];
        squares(v, g, (float) r.alpha(), (float) (1 - r.alpha()), n);
        if (r.centered()) {
            float[] a = block[r.momentum() > 0 ? 4 : 3];
            approach(a, g, (float) (1 - r.alpha()), n);
            divideCentered(g, v, a, (float) r.eps(), n);
        } else {
            divide(g, v, (float) r.eps(), n);
        }
        if (r.momentum() > 0) {
            mix(block[3], g, (float) r.momentum(), 1, n);
            axpy(w, block[3], (float) -r.lr(), n);
        } else {
            axpy(w, g, (float) -r.lr(), n);
        }
    }

    private static void scale(float[] w, float f, int n) {
        for (int i = 0; i < n; i++) {
            w[i] *= f;
        }
    }

    private static void axpy(float[] y, float[] x, float a, int n) {
        for (int i = 0; i < n; i++) {
            y[i] += a * x[i];
        }
    }

    private static void mix(float[] b, float[] x, float kept, float added, int n) {
        for (int i = 0; i < n; i++) {
            b[i] = kept * b[i] + added * x[i];
        }
    }

    /** The same as mix and axpy, in one pass. */
    private static void heavyBall(float[] w, float[] g, float[] b, float kept, float added, float lr, int n) {
        for (int i = 0; i < n; i++) {
            float moved = kept * b[i] + added * g[i];
            b[i] = moved;
            w[i] += lr * moved;
        }
    }

    private static void approach(float[] m, float[] x, float rate, int n) {
        if (rate == 1) {
            System.arraycopy(x, 0, m, 0, n); // m + (x − m) would round
            return;
        }
        for (int i = 0; i < n; i++) {
            m[i] += (x[i] - m[i]) * rate;
        }
    }

    private static void squares(float[] v, float[] g, float kept, float added, int n) {
        for (int i = 0; i < n; i++) {
            v[i] = v[i] * kept + g[i] * g[i] * added;
        }
    }

    private static void divide(float[] g, float[] v, float eps, int n) {
        for (int i = 0; i < n; i++) {
            g[i] /= (float) Math.sqrt(v[i]) + eps;
        }
    }

    private static void divideCentered(float[] g, float[] v, float[] a, float eps, int n) {
        for (int i = 0; i < n; i++) {
            g[i] /= (float) Math.sqrt(v[i] - a[i] * a[i]) + eps;
        }
    }

    /** One division per element, not PyTorch's two: division is what this loop waits for. Differs by a bit at most. */
    private static void adam(float[] w, float[] d, float[] m, float[] v, float rest1, float beta2, float rest2, float stepSize, float rootScale,
            float eps, int n) {
        for (int i = 0; i < n; i++) {
            float g = d[i];
            float first = m[i] + (g - m[i]) * rest1;
            float second = v[i] * beta2 + g * g * rest2;
            m[i] = first;
            v[i] = second;
            w[i] -= stepSize * first / ((float) Math.sqrt(second) * rootScale + eps);
        }
    }

    private static void amsgrad(float[] w, float[] d, float[] m, float[] v, float[] top, float rest1, float beta2, float rest2, float stepSize,
            float rootScale, float eps, int n) {
        for (int i = 0; i < n; i++) {
            float g = d[i];
            float first = m[i] + (g - m[i]) * rest1;
            float second = v[i] * beta2 + g * g * rest2;
            float largest = Math.max(top[i], second);
            m[i] = first;
            v[i] = second;
            top[i] = largest;
            w[i] -= stepSize * first / ((float) Math.sqrt(largest) * rootScale + eps);
        }
    }

    private static void nadam(float[] w, float[] d, float[] m, float[] v, float rest1, float beta2, float rest2, float meanStep, float gradStep,
            float rootScale, float eps, int n) {
        for (int i = 0; i < n; i++) {
            float g = d[i];
            float first = m[i] + (g - m[i]) * rest1;
            float second = v[i] * beta2 + g * g * rest2;
            m[i] = first;
            v[i] = second;
            float root = (float) Math.sqrt(second) * rootScale + eps;
            w[i] = w[i] - gradStep * g / root - meanStep * first / root; // rounded as PyTorch does
        }
    }

    private static void infinityNorm(float[] w, float[] d, float[] m, float[] u, float rest1, float beta2, float eps, float step, int n) {
        for (int i = 0; i < n; i++) {
            float g = d[i];
            float first = m[i] + (g - m[i]) * rest1;
            float norm = Math.max(u[i] * beta2, Math.abs(g) + eps);
            m[i] = first;
            u[i] = norm;
            w[i] -= step * first / norm;
        }
    }

    private static void squareSum(float[] w, float[] g, float[] s, float lr, float eps, int n) {
        for (int i = 0; i < n; i++) {
            float sum = s[i] + g[i] * g[i];
            s[i] = sum;
            w[i] -= lr * g[i] / ((float) Math.sqrt(sum) + eps);
        }
    }

    private static void squareRatio(float[] w, float[] g, float[] v, float[] a, float lr, float rho, float rest, float eps, int n) {
        for (int i = 0; i < n; i++) {
            float square = v[i] * rho + g[i] * g[i] * rest;
            float delta = (float) Math.sqrt(a[i] + eps) / (float) Math.sqrt(square + eps) * g[i];
            v[i] = square;
            a[i] = a[i] * rho + delta * delta * rest;
            w[i] -= lr * delta;
        }
    }

    private static void signStep(float[] w, float[] g, float[] last, float[] size, float cut, float grow, float smallest, float largest, int n) {
        for (int i = 0; i < n; i++) {
            float product = g[i] * last[i];
            float factor = product > 0 ? grow : product < 0 ? cut : product == 0 ? 1 : product;
            float s = Math.min(Math.max(size[i] * factor, smallest), largest);
            float used = product < 0 ? 0 : g[i];
            size[i] = s;
            last[i] = used;
            w[i] -= Math.signum(used) * s;
        }
    }
}
