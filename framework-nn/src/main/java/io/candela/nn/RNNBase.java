package io.candela.nn;

import io.candela.backend.RecurrentKernels.Cell;
import io.candela.ops.Recurrent;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * What {@link RNN}, {@link LSTM} and {@link GRU} share: layers one above the other, each in one or two directions.
 *
 * <p>Shapes: input {@code (time, n, in)}, {@code (n, time, in)} with {@code batchFirst}, or {@code (time, in)} of a single sequence; the output
 * has the same form with {@code directions · state} numbers per step. States are {@code (layers · directions, n, state)}, without {@code n} for a
 * single sequence, whatever {@code batchFirst} says. Without first states they are zeros.
 *
 * <p>State per layer k, and again with suffix {@code _reverse} for the second direction: {@code weight_ih_lk (gates · hidden, in)},
 * {@code weight_hh_lk (gates · hidden, state)}, {@code bias_ih_lk} and {@code bias_hh_lk (gates · hidden)}, and with projections
 * {@code weight_hr_lk (projSize, hidden)}; all drawn from U(-1/√hidden, 1/√hidden).
 */
public abstract sealed class RNNBase extends Module implements Parametrizable permits RNN, LSTM, GRU {
    /** How many tensors {@link #weights} reads for a layer and direction. */
    static final int SLOTS = 5;

    private final Cell cell;
    private final int inputSize;
    private final int hiddenSize;
    private final Options options;
    final Tensor[] slots; // SLOTS per layer and direction

    /** The function from a step's sum to the state of an {@link RNN} or {@link RNNCell}. */
    public enum Nonlinearity {
        /** Hyperbolic tangent. */ TANH,
        /** max(x, 0). */ RELU
    }

    /**
     * What can be chosen; start from {@code options()} of the class.
     *
     * @param numLayers     layers, each fed by the one below; default 1
     * @param bias          whether there are biases; default true
     * @param batchFirst    whether the batch is the first dimension of input and output; default false
     * @param dropout       probability of an element of every layer's output but the last one's to become 0 in training; default 0
     * @param bidirectional whether a second set of layers goes through time backwards; default false
     * @param projSize      LSTM's: the size to which states are projected, below the hidden one; default 0 for none
     * @param nonlinearity  RNN's; default tanh
     * @param dtype         of the parameters; default float32
     */
    public record Options(int numLayers, boolean bias, boolean batchFirst, double dropout, boolean bidirectional, int projSize, Nonlinearity nonlinearity,
            DType dtype) {
        static final Options DEFAULTS = new Options(1, true, false, 0, false, 0, Nonlinearity.TANH, DType.FLOAT32);

        /** These options with another {@code numLayers}. */
        public Options withNumLayers(int numLayers) {
            return new Options(numLayers, bias, batchFirst, dropout, bidirectional, projSize, nonlinearity, dtype);
        }

        /** These options with another {@code bias}. */
        public Options withBias(boolean bias) {
            return new Options(numLayers, bias, batchFirst, dropout, bidirectional, projSize, nonlinearity, dtype);
        }

        /** These options with another {@code batchFirst}. */
        public Options withBatchFirst(boolean batchFirst) {
            return new Options(numLayers, bias, batchFirst, dropout, bidirectional, projSize, nonlinearity, dtype);
        }

        /** These options with another {@code dropout}. */
        public Options withDropout(double dropout) {
            return new Options(numLayers, bias, batchFirst, dropout, bidirectional, projSize, nonlinearity, dtype);
        }

        /** These options with another {@code bidirectional}. */
        public Options withBidirectional(boolean bidirectional) {
            return new Options(numLayers, bias, batchFirst, dropout, bidirectional, projSize, nonlinearity, dtype);
        }

        /** These options with another {@code projSize}. */
        public Options withProjSize(int projSize) {
            return new Options(numLayers, bias, batchFirst, dropout, bidirectional, projSize, nonlinearity, dtype);
        }

        /** These options with another {@code nonlinearity}. */
        public Options withNonlinearity(Nonlinearity nonlinearity) {
            return new Options(numLayers, bias, batchFirst, dropout, bidirectional, projSize, nonlinearity, dtype);
        }

        /** These options with another {@code dtype}. */
        public Options withDtype(DType dtype) {
            return new Options(numLayers, bias, batchFirst, dropout, bidirectional, projSize, nonlinearity, dtype);
        }
    }

