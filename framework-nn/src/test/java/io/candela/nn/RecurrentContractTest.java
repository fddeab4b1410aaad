package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.autograd.Autograd;
import io.candela.backend.cpu.CpuBackend;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recurrent layers, cells and packing as functions of input, states and parameters; {@code tools/golden/recurrent.py} has their operands. */
class RecurrentContractTest {
    private static final Golden GOLDEN = Golden.load("/golden/recurrent.bin.gz");

    @TestFactory
    Stream<DynamicNode> layers() {
        List<OpCase> rows = new ArrayList<>();
        for (String name : GOLDEN.rows().keySet()) {
            rows.add(OpCase.naryMany(name, x -> run(name, x)).loose().slack(8));
        }
        mistakes(rows.get(0));
        return OpContract.tests(GOLDEN, rows);
    }

    private static Tensor[] run(String name, Tensor... x) {
        String kind = name.substring(0, name.indexOf('.') < 0 ? name.length() : name.indexOf('.'));
        boolean first = name.endsWith(".batchFirst");
        switch (kind) {
            case "pack":
                PackedSequence packed = Sequences.packPaddedSequence(x[0], x[1], first, !name.contains("unsorted"));
                return Stream.of(packed.data(), packed.batchSizes().to(x[0].device()), packed.sortedIndices(), packed.unsortedIndices()).filter(t -> t != null)
                        .toArray(Tensor[]::new);
            case "padSequence":
                boolean left = name.contains("left");
                return new Tensor[] {Sequences.padSequence(List.of(x), first, left ? 0 : 0.5, left)};
            case "repad":
                Sequences.Padded padded = Sequences.padPackedSequence(Sequences.packSequence(List.of(x), false), first, -1.5, 5);
                return new Tensor[] {padded.output(), padded.lengths().to(x[0].device())};
            case "unpack":
                return Sequences.unpackSequence(Sequences.packSequence(List.of(x), false)).toArray(Tensor[]::new);
            default:
                return kind.endsWith("Cell") ? cell(name, kind, x) : layer(name, kind, x);
        }
    }

    private static Tensor[] cell(String name, String kind, Tensor... x) {
        boolean bias = !name.contains("noBias");
        int in = x[0].size(-1);
        int hidden = x[1].size(-1);
        DType type = x[0].dtype();
        RNNCellBase cell = switch (kind) {
            case "lstmCell" -> new LSTMCell(in, hidden, bias, type);
            case "gruCell" -> new GRUCell(in, hidden, bias, type);
            default -> new RNNCell(in, hidden, bias, name.contains("relu") ? RNNBase.Nonlinearity.RELU : RNNBase.Nonlinearity.TANH, type);
        };
        if (cell instanceof LSTMCell lstm) {
            replaceParameters(lstm.slots, x, 3);
            LSTMCell.Result y = lstm.forward(x[0], x[1], x[2]);
            return new Tensor[] {y.h(), y.c()};
        }
        replaceParameters(cell.slots, x, 2);
        return new Tensor[] {cell instanceof GRUCell gru ? gru.forward(x[0], x[1]) : ((RNNCell) cell).forward(x[0], x[1])};
    }

    /** Lets a module compute with other tensors, so that it is a function of them. */
    private static void replaceParameters(Tensor[] slots, Tensor[] x, int from) {
        int next = from;
        for (int i = 0; i < slots.length; i++) {
            slots[i] = slots[i] == null ? null : x[next++];
        }
        assertEquals(x.length, next);
    }

    private static int number(String name, String word) {
        return Arrays.stream(name.split("\\.")).filter(w -> w.matches(word + "\\d+")).mapToInt(w -> Integer.parseInt(w.substring(word.length())))
                .findFirst().orElse(0);
    }

    private static RNNBase model(String name, String kind, int in, int hidden, DType type) {
        RNNBase.Options options = LSTM.options().withBias(!name.contains("noBias")).withNumLayers(Math.max(1, number(name, "layers")))
                .withBidirectional(name.contains("both")).withBatchFirst(name.contains("batchFirst")).withProjSize(number(name, "proj")).withDtype(type)
                .withNonlinearity(kind.equals("relu") ? RNNBase.Nonlinearity.RELU : RNNBase.Nonlinearity.TANH);
        return switch (kind) {
            case "lstm" -> new LSTM(in, hidden, options);
            case "gru" -> new GRU(in, hidden, options);
            default -> new RNN(in, hidden, options);
        };
    }

