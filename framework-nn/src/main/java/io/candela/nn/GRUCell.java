package io.candela.nn;

import io.candela.backend.RecurrentKernels.Cell;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** One step of a {@link GRU} with one layer. Shapes and state: see {@link RNNCellBase}. */
public final class GRUCell extends RNNCellBase {
    /** With biases, in float32. */
    public GRUCell(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, true, DType.FLOAT32);
    }

    /** With all options. */
    public GRUCell(int inputSize, int hiddenSize, boolean bias, DType dtype) {
        super(Cell.GRU, inputSize, hiddenSize, bias, dtype);
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
