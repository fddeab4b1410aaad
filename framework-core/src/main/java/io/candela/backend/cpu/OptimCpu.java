package io.candela.backend.cpu;

import io.candela.backend.OptimKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** Optimizer updates in one pass: blocks of parameter, gradient and state are read, updated in vectorized loops, and written back. */
final class OptimCpu implements OptimKernels {
    private static final int BLOCK = HostThread.BLOCK;
    private static final int CHUNK = 16 * BLOCK;

    private interface Range {
        void run(HostThread thread, int from, int to);
    }

    private static void forRange(int n, Range range) {
        if (n <= CHUNK) {
            range.run(HostThread.current(), 0, n);
        } else {
            Workers.run((n + CHUNK - 1) / CHUNK, i -> range.run(HostThread.current(), i * CHUNK, Math.min(n, (i + 1) * CHUNK)));
        }
    }

    @Override
    public void sgd(Tensor param, Tensor grad, Tensor momentumBuffer, boolean firstStep, double lr, double momentum, double dampening,
            double weightDecay, boolean nesterov, boolean maximize) {
        int[] dims = param.shape().dims();
        Blocks p = new Blocks(param, dims);
        Blocks g = new Blocks(grad, dims);
        Blocks b = momentumBuffer == null ? null : new Blocks(momentumBuffer, dims);
        if (param.dtype() == DType.FLOAT32) {
            forRange(param.numel(), (thread, from, end) -> {
                float[] w = thread.floats(0);
                float[] d = thread.floats(1);
                float[] m = thread.floats(2);
                for (int i = from; i < end; i += BLOCK) {
                    int n = Math.min(BLOCK, end - i);
                    p.read(i, w, n);
                    g.read(i, d, n);
                    decay(w, d, (float) weightDecay, maximize ? -1 : 1, n);
                    if (b != null) {
                        if (firstStep) {
                            System.arraycopy(d, 0, m, 0, n);
                        } else {
                            b.read(i, m, n);
                            momentum(m, d, (float) momentum, (float) (1 - dampening), n);
                        }
                        b.write(i, m, n);
                        if (nesterov) {
                            axpy(d, m, (float) momentum, n);
                        }
                    }
                    axpy(w, b == null || nesterov ? d : m, (float) -lr, n);
                    p.write(i, w, n);
                }
            });
        } else {
            forRange(param.numel(), (thread, from, end) -> {
                double[] w = thread.doubles(0);
                double[] d = thread.doubles(1);
                double[] m = thread.doubles(2);
                for (int i = from; i < end; i += BLOCK) {
                    int n = Math.min(BLOCK, end - i);
                    p.read(i, w, n);
                    g.read(i, d, n);
                    if (b != null && !firstStep) {
                        b.read(i, m, n);
                    }
                    for (int j = 0; j < n; j++) {
                        double x = (maximize ? -d[j] : d[j]) + weightDecay * w[j];
                        if (b != null) {
                            m[j] = firstStep ? x : momentum * m[j] + (1 - dampening) * x;
                            x = nesterov ? x + momentum * m[j] : m[j];
                        }
                        w[j] -= lr * x;
                    }
                    if (b != null) {
                        b.write(i, m, n);
                    }
                    p.write(i, w, n);
                }
            });
        }
    }

    private static void decay(float[] w, float[] d, float weightDecay, float sign, int n) {
        if (weightDecay == 0 && sign == 1) {
            return;
        }
        for (int i = 0; i < n; i++) {
            d[i] = sign * d[i] + weightDecay * w[i];
        }
    }

    private static void momentum(float[] m, float[] d, float momentum, float undamped, int n) {
        for (int i = 0; i < n; i++) {
            m[i] = momentum * m[i] + undamped * d[i];
        }
    }

    private static void axpy(float[] y, float[] x, float a, int n) {
        for (int i = 0; i < n; i++) {
            y[i] += a * x[i];
        }
    }