    private static Tensor[] layer(String name, String kind, Tensor... x) {
        boolean packed = name.endsWith("packed");
        boolean given = !name.contains("fromZeros");
        int states = given ? kind.equals("lstm") ? 2 : 1 : 0;
        int at = packed ? 2 : 1;
        int gates = kind.equals("lstm") ? 4 : kind.equals("gru") ? 3 : 1;
        RNNBase model = model(name, kind, x[0].size(-1), x[at + states].size(0) / gates, x[0].dtype());
        replaceParameters(model.slots, x, at + states);
        Tensor h = given ? x[at] : null;
        Tensor c = states == 2 ? x[at + 1] : null;
        if (packed) {
            PackedSequence input = Sequences.packPaddedSequence(x[0], x[1], false, false);
            if (model instanceof LSTM lstm) {
                LSTM.Result<PackedSequence> y = lstm.forward(input, h, c);
                Sequences.Padded padded = Sequences.padPackedSequence(y.output(), false, 0.25, null);
                return new Tensor[] {padded.output(), y.hn(), y.cn(), padded.lengths().to(x[0].device())};
            }
            PackedSequence output = model instanceof GRU gru ? gru.forward(input, h).output() : ((RNN) model).forward(input, h).output();
            Tensor hn = model instanceof GRU gru ? gru.forward(input, h).hn() : ((RNN) model).forward(input, h).hn();
            Sequences.Padded padded = Sequences.padPackedSequence(output, false, 0.25, null);
            return new Tensor[] {padded.output(), hn, padded.lengths().to(x[0].device())};
        }
        if (model instanceof LSTM lstm) {
            LSTM.Result<Tensor> y = lstm.forward(x[0], h, c);
            return new Tensor[] {y.output(), y.hn(), y.cn()};
        }
        if (model instanceof GRU gru) {
            GRU.Result<Tensor> y = gru.forward(x[0], h);
            return new Tensor[] {y.output(), y.hn()};
        }
        RNN.Result<Tensor> y = ((RNN) model).forward(x[0], h);
        return new Tensor[] {y.output(), y.hn()};
    }

    private static void mistakes(OpCase row) {
        LSTM lstm = new LSTM(3, 4);
        Tensor x = Tensor.zeros(5, 2, 3);
        row.rejects(ShapeException.class, "LSTM: input must have 2 or 3 dimensions, got (3)", () -> lstm.forward(Tensor.zeros(3)))
                .rejects(ShapeException.class, "LSTM: the last dimension of the input must be inputSize 3, got 4", () -> lstm.forward(Tensor.zeros(5, 2, 4)))
                .rejects(ShapeException.class, "LSTM: the input must have one step at least, got (0, 2, 3)", () -> lstm.forward(Tensor.zeros(0, 2, 3)))
                .rejects(ShapeException.class, "LSTM: h0 must be (1, 2, 4), got (2, 4)", () -> lstm.forward(x, Tensor.zeros(2, 4), null))
                .rejects(ShapeException.class, "LSTM: c0 must be (1, 4), got (1, 1, 4)", () -> lstm.forward(Tensor.zeros(5, 3), null, Tensor.zeros(1, 1, 4)))
                .rejects(DTypeException.class, "LSTM: input is float64, the weights are float32; convert with input.to(DType.FLOAT32) or "
                        + "model.to(DType.FLOAT64)", () -> lstm.forward(x.to(DType.FLOAT64)))
                .rejects(IllegalArgumentException.class, "GRU: only LSTM has projections, got projSize 2", () -> new GRU(3, 4, GRU.options().withProjSize(2)))
                .rejects(IllegalArgumentException.class, "LSTM: projSize must be below hiddenSize 4, got 4", () -> new LSTM(3, 4, LSTM.options().withProjSize(4)))
                .rejects(IllegalArgumentException.class, "LSTM: only RNN has a choice of nonlinearity, got RELU",
                        () -> new LSTM(3, 4, LSTM.options().withNonlinearity(RNNBase.Nonlinearity.RELU)))
                .rejects(IllegalArgumentException.class, "RNN: hiddenSize must be at least 1, got 0", () -> new RNN(3, 0))
                .rejects(IllegalArgumentException.class, "RNN: p must be between 0 and 1, got 1.5", () -> new RNN(3, 1, RNN.options().withDropout(1.5)))
                .rejects(ShapeException.class, "GRUCell: input must have 1 or 2 dimensions, got (1, 1, 3)", () -> new GRUCell(3, 4).forward(Tensor.zeros(1, 1, 3)))
                .rejects(ShapeException.class, "RNNCell: h must be (2, 4) for input (2, 3), got (4)",
                        () -> new RNNCell(3, 4).forward(Tensor.zeros(2, 3), Tensor.zeros(4)))
                .rejects(ShapeException.class, "packPaddedSequence: lengths must not grow, got [1, 2]; pass enforceSorted=false to have them sorted",
                        () -> Sequences.packPaddedSequence(x, Tensor.of(new long[] {1, 2})))
                .rejects(ShapeException.class, "packPaddedSequence: length 0 of sequence 1 is not in 1 to 5, the steps of the input",
                        () -> Sequences.packPaddedSequence(x, Tensor.of(new long[] {1, 0})))
                .rejects(ShapeException.class, "packPaddedSequence: lengths must be (2), one per sequence, got (3)",
                        () -> Sequences.packPaddedSequence(x, Tensor.of(new long[] {1, 1, 1})))
                .rejects(ShapeException.class, "padPackedSequence: totalLength 1 is below the longest sequence's length 2",
                        () -> Sequences.padPackedSequence(Sequences.packPaddedSequence(x, Tensor.of(new long[] {2, 1})), false, 0, 1))
                .rejects(ShapeException.class, "padSequence: sequences must be (length, *) with the same rest, got (2, 3) and (2, 4)",
                        () -> Sequences.padSequence(List.of(Tensor.zeros(2, 3), Tensor.zeros(2, 4))))
                .rejects(ShapeException.class, "PackedSequence: batchSizes add up to 3, data is (4, 1)",
                        () -> new PackedSequence(Tensor.zeros(4, 1), Tensor.of(new long[] {2, 1}), null, null));
    }

