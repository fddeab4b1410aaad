package io.candela.testing;

import io.candela.autograd.Autograd;
import io.candela.autograd.GradCheckException;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Assertions;

/** {@link io.candela.autograd.GradCheck} for operations: all results weighted and summed, so that one walk gives all gradients. */
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
        compare(what + ": gradient", p -> weighted(f.apply(p)), at);
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
        compare(what + ": second derivative", p -> gradientSum(f, p, at.size()), point);
    }

    /** A weighted sum of the gradients of f's operands; the results' gradients are the leaves behind the first {@code operands} ones. */
    private static Tensor gradientSum(Function<Tensor[], Tensor[]> f, Tensor[] leaves, int operands) {
        Tensor[] results = f.apply(Arrays.copyOf(leaves, operands));
        Tensor loss = Tensor.zeros(DType.FLOAT64);
        int next = operands;
        for (Tensor r : results) {
            if (r.dtype().isFloating()) {
                loss = loss.add(r.mul(leaves[next++]).sum());
            }
        }
        Tensor[] varied = Arrays.stream(leaves, 0, operands).filter(Tensor::requiresGrad).toArray(Tensor[]::new);
        Tensor sum = Tensor.zeros(DType.FLOAT64);
        if (!loss.requiresGrad()) {
            return sum;
        }
        Tensor[] gradients = Autograd.grad(new Tensor[] {loss}, varied, null, true, true, true);
        for (int i = 0; i < varied.length; i++) {
            if (gradients[i] != null) {
                sum = sum.add(gradients[i].mul(upstream(gradients[i], i + 2)).sum());
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

    private static void compare(String what, Function<Tensor[], Tensor> f, List<Tensor> at) {
        Tensor[] inputs = at.stream().map(v -> v.detach().clone().setRequiresGrad(v.dtype() == DType.FLOAT64)).toArray(Tensor[]::new);
        if (Arrays.stream(inputs).noneMatch(Tensor::requiresGrad)) {
            return;
        }
        try {
            io.candela.autograd.GradCheck.gradcheck(p -> new Tensor[] {f.apply(p)}, STEP, TOLERANCE, TOLERANCE, inputs);
        } catch (GradCheckException e) {
            Assertions.fail(what + ": " + e.getMessage(), e);
        }
    }
}
