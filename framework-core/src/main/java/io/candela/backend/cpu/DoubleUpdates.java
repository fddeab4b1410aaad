package io.candela.backend.cpu;

import io.candela.backend.UpdateRule;

/** As {@link FloatUpdates}, for float64: rarely trained with, so that every rule is one plain loop. */
final class DoubleUpdates {
    private DoubleUpdates() {
    }

    /** Updates the first {@code n} elements of every array but the gradient, which is overwritten. */
    static void run(UpdateRule rule, double[][] block, int n) {
        double[] w = block[0];
        double[] g = block[1];
        double sign = rule.maximize() ? -1 : 1;
        double weightDecay = rule.weightDecay();
        double shrink = rule.shrink();
        for (int i = 0; i < n; i++) {
            g[i] = weightDecay == 0 ? sign * g[i] : sign * g[i] + weightDecay * w[i]; // without decay an infinite w stays out of g
            w[i] *= shrink;
        }
        if (rule instanceof UpdateRule.Moments r) {
            moments(r, w, g, block[2], block[3], r.amsgrad() ? block[4] : block[3], n);
        } else if (rule instanceof UpdateRule.Momentum r) {
            momentum(r, w, g, block[2], n);
        } else if (rule instanceof UpdateRule.SquareMean r) {
            squareMean(r, w, g, block[2], block[3], block[r.momentum() > 0 ? 4 : 3], n);
        } else if (rule instanceof UpdateRule.InfinityNorm r) {
            infinityNorm(r, w, g, block[2], block[3], n);
        } else if (rule instanceof UpdateRule.SquareSum r) {
            squareSum(r, w, g, block[2], n);
        } else if (rule instanceof UpdateRule.SquareRatio r) {
            squareRatio(r, w, g, block[2], block[3], n);
        } else if (rule instanceof UpdateRule.SignStep r) {
            signStep(r, w, g, block[2], block[3], n);
        } else if (rule instanceof UpdateRule.Averaged r) {
            averaged(r, w, g, block[2], n);
        }
    }

    private static void moments(UpdateRule.Moments r, double[] w, double[] g, double[] m, double[] v, double[] top, int n) {
        for (int i = 0; i < n; i++) {
            m[i] += (g[i] - m[i]) * (1 - r.beta1());
            v[i] = v[i] * r.beta2() + g[i] * g[i] * (1 - r.beta2());
            top[i] = Math.max(top[i], v[i]);
            double root = r.divide() ? Math.sqrt(top[i]) * r.rootScale() + r.eps() : 1;
            w[i] -= (r.meanStep() * m[i] + r.gradStep() * g[i]) / root;
        }
    }

    private static void momentum(UpdateRule.Momentum r, double[] w, double[] g, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            double step = g[i];
            if (r.momentum() != 0) {
                b[i] = r.first() ? step : r.momentum() * b[i] + (1 - r.dampening()) * step;
                step = r.nesterov() ? step + r.momentum() * b[i] : b[i];
            }
            w[i] -= r.lr() * step;
        }
    }

    private static void squareMean(UpdateRule.SquareMean r, double[] w, double[] g, double[] v, double[] b, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            v[i] = v[i] * r.alpha() + g[i] * g[i] * (1 - r.alpha());
            double variance = v[i];
            if (r.centered()) {
                a[i] += (g[i] - a[i]) * (1 - r.alpha());
                variance -= a[i] * a[i];
            }
            double step = g[i] / (Math.sqrt(variance) + r.eps());
            if (r.momentum() > 0) {
                step = b[i] = r.momentum() * b[i] + step;
            }
            w[i] -= r.lr() * step;
        }
    }

    private static void infinityNorm(UpdateRule.InfinityNorm r, double[] w, double[] g, double[] m, double[] u, int n) {
        for (int i = 0; i < n; i++) {
            m[i] += (g[i] - m[i]) * (1 - r.beta1());
            u[i] = Math.max(u[i] * r.beta2(), Math.abs(g[i]) + r.eps());
            w[i] -= r.step() * m[i] / u[i];
        }
    }

    private static void squareSum(UpdateRule.SquareSum r, double[] w, double[] g, double[] s, int n) {
        for (int i = 0; i < n; i++) {
            s[i] += g[i] * g[i];
            w[i] -= r.lr() * g[i] / (Math.sqrt(s[i]) + r.eps());
        }
    }

    private static void squareRatio(UpdateRule.SquareRatio r, double[] w, double[] g, double[] v, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            v[i] = v[i] * r.rho() + g[i] * g[i] * (1 - r.rho());
            double delta = Math.sqrt(a[i] + r.eps()) / Math.sqrt(v[i] + r.eps()) * g[i];
            a[i] = a[i] * r.rho() + delta * delta * (1 - r.rho());
            w[i] -= r.lr() * delta;
        }
    }

    private static void signStep(UpdateRule.SignStep r, double[] w, double[] g, double[] last, double[] size, int n) {
        for (int i = 0; i < n; i++) {
            double product = g[i] * last[i];
            double factor = product > 0 ? r.grow() : product < 0 ? r.cut() : product == 0 ? 1 : product;
            size[i] = Math.min(Math.max(size[i] * factor, r.smallest()), r.largest());
            last[i] = product < 0 ? 0 : g[i];
            w[i] -= Math.signum(last[i]) * size[i];
        }
    }

    private static void averaged(UpdateRule.Averaged r, double[] w, double[] g, double[] a, int n) {
        for (int i = 0; i < n; i++) {
            w[i] -= r.eta() * g[i];
            a[i] = r.mu() == 1 ? w[i] : a[i] + (w[i] - a[i]) * r.mu();
        }
    }
}
