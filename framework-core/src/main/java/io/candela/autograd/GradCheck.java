package io.candela.autograd;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Compares gradients with central differences, as {@code torch.autograd.gradcheck}: for whoever writes an operation or a function with a gradient of
 * its own.
 *
 * <pre>{@code
 * Tensor x = Tensor.of(new double[] {0.5, -1.5}).setRequiresGrad(true);
 * GradCheck.gradcheck(t -> Autograd.apply(new Cube(), t), x);
 * GradCheck.gradgradcheck(t -> Autograd.apply(new Cube(), t), x);
 * }</pre>
 *
 * <p>Inputs are float64; those that require a gradient are varied, one element at a time. Points where the function has a kink, and functions that
 * draw random numbers, cannot be checked.
 */
public final class GradCheck {
    private static final double STEP = 1e-6;
    private static final double ABSOLUTE = 1e-5;
    private static final double RELATIVE = 1e-3;

    private GradCheck() {}

    /** As {@link #gradcheck(Function, Tensor...)}, for a function of one tensor. */
    public static void gradcheck(UnaryOperator<Tensor> f, Tensor input) {
        gradcheck(lift(f), input);
    }

    /**
     * Checks the derivative of every element of every result with respect to every element of every input that requires a gradient, with
     * PyTorch's tolerances: differences over 1e-6, absolute 1e-5, relative 1e-3.
     *
     * @throws GradCheckException if one differs; the message says which
     * @throws DTypeException if an input that requires a gradient is not float64
     */
    public static void gradcheck(Function<Tensor[], Tensor[]> f, Tensor... inputs) {
        gradcheck(f, STEP, ABSOLUTE, RELATIVE, inputs);
    }

    /**
     * As {@link #gradcheck(Function, Tensor...)}, with other tolerances.
     *
     * @param step     how far elements are moved to either side
     * @param absolute by how much derivatives may differ
     * @param relative by how much more, as a part of the difference quotient's size
     */
    public static void gradcheck(Function<Tensor[], Tensor[]> f, double step, double absolute, double relative, Tensor... inputs) {
        checkInputs(inputs);
        double[][][][] backward = backward(f, inputs);
        for (int i = 0; i < inputs.length; i++) {
            if (!inputs[i].requiresGrad()) {
                continue;
            }
            double[] x = inputs[i].toDoubleArray();
            for (int j = 0; j < x.length; j++) {
                double[][] above = moved(f, inputs, i, x, j, step);
                double[][] below = moved(f, inputs, i, x, j, -step);
                for (int k = 0; k < above.length; k++) {
                    for (int n = 0; n < above[k].length; n++) {
                        double expected = (above[k][n] - below[k][n]) / (2 * step);
                        double found = backward[k][n][i] == null ? 0 : backward[k][n][i][j];
                        boolean undefined = Double.isNaN(expected) && Double.isNaN(found);
                        if (!undefined && !(Math.abs(expected - found) <= absolute + relative * Math.abs(expected))) {
                            throw new GradCheckException("gradcheck: derivative of result %d, element %d, with respect to input %d %s, element %d: "
                                    + "differences say %s, backward %s", k, n, i, inputs[i].shape(), j, expected, found);
                        }
                    }
                }
            }
        }
    }

    /** As {@link #gradgradcheck(Function, Tensor...)}, for a function of one tensor. */
    public static void gradgradcheck(UnaryOperator<Tensor> f, Tensor input) {
        gradgradcheck(lift(f), input);
    }

