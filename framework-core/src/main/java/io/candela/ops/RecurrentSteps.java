package io.candela.ops;

import io.candela.backend.RecurrentKernels.Cell;
import io.candela.tensor.Tensor;

/** Recurrent layers composed of other operations, step by step: for every type, with projections, and differentiable any number of times. */
final class RecurrentSteps {
    private RecurrentSteps() {}

    /** As {@link Recurrent#apply}. */
    static Recurrent.Result run(Cell cell, boolean reverse, int[] sizes, Tensor x, Tensor h0, Tensor c0, Recurrent.Weights weights) {
        Tensor[] inputs = Linear.apply(x, weights.ih(), weights.biasIh()).split(sizes, 0);
        Tensor h = h0;
        Tensor c = c0;
        Tensor[] outputs = new Tensor[sizes.length];
        for (int s = 0; s < sizes.length; s++) {
            int t = reverse ? sizes.length - 1 - s : s;
            int rows = sizes[t];
            Tensor before = first(h, rows);
            Tensor part = Linear.apply(before, weights.hh(), weights.biasHh());
            Tensor next;
            switch (cell) {
                case LSTM -> {
                    Tensor[] gates = inputs[t].add(part).chunk(4, 1);
                    Tensor nextCell = gates[1].sigmoid().mul(first(c, rows)).add(gates[0].sigmoid().mul(gates[2].tanh()));
                    next = gates[3].sigmoid().mul(nextCell.tanh());
                    next = weights.projection() == null ? next : Linear.apply(next, weights.projection(), null);
                    c = withRest(nextCell, c);
                }
                case GRU -> {
                    Tensor[] in = inputs[t].chunk(3, 1);
                    Tensor[] state = part.chunk(3, 1);
                    Tensor n = in[2].add(in[0].add(state[0]).sigmoid().mul(state[2])).tanh();
                    next = n.add(in[1].add(state[1]).sigmoid().mul(before.sub(n)));
                }
                case TANH -> next = inputs[t].add(part).tanh();
                case RELU -> next = inputs[t].add(part).relu();
                default -> throw new AssertionError(cell);
            }
            outputs[t] = next;
            h = withRest(next, h);
        }
        return new Recurrent.Result(Tensor.cat(0, outputs), h, c);
    }

    private static Tensor first(Tensor states, int rows) {
        return rows == states.size(0) ? states : states.slice(0, 0, rows);
    }

    /** New states for the first sequences, the old ones of the others. */
    private static Tensor withRest(Tensor next, Tensor states) {
        int rows = next.size(0);
        return rows == states.size(0) ? next : Tensor.cat(0, next, states.slice(0, rows, states.size(0)));
    }
}
