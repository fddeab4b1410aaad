package io.candela.autograd;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Derivatives of functions: {@code torch.autograd.functional}. Every method calls the function itself, on detached copies of the inputs, so that
 * nothing outside is changed; results that do not depend on an input have derivative 0 there.
 *
 * <p>Unless {@code createGraph} says otherwise, results take no part in a graph. With it, they can be differentiated with respect to the inputs.
 */
public final class Functional {
    private Functional() {}

    /**
     * What a function gave, and a product of its derivative.
     *
     * @param output  the function's result
     * @param product the product
     */
    public record Result(Tensor output, Tensor product) {}

    /**
     * The same for several results or inputs.
     *
     * @param outputs  the function's results
     * @param products the products
     */
    public record Results(Tensor[] outputs, Tensor[] products) {}

    /** All first derivatives, in the shape of the result followed by that of the input. */
    public static Tensor jacobian(UnaryOperator<Tensor> f, Tensor input) {
        return jacobian(f, input, false);
    }

    /** As {@link #jacobian(UnaryOperator, Tensor)}; {@code createGraph} makes it differentiable. */
    public static Tensor jacobian(UnaryOperator<Tensor> f, Tensor input, boolean createGraph) {
        return jacobian(lift(f), createGraph, input)[0][0];
    }

    /** First derivatives of several results (first index) with respect to several inputs (second index). */
    public static Tensor[][] jacobian(Function<Tensor[], Tensor[]> f, Tensor... inputs) {
        return jacobian(f, false, inputs);
    }

    /** As {@link #jacobian(Function, Tensor...)}; {@code createGraph} makes them differentiable. */
    public static Tensor[][] jacobian(Function<Tensor[], Tensor[]> f, boolean createGraph, Tensor... inputs) {
        return Autograd.enableGrad(() -> {
            Tensor[] xs = prepared(createGraph, inputs);
            Tensor[] ys = f.apply(xs);
            Tensor[][] out = new Tensor[ys.length][];
            for (int k = 0; k < ys.length; k++) {
                out[k] = rows(ys[k], createGraph, xs);
            }
            return out;
        });
    }

    private static Tensor[] rows(Tensor y, boolean createGraph, Tensor... xs) {
        int n = y.numel();
        Tensor[][] rows = new Tensor[xs.length][n];
        for (int j = 0; j < n; j++) {
            Tensor one = Tensor.zeros(Shape.of(n), y.dtype(), y.device());
            int row = j;
            Autograd.noGrad(() -> one.select(0, row).fillInPlace(1));
            Tensor[] gradients = product(new Tensor[] {y}, xs, new Tensor[] {one.view(y.shape().toArray())}, true, createGraph);
            for (int i = 0; i < xs.length; i++) {
                rows[i][j] = gradients[i];
            }
        }
        Tensor[] out = new Tensor[xs.length];
        for (int i = 0; i < xs.length; i++) {
            int[] shape = y.shape().append(xs[i].shape().toArray()).toArray();
            out[i] = n == 0 ? Tensor.zeros(Shape.of(shape), xs[i].dtype(), xs[i].device()) : Tensor.stack(0, rows[i]).reshape(shape);
        }
        return out;
    }

    /** All second derivatives of a function with one element as its result, in the input's shape twice. */
    public static Tensor hessian(UnaryOperator<Tensor> f, Tensor input) {
        return hessian(f, input, false);
    }

    /** As {@link #hessian(UnaryOperator, Tensor)}; {@code createGraph} makes it differentiable. */
    public static Tensor hessian(UnaryOperator<Tensor> f, Tensor input, boolean createGraph) {
        return hessian((Tensor[] xs) -> f.apply(xs[0]), createGraph, input)[0][0];
    }

    /** Second derivatives of a function with one element as its result, with respect to each pair of inputs. */
    public static Tensor[][] hessian(Function<Tensor[], Tensor> f, boolean createGraph, Tensor... inputs) {
        return jacobian(xs -> {
            Tensor y = f.apply(xs);
            checkOne("hessian", y);
            return product(new Tensor[] {y}, xs, null, true, true);
        }, createGraph, inputs);
    }

    /**
     * A vector times the Jacobian: the gradient of the result weighted with {@code v}.
     *
     * @param v in the shape of the result; null for 1, if that has one element
     */
    public static Result vjp(UnaryOperator<Tensor> f, Tensor input, Tensor v) {
        Results all = vjp(lift(f), new Tensor[] {input}, v == null ? null : new Tensor[] {v}, false);
        return new Result(all.outputs()[0], all.products()[0]);
    }

