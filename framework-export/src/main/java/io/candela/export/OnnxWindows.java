package io.candela.export;

import io.candela.backend.PoolRegions;
import io.candela.backend.Taps;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Nodes for pooling and resampling. */
final class OnnxWindows {
    private final OnnxGraph graph;

    OnnxWindows(OnnxGraph graph) {
        this.graph = graph;
    }

    String pooling(OnnxCall call) {
        PoolRegions regions = call.any("regions", PoolRegions.class);
        int spatial = regions.spatial();
        boolean average = !call.attribute("pooling", String.class).equals("max");
        if (!regions.isUniform() && average && call.integer("divisor") == 0 && call.operand(0).dim() == spatial + 2) {
            return unevenAverages(call, regions);
        }
        if (!regions.isUniform()) {
            throw call.refused("its windows differ in size, %s to %s".formatted(call.operand(0).shape(), call.result().shape()));
        }
        if (call.operand(0).dim() != spatial + 2) {
            throw call.refused("the input needs a batch dimension, got " + call.operand(0).shape());
        }
        int[] kernel = last(regions.kernel(), spatial);
        int[] stride = last(regions.stride(), spatial);
        int[] step = last(regions.step(), spatial);
        int[] pads = new int[2 * spatial];
        boolean countsInside = true; // whether an average is of what lies inside the input
        boolean countsAll = true; // or of the whole window
        for (int i = 0; i < spatial; i++) {
            int d = 3 - spatial + i;
            int reach = (kernel[i] - 1) * step[i] + 1;
            pads[i] = regions.padding()[d];
            pads[spatial + i] = Math.max(0, (regions.out()[d] - 1) * stride[i] + reach - regions.in()[d] - pads[i]);
            for (int o = 0; o < regions.out()[d]; o++) {
                countsInside &= regions.counted()[d][o] == regions.end()[d][o] - regions.start()[d][o];
                countsAll &= regions.counted()[d][o] == kernel[i];
            }
        }
        if (!average) {
            return graph.node("MaxPool", List.of(call.in(0)), "kernel_shape", kernel, "strides", stride, "dilations", step, "pads", pads);
        }
        if (call.integer("divisor") != 0) {
            String mean = graph.node("AveragePool", List.of(call.in(0)), "kernel_shape", kernel, "strides", stride, "pads", pads, "count_include_pad", 1);
            double more = (double) Arrays.stream(kernel).reduce(1, (a, b) -> a * b) / call.integer("divisor");
            return graph.node("Mul", List.of(mean, graph.number(more, call.dtype())));
        }
        if (!countsInside && !countsAll) {
            throw call.refused("its divisor is neither the size of the window nor the number of its positions inside the input");
        }
        return graph.node("AveragePool", List.of(call.in(0)), "kernel_shape", kernel, "strides", stride, "pads", pads, "count_include_pad",
                countsInside ? 0 : 1);
    }

    /** Interpolation and mirrored padding: rows picked along a dimension, or a product with a matrix. */
    String resampling(OnnxCall call) {
        Taps taps = call.any("taps", Taps.class);
        int dim = call.integer("dim");
        int rank = call.operand(0).dim();
        if (taps.index().length == taps.out() && IntStream.range(0, taps.out()).allMatch(o -> taps.start()[o] == o && taps.weight()[o] == 1)) {
            return graph.node("Gather", List.of(call.in(0), graph.integers(Arrays.stream(taps.index()).asLongStream().toArray())), "axis", dim);
        }
        double[][] matrix = new double[taps.in()][taps.out()];
        for (int o = 0; o < taps.out(); o++) {
            for (int i = taps.start()[o]; i < taps.start()[o + 1]; i++) {
                matrix[taps.index()[i]][o] += taps.weight()[i];
            }
        }
        return along(call.in(0), dim, rank, matrix, call.dtype());
    }

    /** Averages of windows that differ in size, along one dimension after the other. */
    private String unevenAverages(OnnxCall call, PoolRegions regions) {
        String y = call.in(0);
        int rank = call.operand(0).dim();
        for (int dim = 2; dim < rank; dim++) {
            int d = 3 - (rank - 2) + dim - 2; // regions are of three dimensions
            double[][] matrix = new double[regions.in()[d]][regions.out()[d]];
            for (int o = 0; o < regions.out()[d]; o++) {
                for (int i = regions.start()[d][o]; i < regions.end()[d][o]; i++) {
                    matrix[i][o] = 1.0 / regions.counted()[d][o];
                }
            }
            y = along(y, dim, rank, matrix, call.dtype());
        }
        return y;
    }

    /** A product of the vectors along a dimension with a matrix. */
    private String along(String x, int dim, int rank, double[][] matrix, DType type) {
        int[] swapped = IntStream.range(0, rank).map(i -> i == dim ? rank - 1 : i == rank - 1 ? dim : i).toArray();
        String last = graph.node("Transpose", List.of(x), "perm", swapped);
        String product = graph.node("MatMul", List.of(last, graph.constant("resampling", Tensor.of(matrix).to(type))));
        return graph.node("Transpose", List.of(product), "perm", swapped);
    }

    private static int[] last(int[] values, int count) {
        return Arrays.copyOfRange(values, values.length - count, values.length);
    }
}