    /** What a run gives: rows of the last layer, and the last states; {@code c} is null but for LSTM. */
    record Run(Tensor rows, Tensor hn, Tensor cn) {}

    RNNBase(Cell cell, int inputSize, int hiddenSize, Options options) {
        this.cell = cell;
        this.inputSize = inputSize;
        this.hiddenSize = hiddenSize;
        this.options = options;
        checkOptions();
        slots = new Tensor[SLOTS * options.numLayers * directions()];
        int width = cell.gates() * hiddenSize;
        int next = 0;
        for (int layer = 0; layer < options.numLayers; layer++) {
            for (int direction = 0; direction < directions(); direction++) {
                String suffix = "_l" + layer + (direction == 1 ? "_reverse" : "");
                slots[next++] = add("weight_ih" + suffix, width, layer == 0 ? inputSize : stateSize() * directions());
                slots[next++] = add("weight_hh" + suffix, width, stateSize());
                slots[next++] = options.bias ? add("bias_ih" + suffix, width) : null;
                slots[next++] = options.bias ? add("bias_hh" + suffix, width) : null;
                slots[next++] = options.projSize > 0 ? add("weight_hr" + suffix, options.projSize, hiddenSize) : null;
            }
        }
    }

    private Tensor add(String name, int... sizes) {
        return register(name, start(hiddenSize, options.dtype, sizes));
    }

    /** Start values of a parameter of a layer or cell. */
    static Tensor start(int hiddenSize, DType dtype, int... sizes) {
        double bound = 1 / Math.sqrt(hiddenSize);
        return Init.uniform(Tensor.empty(Shape.of(sizes), dtype, Device.CPU), -bound, bound);
    }

    /** The parameters as they are now, from five slots: weights of input and state, their biases, the projection. */
    static Recurrent.Weights weights(Module module, Tensor[] slots, int from) {
        return new Recurrent.Weights(module.current(slots[from]), module.current(slots[from + 1]), module.current(slots[from + 2]),
                module.current(slots[from + 3]), module.current(slots[from + 4]));
    }

    private void checkOptions() {
        Dropouts.check(typeName(), options.dropout);
        checkAtLeast("inputSize", inputSize, 1);
        checkAtLeast("hiddenSize", hiddenSize, 1);
        checkAtLeast("numLayers", options.numLayers, 1);
        checkAtLeast("projSize", options.projSize, 0);
        if (options.projSize > 0 && cell != Cell.LSTM) {
            throw new IllegalArgumentException(typeName() + ": only LSTM has projections, got projSize " + options.projSize);
        }
        if (options.projSize >= hiddenSize) {
            throw new IllegalArgumentException("%s: projSize must be below hiddenSize %d, got %d".formatted(typeName(), hiddenSize, options.projSize));
        }
        if (options.nonlinearity != Nonlinearity.TANH && cell.gates() > 1) {
            throw new IllegalArgumentException(typeName() + ": only RNN has a choice of nonlinearity, got " + options.nonlinearity);
        }
    }