    /**
     * As {@link #vjp(UnaryOperator, Tensor, Tensor)}, for several inputs and results.
     *
     * @param v one per result; null for 1, if they have one element each
     */
    public static Results vjp(Function<Tensor[], Tensor[]> f, Tensor[] inputs, Tensor[] v, boolean createGraph) {
        return Autograd.enableGrad(() -> {
            Tensor[] xs = prepared(createGraph, inputs);
            Tensor[] ys = f.apply(xs);
            return results(createGraph, ys, product(ys, xs, v, createGraph, createGraph));
        });
    }

    /**
     * The Jacobian times a vector: how the result changes when the input moves along {@code v}. By differentiating a vector-Jacobian product, so
     * about twice the work of {@link #vjp(UnaryOperator, Tensor, Tensor)}.
     *
     * @param v in the shape of the input; null for 1, if that has one element
     */
    public static Result jvp(UnaryOperator<Tensor> f, Tensor input, Tensor v) {
        Results all = jvp(lift(f), new Tensor[] {input}, v == null ? null : new Tensor[] {v}, false);
        return new Result(all.outputs()[0], all.products()[0]);
    }

    /**
     * As {@link #jvp(UnaryOperator, Tensor, Tensor)}, for several inputs and results.
     *
     * @param v one per input; null for 1, if they have one element each
     */
    public static Results jvp(Function<Tensor[], Tensor[]> f, Tensor[] inputs, Tensor[] v, boolean createGraph) {
        return Autograd.enableGrad(() -> {
            Tensor[] xs = prepared(createGraph, inputs);
            Tensor[] ys = f.apply(xs);
            Tensor[] weights = Arrays.stream(ys).map(y -> y.detach().zerosLike().setRequiresGrad(true)).toArray(Tensor[]::new);
            Tensor[] gradients = product(ys, xs, weights, true, true); // linear in the weights
            return results(createGraph, ys, product(gradients, weights, v, createGraph, createGraph));
        });
    }

    /**
     * The Hessian of a function with one element as its result, times a vector.
     *
     * @param v in the shape of the input
     */
    public static Result hvp(UnaryOperator<Tensor> f, Tensor input, Tensor v) {
        Results all = hvp((Tensor[] xs) -> f.apply(xs[0]), new Tensor[] {input}, new Tensor[] {v}, false);
        return new Result(all.outputs()[0], all.products()[0]);
    }

    /**
     * As {@link #hvp(UnaryOperator, Tensor, Tensor)}, for several inputs.
     *
     * @param v one per input
     */
    public static Results hvp(Function<Tensor[], Tensor> f, Tensor[] inputs, Tensor[] v, boolean createGraph) {
        return Autograd.enableGrad(() -> {
            Tensor[] xs = prepared(createGraph, inputs);
            Tensor y = f.apply(xs);
            checkOne("hvp", y);
            Tensor[] gradients = product(new Tensor[] {y}, xs, null, true, true);
            return results(createGraph, new Tensor[] {y}, product(gradients, xs, v, createGraph, createGraph));
        });
    }

    private static Function<Tensor[], Tensor[]> lift(UnaryOperator<Tensor> f) {
        return xs -> new Tensor[] {f.apply(xs[0])};
    }

    private static void checkOne(String who, Tensor y) {
        if (y.numel() != 1) {
            throw new GraphException("%s: the function's result must have one element, got %s", who, y.shape());
        }
    }

    /** Inputs for the function that ask for a gradient: joined to the caller's graph if results are to be differentiated. */
    private static Tensor[] prepared(boolean createGraph, Tensor... inputs) {
        return Arrays.stream(inputs).map(x -> createGraph && x.requiresGrad() ? x.view(x.shape().toArray()) : x.detach().setRequiresGrad(true))
                .toArray(Tensor[]::new);
    }

    /** Gradients, with zeros where there is no way. */
    private static Tensor[] product(Tensor[] ys, Tensor[] xs, Tensor[] weights, boolean retainGraph, boolean createGraph) {
        if (weights != null && weights.length != ys.length) {
            throw new GraphException("Functional: %d vectors for %d tensors", weights.length, ys.length);
        }
        int count = 0;
        Tensor[] outputs = new Tensor[ys.length];
        Tensor[] starts = new Tensor[ys.length];
        for (int k = 0; k < ys.length; k++) {
            if (ys[k].requiresGrad()) {
                outputs[count] = ys[k];
                starts[count++] = weights == null ? null : weights[k];
            }
        }
        Tensor[] out = count == 0 ? new Tensor[xs.length]
                : Autograd.grad(Arrays.copyOf(outputs, count), xs, Arrays.copyOf(starts, count), retainGraph, createGraph, true);
        for (int i = 0; i < xs.length; i++) {
            out[i] = out[i] == null ? xs[i].detach().zerosLike() : out[i];
        }
        return out;
    }

    private static Results results(boolean createGraph, Tensor[] ys, Tensor... products) {
        return createGraph ? new Results(ys, products)
                : new Results(Arrays.stream(ys).map(Tensor::detach).toArray(Tensor[]::new), products);
    }
}
