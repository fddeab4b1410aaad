package io.candela.nn;

import io.candela.backend.RecurrentKernels.Cell;
import io.candela.ops.Recurrent;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * What {@link RNNCell}, {@link LSTMCell} and {@link GRUCell} share: one step of one layer, {@code (n, in)} and states {@code (n, hidden)}, or
 * {@code (in)} and {@code (hidden)}.
 *
 * <p>State: {@code weight_ih (gates · hidden, in)}, {@code weight_hh (gates · hidden, hidden)}, {@code bias_ih} and {@code bias_hh (gates · hidden)}, all
 * drawn from U(-1/√hidden, 1/√hidden).
 */
public abstract sealed class RNNCellBase extends Module implements Parametrizable permits RNNCell, LSTMCell, GRUCell {
    final Cell cell;
    final int inputSize;
    final int hiddenSize;
    final Tensor[] slots; // as RNNBase.weights reads them

    RNNCellBase(Cell cell, int inputSize, int hiddenSize, boolean bias, DType dtype) {
        if (inputSize < 0 || hiddenSize < 1) {
            throw new IllegalArgumentException("%s: inputSize must not be negative and hiddenSize must be positive, got %d and %d".formatted(typeName(),
                    inputSize, hiddenSize));
        }
        this.cell = cell;
        this.inputSize = inputSize;
        this.hiddenSize = hiddenSize;
        int width = cell.gates() * hiddenSize;
        slots = new Tensor[RNNBase.SLOTS];
        slots[0] = register("weight_ih", RNNBase.start(hiddenSize, dtype, width, inputSize));
        slots[1] = register("weight_hh", RNNBase.start(hiddenSize, dtype, width, hiddenSize));
        slots[2] = register("bias_ih", bias ? RNNBase.start(hiddenSize, dtype, width) : null);
        slots[3] = register("bias_hh", bias ? RNNBase.start(hiddenSize, dtype, width) : null);
    }

    /** One step. */
    final Recurrent.Result step(Tensor x, Tensor h, Tensor c) {
        if (x.dim() != 1 && x.dim() != 2) {
            throw new ShapeException("%s: input must have 1 or 2 dimensions, got %s", typeName(), x.shape());
        }
        Recurrent.Weights weights = RNNBase.weights(this, slots, 0);
        if (x.size(-1) != inputSize) {
            throw new ShapeException("%s: the last dimension of the input must be inputSize %d, got %d", typeName(), inputSize, x.size(-1));
        }
        if (x.dtype() != weights.ih().dtype()) {
            throw new DTypeException("%s: input is %s, the weights are %s; convert one with to(dtype)", typeName(), x.dtype(), weights.ih().dtype());
        }
        boolean single = x.dim() == 1;
        Tensor rows = single ? x.unsqueeze(0) : x;
        int[] sizes = {rows.size(0)};
        Recurrent.Result y = Recurrent.apply(cell, false, sizes, rows, state("h", h, x), cell == Cell.LSTM ? state("c", c, x) : null, weights);
        return single ? new Recurrent.Result(null, y.output().squeeze(0), y.c() == null ? null : y.c().squeeze(0))
                : new Recurrent.Result(null, y.output(), y.c());
    }

    private Tensor state(String what, Tensor given, Tensor x) {
        Shape wanted = x.dim() == 1 ? Shape.of(hiddenSize) : Shape.of(x.size(0), hiddenSize);
        if (given != null && !given.shape().equals(wanted)) {
            throw new ShapeException("%s: %s must be %s for input %s, got %s", typeName(), what, wanted, x.shape(), given.shape());
        }
        Tensor state = given == null ? Tensor.zeros(wanted, x.dtype(), x.device()) : given;
        return x.dim() == 1 ? state.unsqueeze(0) : state;
    }

    @Override
    protected String describe() {
        return inputSize + ", " + hiddenSize + (slots[2] == null ? ", bias=False" : "") + (cell == Cell.RELU ? ", nonlinearity=relu" : "");
    }
}
