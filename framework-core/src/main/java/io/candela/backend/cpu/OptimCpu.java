package io.candela.backend.cpu;

import io.candela.backend.OptimKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/**
 * Optimizer updates in one pass: blocks of parameter, gradient and state are read, updated in vectorized loops, and written back. Small float32
 * parameters are gathered until they fill a block; large ones are shared by the threads.
 */
final class OptimCpu implements OptimKernels {
    private static final int BLOCK = HostThread.BLOCK;
    private static final int CHUNK = 16 * BLOCK;
    /** Parameters up to this size are gathered. */
    private static final int SMALL = 256;

    /** The update of one block, in heap arrays: parameter, gradient, then state. */
    private interface FloatUpdate {
        void run(float[][] block, int n);
    }

    /** As {@link FloatUpdate}. */
    private interface DoubleUpdate {
        void run(double[][] block, int n);
    }

    @Override
    public void sgd(int count, Tensor[] params, Tensor[] grads, Tensor[] momentumBuffers, boolean firstStep, double lr, double momentum,
            double dampening, double weightDecay, boolean nesterov, boolean maximize) {
        boolean buffered = momentumBuffers != null;
        float sign = maximize ? -1 : 1;
        FloatUpdate floats = (block, n) -> {
            float[] w = block[0];
            float[] d = block[1];
            decay(w, d, (float) weightDecay, sign, n);
            if (buffered) {
                float[] m = block[2];
                if (firstStep) {
                    System.arraycopy(d, 0, m, 0, n);
                } else {
                    momentum(m, d, (float) momentum, (float) (1 - dampening), n);
                }
                if (nesterov) {
                    axpy(d, m, (float) momentum, n);
                }
            }
            axpy(w, buffered && !nesterov ? block[2] : d, (float) -lr, n);
        };
        DoubleUpdate doubles = (block, n) -> {
            double[] w = block[0];
            double[] d = block[1];
            double[] m = block[2];
            for (int i = 0; i < n; i++) {
                double x = sign * d[i] + weightDecay * w[i];
                if (buffered) {
                    m[i] = firstStep ? x : momentum * m[i] + (1 - dampening) * x;
                    x = nesterov ? x + momentum * m[i] : m[i];
                }
                w[i] -= lr * x;
            }
        };
        run(count, floats, doubles, params, grads, momentumBuffers);
    }

    @Override
    public void adam(int count, Tensor[] params, Tensor[] grads, Tensor[] expAvgs, Tensor[] expAvgSqs, Tensor[] maxExpAvgSqs, long step,
            double lr, double beta1, double beta2, double eps, double weightDecay, boolean decoupled, boolean maximize) {
        double stepSize = lr / (1 - Math.pow(beta1, step));
        double correction2 = Math.sqrt(1 - Math.pow(beta2, step));
        double shrink = decoupled ? 1 - lr * weightDecay : 1;
        double intoGrad = decoupled ? 0 : weightDecay;
        boolean amsgrad = maxExpAvgSqs != null;
        float sign = maximize ? -1 : 1;
        FloatUpdate floats = (block, n) -> {
            float[] w = block[0];
            float[] d = block[1];
            decay(w, d, (float) intoGrad, sign, n);
            if (shrink != 1) {
                scale(w, (float) shrink, n);
            }
            if (amsgrad) {
                updateAmsgrad(w, d, block[2], block[3], block[4], (float) (1 - beta1), (float) beta2, (float) (1 - beta2), (float) stepSize,
                        (float) (1 / correction2), (float) eps, n);
            } else {
                update(w, d, block[2], block[3], (float) (1 - beta1), (float) beta2, (float) (1 - beta2), (float) stepSize,
                        (float) (1 / correction2), (float) eps, n);
            }
        };
        DoubleUpdate doubles = (block, n) -> {
            double[] w = block[0];
            double[] d = block[1];
            double[] m = block[2];
            double[] v = block[3];
            double[] top = amsgrad ? block[4] : v;
            for (int i = 0; i < n; i++) {
                double g = sign * d[i] + intoGrad * w[i];
                m[i] += (g - m[i]) * (1 - beta1);
                v[i] = v[i] * beta2 + g * g * (1 - beta2);
                top[i] = Math.max(top[i], v[i]);
                w[i] = w[i] * shrink - stepSize * m[i] / (Math.sqrt(top[i]) / correction2 + eps);
            }
        };
        run(count, floats, doubles, params, grads, expAvgs, expAvgSqs, maxExpAvgSqs);
    }