    private void checkAtLeast(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("%s: %s must be at least %d, got %d".formatted(typeName(), what, least, value));
        }
    }

    private int directions() {
        return options.bidirectional ? 2 : 1;
    }

    private int stateSize() {
        return options.projSize > 0 ? options.projSize : hiddenSize;
    }

    /** Does nothing: parameters need not lie side by side here. There for programs that come from PyTorch. */
    public final void flattenParameters() {
        // nothing to do
    }

    /** Goes through all layers; the result's rows come back in the form of {@code x}. */
    final Run runPadded(Tensor x, Tensor h0, Tensor c0) {
        if (x.dim() != 2 && x.dim() != 3) {
            throw new ShapeException("%s: input must have 2 or 3 dimensions, got %s", typeName(), x.shape());
        }
        boolean single = x.dim() == 2;
        boolean swapped = !single && options.batchFirst;
        Tensor input = single ? x.unsqueeze(1) : swapped ? x.transpose(0, 1) : x;
        checkInput(input);
        int time = input.size(0);
        int batch = input.size(1);
        if (time == 0) {
            throw new ShapeException("%s: the input must have one step at least, got %s", typeName(), x.shape());
        }
        int[] sizes = new int[time];
        Arrays.fill(sizes, batch);
        Tensor h = firstStates("h0", h0, stateSize(), batch, single);
        Tensor c = cell == Cell.LSTM ? firstStates("c0", c0, hiddenSize, batch, single) : null;
        Run run = run(input.reshape(time * batch, inputSize), sizes, h, c);
        Tensor y = run.rows.view(time, batch, run.rows.size(1));
        if (!single) {
            return new Run(swapped ? y.transpose(0, 1) : y, run.hn, run.cn);
        }
        return new Run(y.squeeze(1), run.hn.squeeze(1), run.cn == null ? null : run.cn.squeeze(1));
    }

    /** Likewise for packed sequences; states are in the order in which these were before they were sorted. */
    final Run runPacked(PackedSequence x, Tensor h0, Tensor c0) {
        if (x.data().dim() != 2) {
            throw new ShapeException("%s: packed data must have 2 dimensions, got %s", typeName(), x.data().shape());
        }
        checkInput(x.data());
        int[] sizes = x.batchSizes().toIntArray();
        Tensor h = reordered(firstStates("h0", h0, stateSize(), sizes[0], false), x.sortedIndices());
        Tensor c = cell == Cell.LSTM ? reordered(firstStates("c0", c0, hiddenSize, sizes[0], false), x.sortedIndices()) : null;
        Run run = run(x.data(), sizes, h, c);
        return new Run(run.rows, reordered(run.hn, x.unsortedIndices()), run.cn == null ? null : reordered(run.cn, x.unsortedIndices()));
    }

    private static Tensor reordered(Tensor states, Tensor order) {
        return order == null ? states : states.indexSelect(1, order);
    }

    private void checkInput(Tensor input) {
        DType dtype = slots[0].dtype();
        if (input.dtype() != dtype) {
            throw new DTypeException("%s: input is %s, the weights are %s; convert with input.to(DType.%s) or model.to(DType.%s)", typeName(),
                    input.dtype(), dtype, dtype.name(), input.dtype().name());
        }
        if (input.size(-1) != inputSize) {
            throw new ShapeException("%s: the last dimension of the input must be inputSize %d, got %d", typeName(), inputSize, input.size(-1));
        }
    }

    private Tensor firstStates(String what, Tensor given, int size, int batch, boolean single) {
        int layers = options.numLayers * directions();
        Shape whole = Shape.of(layers, batch, size);
        if (given == null) {
            return Tensor.zeros(whole, slots[0].dtype(), slots[0].device());
        }
        Shape wanted = single ? Shape.of(layers, size) : whole;
        if (!given.shape().equals(wanted)) {
            throw new ShapeException("%s: %s must be %s, got %s", typeName(), what, wanted, given.shape());
        }
        return single ? given.unsqueeze(1) : given;
    }

    private Run run(Tensor rows, int[] sizes, Tensor h0, Tensor c0) {
        int layers = options.numLayers;
        Tensor[] hn = new Tensor[layers * directions()];
        Tensor[] cn = new Tensor[hn.length];
        Tensor x = rows;
        for (int layer = 0; layer < layers; layer++) {
            Tensor[] outputs = new Tensor[directions()];
            for (int direction = 0; direction < outputs.length; direction++) {
                int i = layer * outputs.length + direction;
                Recurrent.Result result = Recurrent.apply(cell, direction == 1, sizes, x, h0.select(0, i), c0 == null ? null : c0.select(0, i),
                        weights(this, slots, SLOTS * i));
                outputs[direction] = result.output();
                hn[i] = result.h();
                cn[i] = result.c();
            }
            x = outputs.length == 1 ? outputs[0] : Tensor.cat(1, outputs);
            if (layer < layers - 1 && options.dropout > 0) {
                x = F.dropout(x, options.dropout, isTraining());
            }
        }
        return new Run(x, Tensor.stack(0, hn), c0 == null ? null : Tensor.stack(0, cn));
    }

    @Override
    protected String describe() {
        StringBuilder text = new StringBuilder().append(inputSize).append(", ").append(hiddenSize);
        if (options.projSize != 0) {
            text.append(", proj_size=").append(options.projSize);
        }
        if (options.numLayers != 1) {
            text.append(", num_layers=").append(options.numLayers);
        }
        if (!options.bias) {
            text.append(", bias=False");
        }
        if (options.batchFirst) {
            text.append(", batch_first=True");
        }
        if (options.dropout != 0) {
            text.append(", dropout=").append(ModulePrinter.number(options.dropout));
        }
        if (options.bidirectional) {
            text.append(", bidirectional=True");
        }
        return text.toString();
    }
}
