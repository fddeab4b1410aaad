package io.candela.nn;

import io.candela.backend.RecurrentKernels.Cell;
import io.candela.ops.Recurrent;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** One step of an {@link LSTM} with one layer. Shapes and state: see {@link RNNCellBase}. */
public final class LSTMCell extends RNNCellBase {
    /** The states after a step. */
    public record Result(Tensor h, Tensor c) {}

    /** With biases, in float32. */
    public LSTMCell(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, true, DType.FLOAT32);
    }

    /** With all options. */
    public LSTMCell(int inputSize, int hiddenSize, boolean bias, DType dtype) {
        super(Cell.LSTM, inputSize, hiddenSize, bias, dtype);
    }

    /** From zeros. */
    public Result forward(Tensor x) {
        return forward(x, null, null);
    }

    /**
     * From given states.
     *
     * @param h null for zeros
     * @param c null for zeros
     * @throws io.candela.tensor.ShapeException if sizes differ
     */
    public Result forward(Tensor x, Tensor h, Tensor c) {
        Recurrent.Result y = step(x, h, c);
        return new Result(y.h(), y.c());
    }
}