    /**
     * Checks second derivatives: those of the gradients with respect to the inputs and to the gradients of the results, with
     * {@link #gradcheck(Function, Tensor...)}'s tolerances.
     *
     * @throws GradCheckException if one differs; the message counts the gradients as results, and the results' gradients as inputs after the others
     */
    public static void gradgradcheck(Function<Tensor[], Tensor[]> f, Tensor... inputs) {
        checkInputs(inputs);
        Tensor[] results = differentiable(f.apply(leaves(inputs)));
        Tensor[] all = Arrays.copyOf(inputs, inputs.length + results.length);
        for (int k = 0; k < results.length; k++) {
            double[] g = new double[results[k].numel()];
            for (int i = 0; i < g.length; i++) {
                g[i] = ((7L * i + 4L * k) % 11 - 4.5) / 4;
            }
            all[inputs.length + k] = Tensor.of(g, g.length).view(results[k].shape().toArray()).to(results[k].device()).setRequiresGrad(true);
        }
        gradcheck(xs -> {
            Tensor[] varied = Arrays.stream(xs, 0, inputs.length).filter(Tensor::requiresGrad).toArray(Tensor[]::new);
            Tensor[] outputs = differentiable(f.apply(Arrays.copyOf(xs, inputs.length)));
            if (outputs.length == 0) {
                return outputs;
            }
            Tensor[] upstream = Arrays.copyOfRange(xs, inputs.length, xs.length);
            Tensor[] gradients = Autograd.grad(outputs, varied, upstream, true, true, true);
            return Arrays.stream(gradients).filter(g -> g != null).toArray(Tensor[]::new);
        }, all);
    }

    private static Function<Tensor[], Tensor[]> lift(UnaryOperator<Tensor> f) {
        return xs -> new Tensor[] {f.apply(xs[0])};
    }

    private static void checkInputs(Tensor... inputs) {
        boolean any = false;
        for (int i = 0; i < inputs.length; i++) {
            any |= inputs[i].requiresGrad();
            if (inputs[i].requiresGrad() && inputs[i].dtype() != DType.FLOAT64) {
                throw new DTypeException("gradcheck: input %d is %s; differences need float64", i, inputs[i].dtype());
            }
        }
        if (!any) {
            throw new GraphException("gradcheck: no input requires a gradient");
        }
    }

    private static Tensor[] differentiable(Tensor... results) {
        return Arrays.stream(results).filter(Tensor::requiresGrad).toArray(Tensor[]::new);
    }

    /** New leaves with the same elements, strides and wishes. */
    private static Tensor[] leaves(Tensor... inputs) {
        return Arrays.stream(inputs).map(x -> x.requiresGrad() ? x.detach().setRequiresGrad(true) : x).toArray(Tensor[]::new);
    }

    /** Derivatives by result, its element, input (null: none) and its element. */
    private static double[][][][] backward(Function<Tensor[], Tensor[]> f, Tensor... inputs) {
        Tensor[] leaves = leaves(inputs);
        Tensor[] results = f.apply(leaves);
        Tensor[] varied = differentiable(leaves);
        double[][][][] out = new double[results.length][][][];
        for (int k = 0; k < results.length; k++) {
            out[k] = new double[results[k].numel()][inputs.length][];
            if (!results[k].requiresGrad()) {
                continue;
            }
            for (int n = 0; n < out[k].length; n++) {
                double[] one = new double[out[k].length];
                one[n] = 1;
                Tensor start = Tensor.of(one, one.length).view(results[k].shape().toArray()).to(results[k].dtype()).to(results[k].device());
                Tensor[] gradients = Autograd.grad(new Tensor[] {results[k]}, varied, new Tensor[] {start}, true, false, true);
                for (int i = 0, v = 0; i < inputs.length; i++) {
                    if (inputs[i].requiresGrad()) {
                        Tensor g = gradients[v++];
                        out[k][n][i] = g == null ? null : g.toDoubleArray();
                    }
                }
            }
        }
        return out;
    }

    /** The results' elements with one input's element moved; none for results that are not floating point. */
    private static double[][] moved(Function<Tensor[], Tensor[]> f, Tensor[] inputs, int i, double[] x, int j, double step) {
        double[] y = x.clone();
        y[j] += step;
        Tensor[] point = leaves(inputs);
        Device device = inputs[i].device();
        point[i] = Tensor.of(y, y.length).view(inputs[i].shape().toArray()).to(device).setRequiresGrad(true);
        Tensor[] results = f.apply(point);
        return Arrays.stream(results).map(r -> r.dtype().isFloating() ? r.toDoubleArray() : new double[0]).toArray(double[][]::new);
    }
}
