package io.candela.export;

import io.candela.backend.ConvGeometry;
import io.candela.backend.RecurrentKernels.Cell;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Which nodes stand for an operation. */
final class OnnxOps {
    /** Functions of one tensor that ONNX has under another spelling. */
    private static final Map<String, String> UNARY = Map.ofEntries(Map.entry("neg", "Neg"), Map.entry("abs", "Abs"), Map.entry("sign", "Sign"),
            Map.entry("relu", "Relu"), Map.entry("floor", "Floor"), Map.entry("ceil", "Ceil"), Map.entry("round", "Round"), Map.entry("exp", "Exp"),
            Map.entry("log", "Log"), Map.entry("sqrt", "Sqrt"), Map.entry("reciprocal", "Reciprocal"), Map.entry("sigmoid", "Sigmoid"),
            Map.entry("tanh", "Tanh"), Map.entry("sin", "Sin"), Map.entry("cos", "Cos"), Map.entry("tan", "Tan"), Map.entry("asin", "Asin"),
            Map.entry("acos", "Acos"), Map.entry("atan", "Atan"), Map.entry("sinh", "Sinh"), Map.entry("cosh", "Cosh"), Map.entry("asinh", "Asinh"),
            Map.entry("acosh", "Acosh"), Map.entry("atanh", "Atanh"), Map.entry("erf", "Erf"), Map.entry("softplus", "Softplus"));

    /** Functions of two tensors, or of a tensor and a number. */
    private static final Map<String, String> BINARY = Map.ofEntries(Map.entry("add", "Add"), Map.entry("sub", "Sub"), Map.entry("mul", "Mul"),
            Map.entry("div", "Div"), Map.entry("pow", "Pow"), Map.entry("maximum", "Max"), Map.entry("minimum", "Min"), Map.entry("eq", "Equal"),
            Map.entry("lt", "Less"), Map.entry("le", "LessOrEqual"), Map.entry("gt", "Greater"), Map.entry("ge", "GreaterOrEqual"),
            Map.entry("and", "And"), Map.entry("or", "Or"), Map.entry("xor", "Xor"));

    /** Functions of a number and a tensor, in this order. */
    private static final Map<String, String> REVERSED = Map.of("rsub", "Sub", "rdiv", "Div", "rpow", "Pow");

    private static final Set<String> ACTIVATIONS = Set.of("leakyRelu", "elu", "hardsigmoid", "hardswish", "silu", "mish", "logSigmoid", "gelu", "geluTanh");

    private final OnnxGraph graph;
    private final OnnxSizes sizes;
    private final OnnxReductions reductions;
    private final OnnxWindows windows;

    OnnxOps(OnnxGraph graph, OnnxSizes sizes) {
        this.graph = graph;
        this.sizes = sizes;
        reductions = new OnnxReductions(graph);
        windows = new OnnxWindows(graph);
    }

    /**
     * Writes the nodes of one operation.
     *
     * @return the names of its results
     */
    String[] write(OnnxCall call) {
        if (call.hasAttribute("cell")) {
            return recurrent(call);
        }
        if (call.name().equals("sort")) {
            return reductions.sort(call, sizes);
        }
        return new String[] {single(call)};
    }

