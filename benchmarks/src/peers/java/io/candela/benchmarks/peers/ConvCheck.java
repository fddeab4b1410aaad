package io.candela.benchmarks.peers;

import io.candela.benchmarks.ConvWork;

/** {@link ConvWork} in plain loops, at a sample of places. */
final class ConvCheck {
    /** Distance between the places; prime, so that all rows, columns and channels occur. */
    private static final int SAMPLE = 997;
    private static final int CHANNELS = ConvWork.CHANNELS;
    private static final int SIZE = ConvWork.SIZE;
    private static final int KERNEL = ConvWork.KERNEL;
    private static final float[] INPUTS = ConvWork.inputs();
    private static final float[] WEIGHT = ConvWork.weight();
    private static final float[] BIAS = ConvWork.bias();
    private static final float[] GRADIENT = ConvWork.gradient();

    private ConvCheck() {}

    /** The true value at a place, counted row by row. */
    private interface Place {
        double value(int i);
    }

    /** By how much output and gradients of input, weight and bias are off. */
    static double error(float[]... results) {
        Place[] truth = {ConvCheck::output, ConvCheck::inputGradient, ConvCheck::weightGradient, ConvCheck::biasGradient};
        int[] sizes = {INPUTS.length, INPUTS.length, WEIGHT.length, BIAS.length};
        double error = 0;
        for (int k = 0; k < truth.length; k++) {
            if (results[k].length != sizes[k]) {
                return Double.NaN;
            }
            int step = sizes[k] < SAMPLE ? 1 : SAMPLE;
            for (int i = 0; i < sizes[k]; i += step) {
                error = Math.max(error, Math.abs(results[k][i] - truth[k].value(i)));
            }
        }
        return error;
    }

    private static double output(int i) {
        int column = i % SIZE;
        int row = i / SIZE % SIZE;
        int out = i / (SIZE * SIZE) % CHANNELS;
        int image = i / (SIZE * SIZE * CHANNELS);
        double sum = BIAS[out];
        for (int in = 0; in < CHANNELS; in++) {
            for (int y = 0; y < KERNEL; y++) {
                for (int x = 0; x < KERNEL; x++) {
                    sum += at(INPUTS, image, in, row + y - ConvWork.PADDING, column + x - ConvWork.PADDING) * weight(out, in, y, x);
                }
            }
        }
        return sum;
    }

    private static double inputGradient(int i) {
        int column = i % SIZE;
        int row = i / SIZE % SIZE;
        int in = i / (SIZE * SIZE) % CHANNELS;
        int image = i / (SIZE * SIZE * CHANNELS);
        double sum = 0;
        for (int out = 0; out < CHANNELS; out++) {
            for (int y = 0; y < KERNEL; y++) {
                for (int x = 0; x < KERNEL; x++) {
                    sum += at(GRADIENT, image, out, row - y + ConvWork.PADDING, column - x + ConvWork.PADDING) * weight(out, in, y, x);
                }
            }
        }
        return sum;
    }

    private static double weightGradient(int i) {
        int x = i % KERNEL - ConvWork.PADDING;
        int y = i / KERNEL % KERNEL - ConvWork.PADDING;
        int in = i / (KERNEL * KERNEL) % CHANNELS;
        int out = i / (KERNEL * KERNEL * CHANNELS);
        double sum = 0;
        for (int image = 0; image < ConvWork.BATCH; image++) {
            for (int p = 0; p < SIZE * SIZE; p++) {
                sum += at(GRADIENT, image, out, p / SIZE, p % SIZE) * at(INPUTS, image, in, p / SIZE + y, p % SIZE + x);
            }
        }
        return sum;
    }

    private static double biasGradient(int out) {
        double sum = 0;
        for (int image = 0; image < ConvWork.BATCH; image++) {
            for (int p = 0; p < SIZE * SIZE; p++) {
                sum += at(GRADIENT, image, out, p / SIZE, p % SIZE);
            }
        }
        return sum;
    }

    /** Of an activation; 0 beyond its border. */
    private static double at(float[] values, int image, int channel, int row, int column) {
        boolean inside = row >= 0 && row < SIZE && column >= 0 && column < SIZE;
        return inside ? values[((image * CHANNELS + channel) * SIZE + row) * SIZE + column] : 0;
    }

    private static double weight(int out, int in, int y, int x) {
        return WEIGHT[((out * CHANNELS + in) * KERNEL + y) * KERNEL + x];
    }
}
