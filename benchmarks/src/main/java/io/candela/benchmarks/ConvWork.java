package io.candela.benchmarks;

/**
 * One convolution as in the middle of a network, over a batch of 32, stride 1, padded to keep its size: 1.85 billion multiplications and additions. Its numbers
 * are the same in every peer and in the Python twin.
 */
public final class ConvWork {
    public static final int BATCH = 32;
    /** Channels of the input, and of the output. */
    public static final int CHANNELS = 64;
    /** Height and width. */
    public static final int SIZE = 28;
    public static final int KERNEL = 3;
    public static final int PADDING = 1;

    private static final int ACTIVATIONS = BATCH * CHANNELS * SIZE * SIZE;

    private ConvWork() {}

    /** Shape {@code (batch, channels, size, size)}. */
    public static float[] inputs() {
        return Workload.numbers(ACTIVATIONS, 1, 1);
    }

    /** Shape {@code (channels, channels, kernel, kernel)}. */
    public static float[] weight() {
        return Workload.numbers(CHANNELS * CHANNELS * KERNEL * KERNEL, 2, bound());
    }

    /** Shape {@code (channels)}. */
    public static float[] bias() {
        return Workload.numbers(CHANNELS, 3, bound());
    }

    /** Of the output; so small that the weight's gradient is about 1. */
    public static float[] gradient() {
        return Workload.numbers(ACTIVATIONS, 4, 0.01);
    }

    private static double bound() {
        return 1 / Math.sqrt(CHANNELS * KERNEL * KERNEL);
    }
}