    /** The fused kernels give up to the composed form when gradients are to be differentiated again. */
    @Test
    void secondDerivativesOfFusedKernels() {
        for (String name : List.of("lstm", "gru", "rnn", "relu", "lstm.layers2.both.packed", "gru.layers2.both.packed")) {
            for (Golden.Case c : GOLDEN.rows().get(name)) {
                if (c.is("check")) {
                    double[][] exact = second(name, c.inputs(), DType.FLOAT64);
                    double[][] fused = second(name, c.inputs(), DType.FLOAT32);
                    for (int i = 0; i < exact.length; i++) {
                        Close.assertCloseValues(c + ": " + i, Tensor.of(exact[i]), Tensor.of(fused[i]), 2e-5);
                    }
                }
            }
        }
    }

    /** Gradients of the sum of squares of all gradients. */
    private static double[][] second(String name, List<Tensor> inputs, DType type) {
        Tensor[] x = inputs.stream().map(t -> t.dtype().isFloating() ? t.to(type).clone().setRequiresGrad(true) : t).toArray(Tensor[]::new);
        Tensor[] leaves = Stream.of(x).filter(Tensor::requiresGrad).toArray(Tensor[]::new);
        Tensor sum = Tensor.zeros(type);
        for (Tensor y : run(name, x)) {
            sum = y.dtype().isFloating() ? sum.add(y.square().sum()) : sum;
        }
        Tensor squares = Tensor.zeros(type);
        for (Tensor g : Autograd.grad(new Tensor[] {sum}, leaves, null, true, true, false)) {
            squares = squares.add(g.square().sum());
        }
        return Stream.of(Autograd.grad(squares, leaves)).map(Tensor::toDoubleArray).toArray(double[][]::new);
    }

    @Test
    void aBatchOfNothing() {
        LSTM lstm = new LSTM(3, 4, LSTM.options().withNumLayers(2));
        LSTM.Result<Tensor> y = lstm.forward(Tensor.zeros(5, 0, 3));
        assertEquals("(5, 0, 4) (2, 0, 4)", y.output().shape() + " " + y.hn().shape());
        y.output().sum().backward();
        assertEquals(0, lstm.getParameter("weight_hh_l0").grad().abs().sum().item());
    }