    private String single(OnnxCall call) {
        if (call.hasAttribute("geometry")) {
            return convolution(call);
        }
        if (call.hasAttribute("pooling")) {
            return windows.pooling(call);
        }
        if (call.hasAttribute("eps")) {
            return normalization(call);
        }
        if (call.hasAttribute("taps")) {
            return windows.resampling(call);
        }
        String name = call.name();
        if (UNARY.containsKey(name)) {
            return node(UNARY.get(name), call.in(0, call.dtype()));
        }
        if (BINARY.containsKey(name) || REVERSED.containsKey(name)) {
            return binary(call);
        }
        if (ACTIVATIONS.contains(name)) {
            return activation(call);
        }
        if (OnnxReductions.REDUCTIONS.containsKey(name)) {
            return reductions.plain(call);
        }
        return switch (name) {
            case "square" -> node("Mul", call.in(0), call.in(0));
            case "rsqrt" -> node("Reciprocal", node("Sqrt", call.in(0, call.dtype())));
            case "log1p" -> node("Log", node("Add", call.in(0, call.dtype()), graph.number(1, call.dtype())));
            case "expm1" -> node("Sub", node("Exp", call.in(0, call.dtype())), graph.number(1, call.dtype()));
            case "log2" -> scaled("Log", call, 1 / Math.log(2));
            case "log10" -> scaled("Log", call, 1 / Math.log(10));
            case "exp2" -> node("Pow", graph.number(2, call.dtype()), call.in(0, call.dtype()));
            case "trunc" -> node("Mul", node("Sign", call.in(0)), node("Floor", node("Abs", call.in(0))));
            case "logit" -> node("Log", node("Div", call.in(0), node("Sub", graph.number(1, call.dtype()), call.in(0))));
            case "fmod", "remainder" -> remainder(call);
            case "hypot" -> node("Sqrt", node("Add", node("Mul", left(call), left(call)), node("Mul", right(call), right(call))));
            case "logaddexp" -> softMaximum(call);
            case "addcmul", "addcdiv" -> addProduct(call);
            case "erfc" -> node("Sub", graph.number(1, call.dtype()), node("Erf", call.in(0, call.dtype())));
            case "ne" -> node("Not", binary(call));
            case "where" -> node("Where", call.in(0), call.in(1, call.dtype()), call.in(2, call.dtype()));
            case "clamp", "atLeast" -> call.operands() == 3 ? clampByTensors(call) : clamp(call);
            case "to" -> call.cast(call.in(0), call.dtype());
            case "clone", "embedding" -> call.in(0); // copies, and what changes gradients alone
            case "softmax" -> graph.node("Softmax", List.of(call.in(0)), "axis", call.integer("dim"));
            case "logSoftmax" -> graph.node("LogSoftmax", List.of(call.in(0)), "axis", call.integer("dim"));
            case "matmul" -> node("MatMul", call.in(0), call.in(1));
            case "linear" -> graph.node("Gemm", call.has(2) ? List.of(call.in(0), call.in(1), call.in(2)) : List.of(call.in(0), call.in(1)), "transB", 1);
            case "reshape" -> node("Reshape", call.in(0), sizes.target(call.both("to")[0], call.both("to")[1], call));
            case "expand" -> node("Expand", call.in(0), sizes.name(call.both("to")[0], call.both("to")[1], call));
            case "permute" -> graph.node("Transpose", List.of(call.in(0)), "perm", call.attribute("order", int[].class));
            case "slice" -> slice(call);
            case "flip" -> flip(call);
            case "cat" -> concatenation(call);
            case "indexSelect" -> rows(call);
            case "gather" -> graph.node("GatherElements", List.of(call.in(0), call.tensor("index")), "axis", wrapped(call, call.integer("dim")));
            case "var" -> reductions.squaredDeviation(call);
            case "std" -> node("Sqrt", call.in(0));
            case "norm" -> reductions.norm(call);
            case "any", "all" -> reductions.truth(call);
            case "argmax", "argmin" -> reductions.position(call);
            case "cumsum" -> reductions.runningSum(call);
            case "pad" -> pad(call);
            default -> throw call.refused("there is no ONNX form of it here");
        };
    }

    /** The tensor methods in the tables, for their test. */
    static List<String> kinds() {
        List<String> kinds = new ArrayList<>();
        List.of(UNARY, BINARY, REVERSED, OnnxReductions.REDUCTIONS).forEach(table -> kinds.addAll(table.keySet()));
        kinds.addAll(ACTIVATIONS);
        return kinds;
    }

    private String node(String type, String... inputs) {
        return graph.node(type, List.of(inputs));
    }

    private static int wrapped(OnnxCall call, int dim) {
        return dim < 0 ? dim + call.operand(0).dim() : dim;
    }

    // ---- element by element ----

    private String binary(OnnxCall call) {
        boolean withNumber = call.hasAttribute("number");
        boolean predicate = call.dtype() == DType.BOOL;
        boolean logic = List.of("and", "or", "xor").contains(call.name());
        DType type = call.dtype();
        if (logic) {
            type = DType.BOOL;
        } else if (predicate) {
            DType own = call.operand(0).dtype();
            double number = withNumber ? call.number("number") : 0;
            type = !withNumber ? DType.promote(own, call.operand(1).dtype())
                    : own.isFloating() ? own : number == Math.rint(number) ? DType.INT64 : DType.FLOAT32;
            type = type == DType.BOOL ? DType.INT64 : type;
        }
        String left = call.in(0, type);
        String right = withNumber ? graph.number(call.number("number"), type) : call.in(1, type);
        if (call.hasAttribute("alpha") && Math.abs(call.number("alpha")) != 1) {
            right = node("Mul", right, graph.number(call.number("alpha"), type));
        }
        String reversed = REVERSED.get(call.name());
        return reversed != null ? node(reversed, right, left) : node(BINARY.getOrDefault(call.name(), "Equal"), left, right); // ne is not equal
    }

