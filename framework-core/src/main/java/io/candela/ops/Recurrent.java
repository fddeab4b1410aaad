package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.autograd.Function;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.RecurrentKernels;
import io.candela.backend.RecurrentKernels.Cell;
import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One layer of a recurrent network in one direction. In float32 and without projection: one product for the input of all steps, then a kernel
 * that walks through them, and for the weights' gradients again one product each. Everything else is composed, see {@link RecurrentSteps}.
 */
public final class Recurrent extends Function {
    private static final int X = 0;
    private static final int H0 = 1;
    private static final int C0 = 2;
    private static final int WEIGHT_IH = 3;
    private static final int WEIGHT_HH = 4;
    private static final int BIAS_IH = 5;
    private static final int BIAS_HH = 6;
    private static final int OPERANDS = 7;

    private final Cell cell;
    private final boolean reverse;
    private final int[] sizes;
    private final Saved[] operands = new Saved[OPERANDS]; // null where there is none
    private Saved output;
    private Saved values; // of the gates, and what else the kernel keeps
    private Shape inputShape;

    private Recurrent(Cell cell, boolean reverse, int... sizes) {
        this.cell = cell;
        this.reverse = reverse;
        this.sizes = sizes;
    }

    /**
     * The parameters of one layer and direction.
     *
     * @param ih         {@code (gates · hidden, in)}
     * @param hh         {@code (gates · hidden, size of the state)}
     * @param biasIh     {@code (gates · hidden)}, or null
     * @param biasHh     likewise
     * @param projection {@code (size of the state, hidden)}, LSTM's; null if the state has the size of {@code hidden}
     */
    public record Weights(Tensor ih, Tensor hh, Tensor biasIh, Tensor biasHh, Tensor projection) {}

    /**
     * What comes out of a layer.
     *
     * @param output the states of all steps, row by row as the input
     * @param h      the last state of every sequence
     * @param c      likewise, LSTM's; else null
     */
    public record Result(Tensor output, Tensor h, Tensor c) {}

    /**
     * Goes through all steps. Callers have checked shapes and types.
     *
     * @param sizes rows per step, see {@link RecurrentKernels}
     * @param x     {@code (rows, in)}
     * @param h0    {@code (batch, size of the state)}
     * @param c0    {@code (batch, hidden)} for LSTM, else null
     */
    public static Result apply(Cell cell, boolean reverse, int[] sizes, Tensor x, Tensor h0, Tensor c0, Weights weights) {
        if (Autocast.concerns(Autocast.Rule.LOWER, x)) {
            try (Autocast off = Autocast.off(x.device().type())) { // step by step, rounding to a lower type would add up
                return apply(cell, reverse, sizes, x, h0, c0, weights);
            }
        }
        if (x.dtype() != DType.FLOAT32 || weights.projection != null) {
            return RecurrentSteps.run(cell, reverse, sizes, x, h0, c0, weights);
        }
        Tensor[] y = Autograd.apply(new Recurrent(cell, reverse, sizes), x, h0, c0, weights.ih, weights.hh, weights.biasIh, weights.biasHh);
        return new Result(y[0], y[1], cell == Cell.LSTM ? y[2] : null);
    }

    @Override
    public String name() {
        return cell == Cell.LSTM ? "lstm" : cell == Cell.GRU ? "gru" : "rnn";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("cell", cell, "reverse", reverse, "sizes", sizes);
    }

