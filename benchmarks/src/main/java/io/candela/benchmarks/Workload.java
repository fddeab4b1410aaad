package io.candela.benchmarks;

import java.util.stream.IntStream;

/**
 * A fully connected network with ReLU between the layers, together with one batch to train it on. Its numbers are the same in every peer and in the Python
 * twin, so that all of them must arrive at the same loss.
 *
 * @param logSoftmax whether the network ends in LogSoftmax (then the loss is NLLLoss) or in plain scores (then it is CrossEntropyLoss)
 * @param widths features in, features of each hidden layer, classes
 */
public record Workload(String name, int batch, boolean logSoftmax, int... widths) {
    public static final Workload IRIS = new Workload("iris", 5, true, 4, 8, 3);
    public static final Workload MLP = new Workload("mlp", 128, false, 784, 512, 256, 10);

    /** Of Adam, in every peer; its other settings are PyTorch's defaults. */
    public static final double LEARNING_RATE = 1e-3;

    public int layers() {
        return widths.length - 1;
    }

    public int features() {
        return widths[0];
    }

    public int classes() {
        return widths[layers()];
    }

    /** Whether the work is too small to be shared among threads. */
    public boolean tiny() {
        return batch * features() < 1000;
    }

    /** Shape {@code (batch, features)}, row by row. */
    public float[] inputs() {
        return inputs(batch, features());
    }

    public int[] labels() {
        return labels(batch, classes());
    }

    /** A batch, row by row. The second half repeats the first: see {@link #labels(int, int)}. */
    static float[] inputs(int batch, int features) {
        float[] inputs = numbers(batch * features, 1, 1);
        int half = half(batch) * features;
        for (int i = half; i < inputs.length; i++) {
            inputs[i] = inputs[i - half];
        }
        return inputs;
    }

    /** Equal inputs have different labels, so that millions of steps on the one batch neither learn it nor let gradients fade into denormal numbers. */
    static int[] labels(int batch, int classes) {
        int half = half(batch);
        return IntStream.range(0, batch).map(row -> (row % half + row / half) % classes).toArray();
    }

    private static int half(int batch) {
        return Math.max(1, batch / 2);
    }

    /** Start values of a layer's weight in PyTorch's layout, {@code (out, in)}, row by row. */
    public float[] weight(int layer) {
        return numbers(widths[layer + 1] * widths[layer], 2 + 2 * layer, bound(layer));
    }

    /** Start values of a layer's bias. */
    public float[] bias(int layer) {
        return numbers(widths[layer + 1], 3 + 2 * layer, bound(layer));
    }

    private double bound(int layer) {
        return 1 / Math.sqrt(widths[layer]);
    }

    /** {@code n} numbers spread evenly over (-bound, bound), the same for the same seed on every platform and in Python. */
    public static float[] numbers(int n, int seed, double bound) {
        float[] numbers = new float[n];
        for (int i = 0; i < n; i++) {
            int h = seed * 0x9E3779B9 + i;
            h = (h ^ h >>> 16) * 0x85EBCA6B;
            h = (h ^ h >>> 13) * 0xC2B2AE35;
            h ^= h >>> 16;
            numbers[i] = (float) (bound * h / 0x1p31);
        }
        return numbers;
    }
}
