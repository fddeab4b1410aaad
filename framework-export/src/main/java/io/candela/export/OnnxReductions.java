package io.candela.export;

import io.candela.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Nodes for what goes along dimensions: sums, means, extremes, norms, running sums, orders. */
final class OnnxReductions {
    private static final int AXES_AS_INPUT = 18; // the opset from which all reductions take their axes so

    /** By the names of tensor methods. */
    static final Map<String, String> REDUCTIONS = Map.of("sum", "ReduceSum", "mean", "ReduceMean", "prod", "ReduceProd", "amax", "ReduceMax", "amin",
            "ReduceMin", "logSumExp", "ReduceLogSumExp");

    private final OnnxGraph graph;

    OnnxReductions(OnnxGraph graph) {
        this.graph = graph;
    }

    /** A reduction along axes, none of which means that nothing is reduced. */
    String reduce(String type, String x, int[] axes, boolean keepDim) {
        if (axes.length == 0) {
            return x;
        }
        int keep = keepDim ? 1 : 0;
        return graph.opset() >= AXES_AS_INPUT || type.equals("ReduceSum")
                ? graph.node(type, List.of(x, graph.integers(IntStream.of(axes).asLongStream().toArray())), "keepdims", keep)
                : graph.node(type, List.of(x), "axes", axes, "keepdims", keep);
    }

    /** One of {@link #REDUCTIONS}. */
    String plain(OnnxCall call) {
        return reduce(REDUCTIONS.get(call.name()), call.in(0, call.dtype()), call.attribute("dims", int[].class), keepDim(call));
    }

    /** Squared distances from the mean, summed. */
    String squaredDeviation(OnnxCall call) {
        int[] axes = call.attribute("dims", int[].class);
        String centered = graph.node("Sub", List.of(call.in(0), reduce("ReduceMean", call.in(0), axes, true)));
        return reduce("ReduceSum", graph.node("Mul", List.of(centered, centered)), axes, keepDim(call));
    }

    /** Whether any or all of the elements are true. */
    String truth(OnnxCall call) {
        String one = call.cast(call.in(0, DType.BOOL), DType.INT32); // ONNX has no extremes of bools
        String extreme = reduce(call.name().equals("any") ? "ReduceMax" : "ReduceMin", one, call.attribute("dims", int[].class), keepDim(call));
        return call.cast(extreme, call.dtype());
    }

    String norm(OnnxCall call) {
        double p = call.number("p");
        int[] given = call.attribute("dims", int[].class);
        int rank = call.operand(0).dim();
        int[] axes = given.length == 0 ? IntStream.range(0, rank).toArray() : IntStream.of(given).map(d -> d < 0 ? d + rank : d).toArray();
        if (axes.length == 0 || p <= 0) {
            throw call.refused("of order " + p + ", of a tensor of " + rank + " dimensions");
        }
        DType type = call.dtype();
        String x = call.in(0);
        if (p == 2) {
            return reduce("ReduceL2", x, axes, keepDim(call));
        }
        String size = graph.node("Abs", List.of(x));
        if (p == Double.POSITIVE_INFINITY) {
            return reduce("ReduceMax", size, axes, keepDim(call));
        }
        if (p == 1) {
            return reduce("ReduceSum", size, axes, keepDim(call));
        }
        String sum = reduce("ReduceSum", graph.node("Pow", List.of(size, graph.number(p, type))), axes, keepDim(call));
        return graph.node("Pow", List.of(sum, graph.number(1 / p, type)));
    }

    /** The position of an extreme. */
    String position(OnnxCall call) {
        return graph.node(call.name().equals("argmax") ? "ArgMax" : "ArgMin", List.of(call.in(0)), "axis", call.integer("dim"), "keepdims",
                keepDim(call) ? 1 : 0);
    }

    String runningSum(OnnxCall call) {
        return graph.node("CumSum", List.of(call.in(0), graph.integer(call.integer("dim"))));
    }

    /** Sorted elements and their positions; equal ones stay in order in both. */
    String[] sort(OnnxCall call, OnnxSizes sizes) {
        int dim = call.integer("dim");
        int[][] shapes = call.sizes(0);
        String count = sizes.name(new int[] {shapes[0][dim]}, new int[] {shapes[1][dim]}, call);
        return graph.nodes("TopK", 2, List.of(call.in(0), count), "axis", dim, "largest", call.attribute("descending", Boolean.class) ? 1 : 0);
    }

    private static boolean keepDim(OnnxCall call) {
        return call.attribute("keepDim", Boolean.class);
    }
}
