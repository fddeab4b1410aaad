package io.candela.benchmarks;

/**
 * Two LSTM layers of 128 over 64 steps of 128 numbers, a batch of 32, and the mean squared distance of the output from fixed numbers as the loss.
 * Its numbers are the same in every peer and in the Python twin.
 */
public final class LstmWork {
    public static final int STEPS = 64;
    public static final int BATCH = 32;
    /** Numbers per step, and in a state. */
    public static final int SIZE = 128;
    public static final int LAYERS = 2;
    /** Parameters per layer, in PyTorch's order: weights of input and state, their biases. */
    public static final int PER_LAYER = 4;

    private LstmWork() {}

    /** Shape {@code (steps, batch, size)}. */
    public static float[] inputs() {
        return Workload.numbers(STEPS * BATCH * SIZE, 1, 1);
    }

    /** Shape {@code (steps, batch, size)}: too many to be learned. */
    public static float[] targets() {
        return Workload.numbers(STEPS * BATCH * SIZE, 2, 0.5);
    }

    /** Start values of parameter {@code i} of all. */
    public static float[] parameter(int i) {
        return Workload.numbers(4 * SIZE * (isWeight(i) ? SIZE : 1), 3 + i, 1 / Math.sqrt(SIZE));
    }

    /** Whether parameter {@code i} is a weight {@code (4 · size, size)}; else it is a bias. */
    public static boolean isWeight(int i) {
        return i % PER_LAYER < 2;
    }
}
