package io.candela.nn;

import io.candela.backend.RecurrentKernels.Cell;
import io.candela.tensor.Tensor;

/**
 * Gated recurrent units. With the gates r and z, each W x + b + V h + d of its own, and n = tanh(W x + b + σ(r) (V h + d)):
 * h' = (1 − σ(z)) n + σ(z) h. Shapes and state: see {@link RNNBase}.
 */
public final class GRU extends RNNBase {
    /**
     * What a run gives.
     *
     * @param <O>    {@link Tensor}, or {@link PackedSequence} for a packed input
     * @param output states of the last layer at all steps
     * @param hn     last states of all layers and directions
     */
    public record Result<O>(O output, Tensor hn) {}

    /** PyTorch's defaults. */
    public static Options options() {
        return Options.DEFAULTS;
    }

    /** With the defaults. */
    public GRU(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, options());
    }

    /**
     * With options.
     *
     * @throws IllegalArgumentException if a size or an option is out of range
     */
    public GRU(int inputSize, int hiddenSize, Options options) {
        super(Cell.GRU, inputSize, hiddenSize, options);
    }

    /** From zeros. */
    public Result<Tensor> forward(Tensor x) {
        return forward(x, null);
    }

    /**
     * From given states.
     *
     * @param h0 null for zeros
     * @throws io.candela.tensor.ShapeException if sizes differ
     * @throws io.candela.tensor.DTypeException if {@code x} is of another type than the weights
     */
    public Result<Tensor> forward(Tensor x, Tensor h0) {
        Run run = runPadded(x, h0, null);
        return new Result<>(run.rows(), run.hn());
    }

    /** From zeros, for sequences of different lengths. */
    public Result<PackedSequence> forward(PackedSequence x) {
        return forward(x, null);
    }

    /** From given states, {@code (layers · directions, n, state)} in the order that the sequences had before they were packed. */
    public Result<PackedSequence> forward(PackedSequence x, Tensor h0) {
        Run run = runPacked(x, h0, null);
        return new Result<>(x.with(run.rows()), run.hn());
    }
}
