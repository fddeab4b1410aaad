package io.candela.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Sizes in a graph whose batch size is open: those that were the same in two runs are constants, the others are multiples of the batch size. */
final class OnnxSizes {
    private final OnnxGraph graph;
    private final String input; // one that has the batch's size
    private final int dim; // there
    private final int first; // the batch sizes of the two runs
    private final int second;
    private String batch; // its name, once it was needed

    OnnxSizes(OnnxGraph graph, String input, int dim, int first, int second) {
        this.graph = graph;
        this.input = input;
        this.dim = dim;
        this.first = first;
        this.second = second;
    }

    /** Sizes as one tensor of int64. */
    String name(int[] a, int[] b, OnnxCall who) {
        if (a.length != b.length) {
            throw who.refused("the number of dimensions depends on the batch size");
        }
        if (Arrays.equals(a, b)) {
            return graph.integers(longs(a));
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < a.length; i++) {
            parts.add(a[i] == b[i] ? graph.integers(a[i]) : multiple(a[i], b[i], who));
        }
        return parts.size() == 1 ? parts.get(0) : graph.node("Concat", parts, "axis", 0);
    }

    /** As {@link #name}, for the target of a Reshape, which finds one size by itself. */
    String target(int[] a, int[] b, OnnxCall who) {
        int[] open = IntStream.range(0, Math.min(a.length, b.length)).filter(i -> a[i] != b[i]).toArray();
        if (a.length != b.length || open.length != 1 || Arrays.stream(a).anyMatch(size -> size == 0)) {
            return name(a, b, who);
        }
        long[] sizes = longs(a);
        sizes[open[0]] = -1;
        return graph.integers(sizes);
    }

    private String multiple(int a, int b, OnnxCall who) {
        if (a % first != 0 || b % second != 0 || a / first != b / second) {
            throw who.refused("a size is %d for a batch of %d and %d for one of %d, which is no multiple".formatted(a, first, b, second));
        }
        if (batch == null) {
            String shape = graph.node("Shape", List.of(input));
            batch = graph.node("Slice", List.of(shape, graph.integers(dim), graph.integers(dim + 1)));
        }
        return a == first ? batch : graph.node("Mul", List.of(batch, graph.integers(a / first)));
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }
}