    private String clamp(OnnxCall call) {
        double low = call.number("low");
        double high = call.number("high");
        return node("Clip", call.in(0, call.dtype()), low == Double.NEGATIVE_INFINITY ? "" : graph.number(low, call.dtype()),
                high == Double.POSITIVE_INFINITY ? "" : graph.number(high, call.dtype()));
    }

    private String clampByTensors(OnnxCall call) {
        String x = call.in(0, call.dtype());
        x = call.has(1) ? node("Max", x, call.in(1, call.dtype())) : x;
        return call.has(2) ? node("Min", x, call.in(2, call.dtype())) : x;
    }

    private String scaled(String type, OnnxCall call, double factor) {
        return node("Mul", node(type, call.in(0, call.dtype())), graph.number(factor, call.dtype()));
    }

    private String left(OnnxCall call) {
        return call.in(0, call.dtype());
    }

    private String right(OnnxCall call) {
        return call.hasAttribute("number") ? graph.number(call.number("number"), call.dtype()) : call.in(1, call.dtype());
    }

    /** What is left of a division: with the sign of the dividend (fmod) or of the divisor (remainder). */
    private String remainder(OnnxCall call) {
        if (call.name().equals("fmod")) {
            return graph.node("Mod", List.of(left(call), right(call)), "fmod", 1);
        }
        return call.dtype().isFloating() ? node("Sub", left(call), node("Mul", node("Floor", node("Div", left(call), right(call))), right(call)))
                : node("Mod", left(call), right(call));
    }

    /** {@code ln(eᵃ + eᵇ)} with the larger one taken out before. */
    private String softMaximum(OnnxCall call) {
        String distance = node("Abs", node("Sub", left(call), right(call)));
        String rest = node("Log", node("Add", node("Exp", node("Neg", distance)), graph.number(1, call.dtype())));
        return node("Add", node("Max", left(call), right(call)), rest);
    }

    private String addProduct(OnnxCall call) {
        DType type = call.dtype();
        String product = node(call.name().equals("addcmul") ? "Mul" : "Div", call.in(1, type), call.in(2, type));
        return node("Add", call.in(0, type), node("Mul", product, graph.number(call.number("value"), type)));
    }

    private String activation(OnnxCall call) {
        DType type = call.dtype();
        String x = call.in(0, type);
        return switch (call.name()) {
            case "leakyRelu" -> graph.node("LeakyRelu", List.of(x), "alpha", (float) call.number("number"));
            case "elu" -> graph.node("Elu", List.of(x), "alpha", (float) call.number("number"));
            case "hardsigmoid" -> graph.node("HardSigmoid", List.of(x), "alpha", 1 / 6f, "beta", 0.5f);
            case "hardswish" -> node("HardSwish", x);
            case "silu" -> node("Mul", x, node("Sigmoid", x));
            case "mish" -> node("Mul", x, node("Tanh", node("Softplus", x)));
            case "logSigmoid" -> node("Neg", node("Softplus", node("Neg", x)));
            case "gelu" -> below(x, node("Erf", node("Mul", x, graph.number(Math.sqrt(0.5), type))), type);
            default -> { // geluTanh
                String cube = node("Mul", node("Mul", node("Mul", x, x), x), graph.number(0.044715, type));
                yield below(x, node("Tanh", node("Mul", node("Add", x, cube), graph.number(Math.sqrt(2 / Math.PI), type))), type);
            }
        };
    }

    /** {@code x (1 + way) / 2}, where {@code way} goes from −1 to 1. */
    private String below(String x, String way, DType type) {
        return node("Mul", node("Mul", x, graph.number(0.5, type)), node("Add", way, graph.number(1, type)));
    }

    // ---- forms ----

    private String slice(OnnxCall call) {
        int dim = call.integer("dim");
        int step = call.integer("step");
        int[] size = {call.sizes(0)[0][dim], call.sizes(0)[1][dim]};
        int[] start = column(call.both("start"));
        int[] length = column(call.both("length"));
        int[] end = {length[0] == 0 ? start[0] : start[0] + (length[0] - 1) * step + 1, length[1] == 0 ? start[1] : start[1] + (length[1] - 1) * step + 1};
        boolean toTheEnd = step == 1 && end[0] == size[0] && end[1] == size[1];
        String last = toTheEnd ? graph.integers(Long.MAX_VALUE) : position(call, end, size);
        return node("Slice", call.in(0), position(call, start, size), last, graph.integers(dim), graph.integers(step));
    }