    @Test
    void notANumberAndInfinityGoThrough() {
        for (String kind : List.of("lstm", "gru", "rnn", "relu")) {
            RNNBase model = model("", kind, 2, 3, DType.FLOAT32);
            RNNBase exact = Module.deepCopy(model);
            exact.to(DType.FLOAT64);
            Tensor x = Tensor.of(new double[] {Double.NaN, 1, 1, Double.POSITIVE_INFINITY, -1e30, 1e30, 30, -30}, 2, 2, 2);
            Tensor expected = run(exact, x);
            Close.assertCloseValues(kind, expected, run(model, x.to(DType.FLOAT32)).to(DType.FLOAT64), 1e-5);
        }
    }

    /** Sizes from which oneDNN multiplies, and steps from which on it has the weight reordered; against the composed form in float64. */
    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn", "relu", "lstm.both", "gru.both", "lstm.noBias", "gru.noBias"})
    void largeLayersAgreeWithFloat64(String name) {
        Tensor.manualSeed(1); // a relu at 0 may fall to either side
        RNNBase model = model(name, name.split("\\.")[0], 24, 72, DType.FLOAT32);
        RNNBase exact = Module.deepCopy(model);
        exact.to(DType.FLOAT64);
        Tensor x = Tensor.randn(12, 19, 24);
        int[] lengths = {12, 12, 12, 12, 12, 11, 10, 10, 9, 9, 8, 7, 7, 5, 4, 3, 3, 2, 1};
        long[] several = Arrays.stream(lengths).asLongStream().toArray();
        for (Tensor length : new Tensor[] {null, Tensor.of(several)}) {
            List<Tensor> expected = gradients(exact, x.to(DType.FLOAT64), length);
            List<Tensor> actual = gradients(model, x.clone(), length);
            for (int i = 0; i < expected.size(); i++) {
                double largest = Math.max(1, expected.get(i).abs().max().item());
                Close.assertCloseValues(name + " " + i, expected.get(i).div(largest), actual.get(i).to(DType.FLOAT64).div(largest), 1e-5);
            }
        }
    }

    /** The output, and the gradients of the sum of its squares. */
    private static List<Tensor> gradients(RNNBase model, Tensor x, Tensor lengths) {
        model.zeroGrad();
        x.setRequiresGrad(true);
        Tensor y;
        if (lengths == null) {
            y = model instanceof LSTM lstm ? lstm.forward(x).output() : model instanceof GRU gru ? gru.forward(x).output()
                    : ((RNN) model).forward(x).output();
        } else {
            PackedSequence input = Sequences.packPaddedSequence(x, lengths);
            y = (model instanceof LSTM lstm ? lstm.forward(input).output() : model instanceof GRU gru ? gru.forward(input).output()
                    : ((RNN) model).forward(input).output()).data();
        }
        y.square().sum().backward();
        List<Tensor> all = new ArrayList<>(List.of(y.detach(), x.grad()));
        model.parameters().forEach(p -> all.add(p.grad()));
        return all;
    }

    private static Tensor run(RNNBase model, Tensor x) {
        return Autograd.noGrad(() -> model instanceof LSTM lstm ? lstm.forward(x).output() : model instanceof GRU gru ? gru.forward(x).output()
                : ((RNN) model).forward(x).output());
    }

    @Test
    void changedWeightIsNoticed() {
        LSTM lstm = new LSTM(2, 3);
        Tensor loss = lstm.forward(Tensor.ones(4, 1, 2)).output().sum();
        Autograd.noGrad(() -> lstm.getParameter("weight_hh_l0").addInPlace(Tensor.ones(12, 3)));
        String message = assertThrows(io.candela.autograd.GraphException.class, loss::backward).getMessage();
        assertEquals(true, message.startsWith("lstm: saved tensor (12, 3) was modified in place after forward"), message);
    }

    @Test
    void threadsGiveTheSameUpToRounding() {
        LSTM lstm = new LSTM(20, 40, LSTM.options().withBidirectional(true));
        Tensor x = Tensor.randn(15, 19, 20);
        int before = CpuBackend.threads();
        try {
            CpuBackend.setThreads(1);
            Tensor one = lstm.forward(x).output().detach();
            CpuBackend.setThreads(3);
            Close.assertClose("three threads", one, lstm.forward(x).output().detach(), 4);
        } finally {
            CpuBackend.setThreads(before);
        }
    }
}
