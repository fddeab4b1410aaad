package io.candela.backend.cpu;

import io.candela.tensor.Tensor;
import java.util.Arrays;

/** {@link NormLanes} of float32. */
final class NormFloats extends NormLanes {
    private final HostStorage[] storages = new HostStorage[3]; // also keeps the memory from being recycled
    private final int[] starts = new int[3];
    private final float[] x;
    private final float[] g;
    private final float[][] coefficients;
    private final float[] first;
    private final float[] second;

    NormFloats(Tensor x, Tensor g, Tensor out) {
        Tensor[] tensors = {x, g, out};
        for (int i = 0; i < tensors.length; i++) {
            if (tensors[i] != null) {
                storages[i] = HostStorage.of(tensors[i]);
                starts[i] = (storages[i].start >> 2) + tensors[i].offset();
            }
        }
        float[][] blocks = HostThread.current().floats();
        this.x = blocks[0];
        this.g = blocks[1];
        first = blocks[2];
        second = blocks[3];
        coefficients = new float[][] {blocks[4], blocks[5], blocks[6], blocks[7]};
    }

    private void read(int tensor, int start, float[] block, int n) {
        storages[tensor].block.floats.get(starts[tensor] + start, block, 0, n);
    }

    private void write(int start, float[] block, int n) {
        storages[2].block.floats.put(starts[2] + start, block, 0, n);
    }

    @Override
    void coefficient(int number, ChannelWalk walk, int unit, double[] values, int at) {
        float[] lanes = coefficients[number];
        int run = walk.run();
        int filled = walk.channelCount(unit) * run;
        for (int lane = 0; lane < filled; lane += run) {
            Arrays.fill(lanes, lane, lane + run, (float) values[at + lane / run]);
        }
        for (int end = walk.size(unit, 0); filled < end; filled *= 2) {
            System.arraycopy(lanes, 0, lanes, filled, Math.min(filled, end - filled));
        }
    }

    @Override
    void clear() {
        Arrays.fill(first, 0);
        Arrays.fill(second, 0);
    }

    @Override
    void addInput(int start, int n) {
        read(0, start, x, n);
        add(x, first, n);
    }

    @Override
    void addMoments(int start, int n) {
        read(0, start, x, n);
        addMoments(x, coefficients[MEAN], first, second, n);
    }

    @Override
    void addProducts(int start, int n) {
        read(0, start, x, n);
        read(1, start, g, n);
        addProducts(x, g, coefficients[MEAN], first, second, n);
    }

    @Override
    void affine(int start, int n) {
        read(0, start, x, n);
        affine(x, coefficients[MEAN], coefficients[SCALE], coefficients[SHIFT], n);
        write(start, x, n);
    }

    @Override
    void scale(int start, int n) {
        read(1, start, g, n);
        scale(g, coefficients[SCALE], n);
        write(start, g, n);
    }

    @Override
    void gradient(int start, int n) {
        read(0, start, x, n);
        read(1, start, g, n);
        gradient(x, g, coefficients[MEAN], coefficients[SCALE], coefficients[SLOPE], coefficients[SHIFT], n);
        write(start, g, n);
    }

    private static void add(float[] x, float[] sum, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += x[i];
        }
    }

    private static void addMoments(float[] x, float[] mean, float[] sum, float[] squares, int n) {
        for (int i = 0; i < n; i++) {
            float d = x[i] - mean[i];
            sum[i] += d;
            squares[i] += d * d;
        }
    }

    private static void addProducts(float[] x, float[] g, float[] mean, float[] sum, float[] products, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += g[i];
            products[i] += g[i] * (x[i] - mean[i]);
        }
    }

    private static void affine(float[] x, float[] mean, float[] scale, float[] shift, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (x[i] - mean[i]) * scale[i] + shift[i];
        }
    }

    private static void scale(float[] g, float[] scale, int n) {
        for (int i = 0; i < n; i++) {
            g[i] *= scale[i];
        }
    }

    private static void gradient(float[] x, float[] g, float[] mean, float[] scale, float[] slope, float[] shift, int n) {
        for (int i = 0; i < n; i++) {
            g[i] = g[i] * scale[i] + (x[i] - mean[i]) * slope[i] + shift[i];
        }
    }

    @Override
    void fold(int sum, int run, int count, int lanes, double[] into, int at) {
        float[] from = sum == 0 ? first : second;
        if (run == 1) {
            for (int row = 0; row < lanes; row += count) {
                for (int i = 0; i < count; i++) {
                    into[at + i] += from[row + i];
                }
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            into[at + i] += total(from, i * run, (i + 1) * run);
        }
    }

    /** In four sums, that need not wait for each other. */
    private static double total(float[] v, int from, int to) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i + 4 <= to; i += 4) {
            a += v[i];
            b += v[i + 1];
            c += v[i + 2];
            d += v[i + 3];
        }
        for (; i < to; i++) {
            a += v[i];
        }
        return a + b + (c + d);
    }
}