    private static int[] column(int[][] both) {
        return new int[] {both[0][0], both[1][0]};
    }

    /** A position from the start, from the end, or a multiple of the batch size. */
    private String position(OnnxCall call, int[] at, int[] size) {
        if (at[0] != at[1] && at[0] - size[0] == at[1] - size[1] && at[0] < size[0]) {
            return graph.integers(at[0] - size[0]);
        }
        return sizes.name(new int[] {at[0]}, new int[] {at[1]}, call);
    }

    private String flip(OnnxCall call) {
        int[] dims = call.attribute("dims", int[].class);
        if (dims.length == 0) {
            return call.in(0);
        }
        long[] last = new long[dims.length];
        long[] before = new long[dims.length];
        Arrays.fill(last, -1);
        Arrays.fill(before, -Long.MAX_VALUE);
        return node("Slice", call.in(0), graph.integers(last), graph.integers(before), graph.integers(Arrays.stream(dims).asLongStream().toArray()),
                graph.integers(last));
    }

    private String concatenation(OnnxCall call) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < call.operands(); i++) {
            if (call.operand(i).dim() != 1 || call.operand(i).numel() > 0 || call.result().dim() == 1) { // an empty vector goes with any shape
                parts.add(call.in(i, call.dtype()));
            }
        }
        return graph.node("Concat", parts, "axis", wrapped(call, call.integer("dim")));
    }

    private String rows(OnnxCall call) {
        String index = call.tensor("index");
        if (call.tensorValue("index").dim() == 0) {
            index = node("Reshape", index, graph.integers(1));
        }
        return graph.node("Gather", List.of(call.in(0), index), "axis", wrapped(call, call.integer("dim")));
    }

    private String pad(OnnxCall call) {
        int[] before = call.attribute("before", int[].class);
        int[][] to = call.both("to");
        int[][] from = call.sizes(0);
        long[] pads = new long[2 * before.length];
        for (int i = 0; i < before.length; i++) {
            int after = to[0][i] - before[i] - from[0][i];
            if (after != to[1][i] - before[i] - from[1][i]) {
                throw call.refused("how much it pads depends on the batch size");
            }
            pads[i] = before[i];
            pads[before.length + i] = after;
        }
        return node("Pad", call.in(0), graph.integers(pads), graph.number(call.number("value"), call.dtype()));
    }

    // ---- layers ----

    private String convolution(OnnxCall call) {
        ConvGeometry g = call.attribute("geometry", ConvGeometry.class);
        int rank = g.rank();
        int[] strides = IntStream.range(0, rank).map(g::stride).toArray();
        int[] dilations = IntStream.range(0, rank).map(g::dilation).toArray();
        int[] pads = IntStream.concat(IntStream.range(0, rank).map(g::before), IntStream.range(0, rank).map(g::after)).toArray();
        if (!call.attribute("transposed", Boolean.class)) {
            List<String> inputs = call.has(2) ? List.of(call.in(0), call.in(1), call.in(2)) : List.of(call.in(0), call.in(1));
            return graph.node("Conv", inputs, "strides", strides, "dilations", dilations, "pads", pads, "group", g.groups());
        }
        int[] more = IntStream.range(0, rank).map(i -> call.result().size(i + 2)
                - ((call.operand(0).size(i + 2) - 1) * g.stride(i) - g.before(i) - g.after(i) + g.reach(i, call.operand(1).size(i + 2)))).toArray();
        return graph.node("ConvTranspose", List.of(call.in(0), call.in(1)), "strides", strides, "dilations", dilations, "pads", pads, "group", g.groups(),
                "output_padding", more);
    }

    private String normalization(OnnxCall call) {
        DType type = call.dtype();
        float eps = (float) call.number("eps");
        Tensor x = call.operand(0);
        if (call.hasAttribute("mean")) {
            int channels = x.size(1);
            String weight = call.has(1) ? call.in(1) : graph.constant("constant", Tensor.ones(channels).to(type));
            String bias = call.has(2) ? call.in(2) : graph.constant("constant", Tensor.zeros(channels).to(type));
            String mean = graph.constant("running_mean", call.tensorValue("mean").to(type));
            String variance = graph.constant("running_var", call.tensorValue("variance").to(type));
            String y = graph.node("BatchNormalization", List.of(call.in(0), weight, bias, mean, variance), "epsilon", eps);
            y = call.has(3) ? node("Add", y, call.in(3)) : y;
            return call.attribute("relu", Boolean.class) ? node("Relu", y) : y;
        }
        int[][] statistics = call.both("statistics");
        if (statistics[0].length == 1) {
            throw call.refused("it normalizes by the statistics of the batch; build the layer with running statistics");
        }
        // groups of channels, or in (1, rows, n) the rows, are brought into the second dimension; the rest is averaged
        boolean apart = Arrays.equals(statistics[0], Arrays.copyOf(call.sizes(0)[0], 2)) && x.dim() > 2;
        String value = apart ? call.in(0) : node("Reshape", call.in(0), graph.integers(0, statistics[0][1], -1));
        int[] axes = apart ? IntStream.range(2, x.dim()).toArray() : new int[] {2};
        String centered = node("Sub", value, reductions.reduce("ReduceMean", value, axes, true));
        String variance = reductions.reduce("ReduceMean", node("Mul", centered, centered), axes, true);
        String y = node("Div", centered, node("Sqrt", node("Add", variance, graph.number(call.number("eps"), type))));
        y = apart ? y : node("Reshape", y, sizes.target(call.sizes(0)[0], call.sizes(0)[1], call));
        y = call.has(1) ? node("Mul", y, perChannel(call, 1)) : y;
        return call.has(2) ? node("Add", y, perChannel(call, 2)) : y;
    }

    private String perChannel(OnnxCall call, int operand) {
        long[] shape = new long[call.operand(0).dim() - 1];
        Arrays.fill(shape, 1);
        shape[0] = -1;
        return node("Reshape", call.in(operand), graph.integers(shape));
    }

    private String[] recurrent(OnnxCall call) {
        Cell cell = call.attribute("cell", Cell.class);
        int[][] rows = call.both("sizes");
        int time = rows[0].length;
        if (time != rows[1].length || Arrays.stream(rows[0]).anyMatch(size -> size != rows[0][0])) {
            throw call.refused("its sequences have different lengths, or their number of steps is the batch size");
        }
        Tensor input = call.constant(3);
        int hidden = call.operand(4).size(1);
        List<String> inputs = new ArrayList<>();
        inputs.add(node("Reshape", call.in(0), graph.integers(time, -1, input.size(1))));
        inputs.add(graph.constant("weight_ih", gates(cell, input).unsqueeze(0)));
        inputs.add(graph.constant("weight_hh", gates(cell, call.constant(4)).unsqueeze(0)));
        inputs.add(call.has(5) ? graph.constant("bias", Tensor.cat(0, gates(cell, call.constant(5)), gates(cell, call.constant(6))).unsqueeze(0)) : "");
        inputs.add(""); // all sequences have one length
        boolean fromZeros = call.isZero(1) && (cell != Cell.LSTM || call.isZero(2));
        inputs.add(fromZeros ? "" : node("Unsqueeze", call.in(1), graph.integers(0)));
        if (cell == Cell.LSTM) {
            inputs.add(fromZeros ? "" : node("Unsqueeze", call.in(2), graph.integers(0)));
        }
        List<Object> attributes = new ArrayList<>(List.of("hidden_size", hidden, "direction", call.attribute("reverse", Boolean.class) ? "reverse" : "forward"));
        if (cell == Cell.GRU) {
            attributes.addAll(List.of("linear_before_reset", 1));
        } else if (cell != Cell.LSTM) {
            attributes.addAll(List.of("activations", List.of(cell == Cell.TANH ? "Tanh" : "Relu")));
        }
        String type = cell == Cell.LSTM ? "LSTM" : cell == Cell.GRU ? "GRU" : "RNN";
        String[] y = graph.nodes(type, call.results(), inputs, attributes.toArray());
        y[0] = node("Reshape", y[0], graph.integers(-1, hidden));
        for (int i = 1; i < y.length; i++) {
            y[i] = node("Squeeze", y[i], graph.integers(0));
        }
        return y;
    }

    /** Rows of gates in ONNX's order: LSTM's i, o, f, c for i, f, c, o; GRU's z, r, h for r, z, h. */
    private static Tensor gates(Cell cell, Tensor weight) {
        int[] order = cell == Cell.LSTM ? new int[] {0, 3, 1, 2} : cell == Cell.GRU ? new int[] {1, 0, 2} : new int[] {0};
        int width = weight.size(0) / order.length;
        Tensor[] parts = Arrays.stream(order).mapToObj(gate -> weight.detach().narrow(0, gate * width, width)).toArray(Tensor[]::new);
        return Tensor.cat(0, parts);
    }
}