    /**
     * Applies an update to every parameter.
     *
     * @param roles parameters, gradients, then kinds of state; one that is null is left out. All but the gradients are written back
     */
    private static void run(int count, FloatUpdate floats, DoubleUpdate doubles, Tensor[]... roles) {
        int used = roles.length;
        while (roles[used - 1] == null) {
            used--;
        }
        int first = 0;
        int filled = 0;
        for (int i = 0; i < count; i++) {
            Tensor p = roles[0][i];
            int n = p.numel();
            if (isSmall(p)) {
                if (filled + n > BLOCK) {
                    gathered(first, i, filled, floats, used, roles);
                    first = i;
                    filled = 0;
                }
                filled += n;
            } else if (p.dtype() == DType.FLOAT32) {
                floats(i, floats, used, roles);
            } else {
                doubles(i, doubles, used, roles);
            }
        }
        if (filled > 0) {
            gathered(first, count, filled, floats, used, roles);
        }
    }

    private static boolean isSmall(Tensor p) {
        return p.dtype() == DType.FLOAT32 && p.numel() <= SMALL;
    }

    /** Updates the small parameters among those from {@code first} to {@code end}, {@code filled} elements in all. */
    private static void gathered(int first, int end, int filled, FloatUpdate update, int used, Tensor[]... roles) {
        float[][] block = HostThread.current().floats();
        for (int r = 0; r < used; r++) {
            for (int i = first, at = 0; i < end; i++) {
                if (isSmall(roles[0][i])) {
                    HostStorage.read(roles[r][i], block[r], at);
                    at += roles[0][i].numel();
                }
            }
        }
        update.run(block, filled);
        for (int r = 0; r < used; r++) {
            for (int i = first, at = 0; r != 1 && i < end; i++) {
                if (isSmall(roles[0][i])) {
                    HostStorage.write(roles[r][i], block[r], at);
                    at += roles[0][i].numel();
                }
            }
        }
    }

    private static void floats(int index, FloatUpdate update, int used, Tensor[]... roles) {
        Blocks[] tensors = blocks(index, used, roles);
        int size = roles[0][index].numel();
        Workers.run((size + CHUNK - 1) / CHUNK, c -> {
            float[][] block = HostThread.current().floats();
            int end = Math.min(size, (c + 1) * CHUNK);
            for (int at = c * CHUNK; at < end; at += BLOCK) {
                int n = Math.min(BLOCK, end - at);
                for (int r = 0; r < used; r++) {
                    tensors[r].read(at, block[r], n);
                }
                update.run(block, n);
                for (int r = 0; r < used; r++) {
                    if (r != 1) {
                        tensors[r].write(at, block[r], n);
                    }
                }
            }
        });
    }

    private static void doubles(int index, DoubleUpdate update, int used, Tensor[]... roles) {
        Blocks[] tensors = blocks(index, used, roles);
        int size = roles[0][index].numel();
        Workers.run((size + CHUNK - 1) / CHUNK, c -> {
            double[][] block = HostThread.current().doubles();
            int end = Math.min(size, (c + 1) * CHUNK);
            for (int at = c * CHUNK; at < end; at += BLOCK) {
                int n = Math.min(BLOCK, end - at);
                for (int r = 0; r < used; r++) {
                    tensors[r].read(at, block[r], n);
                }
                update.run(block, n);
                for (int r = 0; r < used; r++) {
                    if (r != 1) {
                        tensors[r].write(at, block[r], n);
                    }
                }
            }
        });
    }

    private static Blocks[] blocks(int index, int used, Tensor[]... roles) {
        Blocks[] tensors = new Blocks[used];
        for (int r = 0; r < used; r++) {
            tensors[r] = new Blocks(roles[r][index], roles[0][index].shape());
        }
        return tensors;
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

    private static void scale(float[] w, float f, int n) {
        for (int i = 0; i < n; i++) {
            w[i] *= f;
        }
    }

    /** One division per element, not PyTorch's two: division is what this loop waits for. Differs by a bit at most. */
    private static void update(float[] w, float[] d, float[] m, float[] v, float rest1, float beta2, float rest2, float stepSize,
            float inverseCorrection2, float eps, int n) {
        for (int i = 0; i < n; i++) {
            float g = d[i];
            float first = m[i] + (g - m[i]) * rest1;
            float second = v[i] * beta2 + g * g * rest2;
            m[i] = first;
            v[i] = second;
            w[i] -= stepSize * first / ((float) Math.sqrt(second) * inverseCorrection2 + eps);
        }
    }

    private static void updateAmsgrad(float[] w, float[] d, float[] m, float[] v, float[] top, float rest1, float beta2, float rest2,
            float stepSize, float inverseCorrection2, float eps, int n) {
        for (int i = 0; i < n; i++) {
            float g = d[i];
            float first = m[i] + (g - m[i]) * rest1;
            float second = v[i] * beta2 + g * g * rest2;
            float largest = Math.max(top[i], second);
            m[i] = first;
            v[i] = second;
            top[i] = largest;
            w[i] -= stepSize * first / ((float) Math.sqrt(largest) * inverseCorrection2 + eps);
        }
    }
}
