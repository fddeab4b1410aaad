package io.candela.nn;

import io.candela.backend.RecurrentKernels.Cell;
import io.candela.tensor.Tensor;

/**
 * Long short-term memory. With the gates i, f, g and o, each W x + b + V h + d of its own: c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c'),
 * projected if there is a projection. Shapes and state: see {@link RNNBase}.
 *
 * <pre>{@code
 * var lstm = new LSTM(10, 20, LSTM.options().withNumLayers(2).withBatchFirst(true));
 * var y = lstm.forward(Tensor.randn(32, 64, 10)); // y.output() (32, 64, 20), y.hn() and y.cn() (2, 32, 20)
 * }</pre>
 */
public final class LSTM extends RNNBase {
    /**
     * What a run gives.
     *
     * @param <O>    {@link Tensor}, or {@link PackedSequence} for a packed input
     * @param output states h of the last layer at all steps
     * @param hn     last states h of all layers and directions
     * @param cn     last states c of all layers and directions
     */
    public record Result<O>(O output, Tensor hn, Tensor cn) {}

    /** PyTorch's defaults. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** With the defaults. */
    public LSTM(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, options());
    }

    /**
     * With options.
     *
     * @throws IllegalArgumentException if a size or an option is out of range
     */
    public LSTM(int inputSize, int hiddenSize, Options options) {
        super(Cell.LSTM, inputSize, hiddenSize, options);
    }

    /** From zeros. */
    public Result<Tensor> forward(Tensor x) {
        return forward(x, null, null);
    }

    /**
     * From given states.
     *
     * @param h0 null for zeros
     * @param c0 null for zeros
     * @throws io.candela.tensor.ShapeException if sizes differ
     * @throws io.candela.tensor.DTypeException if {@code x} is of another type than the weights
     */
    public Result<Tensor> forward(Tensor x, Tensor h0, Tensor c0) {
        Run run = runPadded(x, h0, c0);
        return new Result<>(run.rows(), run.hn(), run.cn());
    }

    /** From zeros, for sequences of different lengths. */
    public Result<PackedSequence> forward(PackedSequence x) {
        return forward(x, null, null);
    }

    /** From given states, {@code (layers · directions, n, state)} in the order that the sequences had before they were packed. */
    public Result<PackedSequence> forward(PackedSequence x, Tensor h0, Tensor c0) {
        Run run = runPacked(x, h0, c0);
        return new Result<>(x.with(run.rows()), run.hn(), run.cn());
    }
}
