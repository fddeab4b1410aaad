package io.candela.testing;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Assertions;

/** Compares gradients with central differences in float64. */
public final class GradCheck {
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 2e-7;

    private GradCheck() {}

    /** The gradient that OpContract and the golden files give to result number {@code k}: element i is {@code ((5 i + 3 k) mod 13 − 6) / 4}. */
    public static Tensor upstream(Tensor result, int k) {
        double[] g = new double[result.numel()];
        for (int i = 0; i < g.length; i++) {
            g[i] = ((5L * i + 3L * k) % 13 - 6) / 4.0;
        }
        return Tensor.of(g, g.length).view(result.shape().toArray()).to(result.dtype()).to(result.device());
    }

    /** New leaves with the same elements; those of floating point ask for a gradient. */
    public static Tensor[] leaves(List<Tensor> values) {
        return values.stream().map(v -> v.detach().clone().setRequiresGrad(v.dtype().isFloating())).toArray(Tensor[]::new);
    }

    /**
     * Checks the first derivatives of a function at a point.
     *
     * @param f takes leaves of {@code at}'s shapes; its floating point results are weighted with {@link #upstream} and summed
     * @param at operands; those of float64 are varied
     */
    public static void check(Object what, Function<Tensor[], Tensor[]> f, List<Tensor> at) {
        Tensor[] leaves = leaves(at);
        Tensor loss = weighted(f.apply(leaves));
        if (loss.requiresGrad()) {
            loss.backward();
        }
        compare(what + ": gradient", leaves, at, point -> weighted(f.apply(point)).item());
    }

    /**
     * Checks the second derivatives of a function at a point: derivatives of a weighted sum of the gradients, with respect to the operands
     * and to the results' gradients.
     */
    public static void checkSecond(Object what, Function<Tensor[], Tensor[]> f, List<Tensor> at) {
        List<Tensor> point = new ArrayList<>(at);
        Tensor[] results = f.apply(leaves(at));
        for (int k = 0; k < results.length; k++) {
            if (results[k].dtype().isFloating()) {
                point.add(upstream(results[k], k));
            }
        }
        Tensor[] leaves = leaves(point);
        Tensor s = gradientSum(f, leaves, at.size(), true);
        for (Tensor leaf : leaves) {
            leaf.clearGrad();
        }
        if (s.requiresGrad()) {
            s.backward();
        }
        compare(what + ": second derivative", leaves, point, p -> gradientSum(f, p, at.size(), false).item());
    }

    /** A weighted sum of the gradients of f's operands; the results' gradients are the leaves behind the first {@code operands} ones. */
    private static Tensor gradientSum(Function<Tensor[], Tensor[]> f, Tensor[] leaves, int operands, boolean createGraph) {
        Tensor[] results = f.apply(java.util.Arrays.copyOf(leaves, operands));
        Tensor loss = Tensor.zeros(DType.FLOAT64);
        int next = operands;
        for (Tensor r : results) {
            if (r.dtype().isFloating()) {
                loss = loss.add(r.mul(leaves[next++]).sum());
            }
        }
        loss.backward(null, createGraph, createGraph);
        Tensor sum = Tensor.zeros(DType.FLOAT64);
        for (int i = 0; i < operands; i++) {
            Tensor g = leaves[i].grad();
            if (g != null) {
                sum = sum.add(g.mul(upstream(g, i + 2)).sum());
            }
        }
        return sum;
    }

    private static Tensor weighted(Tensor... results) {
        Tensor sum = Tensor.zeros(DType.FLOAT64);
        for (int k = 0; k < results.length; k++) {
            if (results[k].dtype().isFloating()) {
                sum = sum.add(results[k].mul(upstream(results[k], k)).sum());
            }
        }
        return sum;
    }

    private static void compare(String what, Tensor[] leaves, List<Tensor> at, java.util.function.ToDoubleFunction<Tensor[]> f) {
        for (int i = 0; i < leaves.length; i++) {
            if (at.get(i).dtype() != DType.FLOAT64) {
                continue;
            }
            double[] found = leaves[i].grad() == null ? new double[at.get(i).numel()] : leaves[i].grad().toDoubleArray();
            double[] x = at.get(i).toDoubleArray();
            for (int j = 0; j < x.length; j++) {
                double expected = (moved(f, at, i, x, j, STEP) - moved(f, at, i, x, j, -STEP)) / (2 * STEP);
                boolean undefined = Double.isNaN(expected) && Double.isNaN(found[j]);
                if (!undefined && !(Math.abs(expected - found[j]) <= TOLERANCE * Math.max(1, Math.abs(expected)))) {
                    Assertions.fail("%s: operand %d, element %d of %s: differences say %s, backward %s".formatted(what, i, j, at.get(i).shape(),
                            expected, found[j]));
                }
            }
        }
    }

    private static double moved(java.util.function.ToDoubleFunction<Tensor[]> f, List<Tensor> at, int i, double[] x, int j, double step) {
        double[] y = x.clone();
        y[j] += step;
        List<Tensor> point = new ArrayList<>(at);
        point.set(i, Tensor.of(y, y.length).view(at.get(i).shape().toArray()));
        return f.applyAsDouble(leaves(point));
    }
}