    @Override
    protected Tensor[] forward(Tensor... xs) {
        for (int i = 0; i < OPERANDS; i++) {
            if (xs[i] != null && !xs[i].device().equals(xs[X].device())) {
                throw new DeviceException("%s: operands are on different devices: %s on %s, %s on %s; move one with to(device)", name(), xs[X].shape(),
                        xs[X].device(), xs[i].shape(), xs[i].device());
            }
            operands[i] = xs[i] == null ? null : save(xs[i]);
        }
        inputShape = xs[X].shape();
        int rows = xs[X].size(0);
        int hidden = xs[WEIGHT_HH].size(1);
        int width = cell.gates() * hidden;
        Backend backend = Backend.of(xs[X]);
        Tensor buffer = Tensor.empty(Shape.of(rows * (width + more(hidden))), xs[X].dtype(), xs[X].device());
        Tensor gates = gates(buffer, rows, width);
        boolean apart = cell == Cell.GRU; // its state's part of n is multiplied before it is added
        Tensor bias = apart || xs[BIAS_IH] == null ? xs[BIAS_IH] : xs[BIAS_IH].add(xs[BIAS_HH]);
        backend.matrix().linear(xs[X], xs[WEIGHT_IH], bias, gates);
        Tensor out = Tensor.empty(Shape.of(rows, hidden), xs[X].dtype(), xs[X].device());
        Tensor h = xs[H0].contiguous().clone();
        Tensor c = xs[C0] == null ? null : xs[C0].contiguous().clone();
        Tensor stateBias = apart && xs[BIAS_HH] != null ? xs[BIAS_HH].contiguous() : null;
        backend.recurrent().forward(cell, reverse, sizes, xs[WEIGHT_HH].contiguous(), stateBias, gates, extra(buffer, rows, width, hidden),
                h, c, out);
        if (isRecorded()) {
            output = saveResult(out);
            values = save(buffer);
            releaseWithGraph(buffer);
        } else {
            buffer.release();
        }
        return c == null ? new Tensor[] {out, h} : new Tensor[] {out, h, c};
    }

    /** Numbers per row that the kernel keeps besides the gates. */
    private int more(int hidden) {
        return cell.gates() == 1 ? 0 : hidden;
    }

    private static Tensor gates(Tensor buffer, int rows, int width) {
        return buffer.viewOf(Shape.of(rows, width), new int[] {width, 1}, 0);
    }

    private Tensor extra(Tensor buffer, int rows, int width, int hidden) {
        return cell.gates() == 1 ? null : buffer.viewOf(Shape.of(rows, hidden), new int[] {hidden, 1}, rows * width);
    }

    @Override
    protected Tensor[] backward(Tensor... gs) {
        if (Autograd.isGradEnabled()) {
            return again(gs);
        }
        Tensor x = operands[X].get();
        Tensor weight = operands[WEIGHT_HH].get();
        Tensor h0 = operands[H0].get().contiguous();
        Tensor c0 = operands[C0] == null ? null : operands[C0].get().contiguous();
        int rows = x.size(0);
        int hidden = weight.size(1);
        int width = cell.gates() * hidden;
        Tensor buffer = values.get();
        Tensor out = output.get().contiguous();
        Tensor dInput = Tensor.empty(Shape.of(rows, width), x.dtype(), x.device());
        Tensor dRecurrent = cell == Cell.GRU ? dInput.emptyLike() : null;
        Tensor dh = gs[1].contiguous().clone();
        Tensor dc = c0 == null ? null : gs[2].contiguous().clone();
        Tensor g = gs[0].contiguous();
        boolean summed = needsGrad(BIAS_IH) || needsGrad(BIAS_HH) && dRecurrent == null;
        Tensor dBias = summed ? Tensor.empty(Shape.of(width), x.dtype(), x.device()) : null;
        Backend.of(x).recurrent().backward(cell, reverse, sizes, weight.contiguous(), gates(buffer, rows, width), extra(buffer, rows, width, hidden),
                out, h0, c0, g, dh, dc, dInput, dRecurrent, dBias);
        Tensor dState = dRecurrent == null ? dInput : dRecurrent;
        Tensor[] gradients = new Tensor[OPERANDS];
        gradients[X] = needsGrad(X) ? Matmul.product(dInput, operands[WEIGHT_IH].get(), inputShape) : null;
        gradients[H0] = dh;
        gradients[C0] = dc;
        gradients[WEIGHT_IH] = needsGrad(WEIGHT_IH) ? Matmul.product(Views.transposed(dInput), x, Shape.of(width, x.size(1))) : null;
        gradients[WEIGHT_HH] = needsGrad(WEIGHT_HH) ? stateWeightGrad(dState, out, h0, Shape.of(width, hidden)) : null;
        gradients[BIAS_IH] = needsGrad(BIAS_IH) ? dBias : null;
        gradients[BIAS_HH] = !needsGrad(BIAS_HH) ? null : dRecurrent == null ? dBias : columnSums(dRecurrent);
        dInput.release(); // nobody else has seen them
        if (dRecurrent != null) {
            dRecurrent.release();
        }
        return gradients;
    }

