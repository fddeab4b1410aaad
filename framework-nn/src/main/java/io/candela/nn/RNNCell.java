package io.candela.nn;

import io.candela.backend.RecurrentKernels.Cell;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** One step of an {@link RNN} with one layer. Shapes and state: see {@link RNNCellBase}. */
public final class RNNCell extends RNNCellBase {
    /** With biases and tanh, in float32. */
    public RNNCell(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, true, RNNBase.Nonlinearity.TANH, DType.FLOAT32);
    }

    /** With all options. */
    public RNNCell(int inputSize, int hiddenSize, boolean bias, RNNBase.Nonlinearity nonlinearity, DType dtype) {
        super(nonlinearity == RNNBase.Nonlinearity.TANH ? Cell.TANH : Cell.RELU, inputSize, hiddenSize, bias, dtype);
    }

    /** The state after a step from zeros. */
    public Tensor forward(Tensor x) {
        return forward(x, null);
    }

    /**
     * The state after a step.
     *
     * @param h null for zeros
     * @throws io.candela.tensor.ShapeException if sizes differ
     */
    public Tensor forward(Tensor x, Tensor h) {
        return step(x, h, null).h();
    }
}