    @Override
    public void adam(Tensor param, Tensor grad, Tensor expAvg, Tensor expAvgSq, Tensor maxExpAvgSq, long step, double lr, double beta1,
            double beta2, double eps, double weightDecay, boolean decoupled, boolean maximize) {
        double correction1 = 1 - Math.pow(beta1, step);
        double correction2 = Math.sqrt(1 - Math.pow(beta2, step));
        double stepSize = lr / correction1;
        int[] dims = param.shape().dims();
        Blocks p = new Blocks(param, dims);
        Blocks g = new Blocks(grad, dims);
        Blocks a = new Blocks(expAvg, dims);
        Blocks s = new Blocks(expAvgSq, dims);
        Blocks x = maxExpAvgSq == null ? null : new Blocks(maxExpAvgSq, dims);
        double shrink = decoupled ? 1 - lr * weightDecay : 1;
        double intoGrad = decoupled ? 0 : weightDecay;
        if (param.dtype() == DType.FLOAT32) {
            forRange(param.numel(), (thread, from, end) -> {
                float[] w = thread.floats(0);
                float[] d = thread.floats(1);
                float[] m = thread.floats(2);
                float[] v = thread.floats(3);
                float[] top = thread.floats(4);
                for (int i = from; i < end; i += BLOCK) {
                    int n = Math.min(BLOCK, end - i);
                    p.read(i, w, n);
                    g.read(i, d, n);
                    a.read(i, m, n);
                    s.read(i, v, n);
                    decay(w, d, (float) intoGrad, maximize ? -1 : 1, n);
                    if (shrink != 1) {
                        scale(w, (float) shrink, n);
                    }
                    moments(d, m, v, (float) (1 - beta1), (float) beta2, (float) (1 - beta2), n);
                    float[] second = v;
                    if (x != null) {
                        x.read(i, top, n);
                        largest(top, v, n);
                        x.write(i, top, n);
                        second = top;
                    }
                    update(w, m, second, (float) stepSize, (float) correction2, (float) eps, n);
                    p.write(i, w, n);
                    a.write(i, m, n);
                    s.write(i, v, n);
                }
            });
        } else {
            forRange(param.numel(), (thread, from, end) -> {
                double[] w = thread.doubles(0);
                double[] d = thread.doubles(1);
                double[] m = thread.doubles(2);
                double[] v = thread.doubles(3);
                double[] top = thread.doubles(4);
                for (int i = from; i < end; i += BLOCK) {
                    int n = Math.min(BLOCK, end - i);
                    p.read(i, w, n);
                    g.read(i, d, n);
                    a.read(i, m, n);
                    s.read(i, v, n);
                    if (x != null) {
                        x.read(i, top, n);
                    }
                    for (int j = 0; j < n; j++) {
                        double gradient = (maximize ? -d[j] : d[j]) + intoGrad * w[j];
                        m[j] += (gradient - m[j]) * (1 - beta1);
                        v[j] = v[j] * beta2 + gradient * gradient * (1 - beta2);
                        top[j] = x == null ? v[j] : Math.max(top[j], v[j]);
                        w[j] = w[j] * shrink - stepSize * m[j] / (Math.sqrt(top[j]) / correction2 + eps);
                    }
                    p.write(i, w, n);
                    a.write(i, m, n);
                    s.write(i, v, n);
                    if (x != null) {
                        x.write(i, top, n);
                    }
                }
            });
        }
    }

    private static void scale(float[] w, float f, int n) {
        for (int i = 0; i < n; i++) {
            w[i] *= f;
        }
    }

    private static void moments(float[] d, float[] m, float[] v, float rest1, float beta2, float rest2, int n) {
        for (int i = 0; i < n; i++) {
            m[i] += (d[i] - m[i]) * rest1;
            v[i] = v[i] * beta2 + d[i] * d[i] * rest2;
        }
    }

    private static void largest(float[] top, float[] v, int n) {
        for (int i = 0; i < n; i++) {
            top[i] = Math.max(top[i], v[i]);
        }
    }

    private static void update(float[] w, float[] m, float[] v, float stepSize, float correction2, float eps, int n) {
        for (int i = 0; i < n; i++) {
            w[i] -= stepSize * (m[i] / ((float) Math.sqrt(v[i]) / correction2 + eps));
        }
    }
}