    private static Tensor columnSums(Tensor d) {
        Tensor out = Tensor.empty(Shape.of(d.size(1)), d.dtype(), d.device());
        Backend.of(d).reduce().reduce(Reduction.SUM, Views.transposed(d), 1, out);
        return out;
    }

    /** The gradients of the state's part times the states before each step. */
    private Tensor stateWeightGrad(Tensor d, Tensor out, Tensor h0, Shape shape) {
        int rows = out.size(0);
        int batch = sizes[0];
        int rest = rows - batch;
        if (sizes[sizes.length - 1] < batch) {
            Tensor before = before(out, h0);
            Tensor sum = Matmul.product(Views.transposed(d), before, shape);
            before.release();
            return sum;
        }
        // All sequences have all steps: the states lie one after the other as they are wanted, but for the first ones.
        Tensor sum = Matmul.product(Views.transposed(d.slice(0, reverse ? 0 : batch, reverse ? rest : rows)),
                out.slice(0, reverse ? batch : 0, reverse ? rows : rest), shape);
        Tensor start = Matmul.product(Views.transposed(d.slice(0, reverse ? rest : 0, reverse ? rows : batch)), h0, shape);
        sum.addInPlace(start);
        start.release();
        return sum;
    }

    /** The states before each step, row by row as the output. A new tensor. */
    private Tensor before(Tensor out, Tensor h0) {
        int steps = sizes.length;
        List<Tensor> parts = new ArrayList<>();
        int start = 0;
        for (int t = 0; t < steps; t++) {
            int size = sizes[t];
            if (!reverse) {
                parts.add(t == 0 ? h0 : out.slice(0, start - sizes[t - 1], start - sizes[t - 1] + size));
            } else {
                int going = t + 1 < steps ? sizes[t + 1] : 0;
                parts.add(out.slice(0, start + size, start + size + going));
                parts.add(h0.slice(0, going, size)); // of the sequences that end here
            }
            start += size;
        }
        return Tensor.cat(0, parts.toArray(Tensor[]::new));
    }

    /** The same gradients as part of a graph: those of the composed form. */
    private Tensor[] again(Tensor... gs) {
        Tensor[] xs = new Tensor[OPERANDS];
        List<Tensor> wanted = new ArrayList<>();
        for (int i = 0; i < OPERANDS; i++) {
            if (operands[i] != null) {
                Tensor x = operands[i].get();
                xs[i] = x.view(x.shape().toArray()); // a node of its own: what one operand owes to another is not counted here
                if (needsGrad(i)) {
                    wanted.add(xs[i]);
                }
            }
        }
        Result result = RecurrentSteps.run(cell, reverse, sizes, xs[X], xs[H0], xs[C0], new Weights(xs[WEIGHT_IH], xs[WEIGHT_HH], xs[BIAS_IH],
                xs[BIAS_HH], null));
        Tensor[] results = result.c == null ? new Tensor[] {result.output, result.h} : new Tensor[] {result.output, result.h, result.c};
        Tensor[] found = Autograd.grad(results, wanted.toArray(Tensor[]::new), gs, true, true, true);
        Tensor[] gradients = new Tensor[OPERANDS];
        for (int i = 0, next = 0; i < OPERANDS; i++) {
            gradients[i] = operands[i] != null && needsGrad(i) ? found[next++] : null;
        }
        return gradients;
    }
}
