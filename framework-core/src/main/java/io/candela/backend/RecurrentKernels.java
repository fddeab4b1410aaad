package io.candela.backend;

import io.candela.tensor.Tensor;

/**
 * Recurrent networks: one layer in one direction, all steps in one call.
 *
 * <p>Sequences lie step by step: the rows of step 0, of step 1, and so on. Step t has {@code sizes[t]} rows, never more than the step before, so
 * that row i of every step belongs to sequence i; {@code sizes[0]} is the batch. All tensors are contiguous float32.
 */
public interface RecurrentKernels {
    /** What is computed at a step, from x, the state h and, for LSTM, the state c. Gates lie side by side in a row, in the order given here. */
    enum Cell {
        /** i, f, g, o: c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c'). */ LSTM(4),
        /** r, z, n: n' = tanh(n + σ(r) (W h + b)), h' = (1 − σ(z)) n' + σ(z) h. */ GRU(3),
        /** h' = tanh(x W + h W). */ TANH(1),
        /** The same with max(·, 0). */ RELU(1);

        private final int gates;

        Cell(int gates) {
            this.gates = gates;
        }

        /** How many gates a cell has. */
        public int gates() {
            return gates;
        }
    }

    /**
     * Goes through the steps, from the last to the first if {@code reverse}.
     *
     * @param weight {@code (gates · hidden, hidden)}: of the state
     * @param bias   {@code (gates · hidden)}, is added to the state's part; null for none
     * @param gates  {@code (rows, gates · hidden)}: takes in the input's part of the gates, and is overwritten with their values
     * @param extra  {@code (rows, hidden)}, is overwritten; LSTM: with the cells c', GRU: with the state's part of n; null for the others
     * @param h      {@code (batch, hidden)}: the first states, is overwritten with the last ones
     * @param c      likewise, for LSTM; else null
     * @param out    {@code (rows, hidden)}: takes the states h' of all steps
     */
    void forward(Cell cell, boolean reverse, int[] sizes, Tensor weight, Tensor bias, Tensor gates, Tensor extra, Tensor h, Tensor c, Tensor out);

    /**
     * Goes back through the steps of {@link #forward}.
     *
     * @param gates      as forward left it
     * @param extra      as forward left it
     * @param out        likewise
     * @param h0         the first states h
     * @param c0         the first states c, for LSTM; else null
     * @param g          {@code (rows, hidden)}: the gradient of {@code out}
     * @param dh         {@code (batch, hidden)}: the gradient of the last states, is overwritten with that of the first ones
     * @param dc         likewise, for LSTM; else null
     * @param dInput     {@code (rows, gates · hidden)}: takes the gradient of the input's part of the gates
     * @param dRecurrent takes the gradient of the state's part, for GRU; else null, it is the same
     * @param dBias      {@code (gates · hidden)}: takes the sum of {@code dInput} over all rows; null for none
     */
    void backward(Cell cell, boolean reverse, int[] sizes, Tensor weight, Tensor gates, Tensor extra, Tensor out, Tensor h0, Tensor c0, Tensor g,
            Tensor dh, Tensor dc, Tensor dInput, Tensor dRecurrent, Tensor dBias);
}
