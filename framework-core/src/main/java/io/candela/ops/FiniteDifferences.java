package io.candela.ops;

import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.stream.IntStream;

/** Derivatives of sampled functions: second order inside, of first or second order at the ends. B. Fornberg, 1988. */
public final class FiniteDifferences {
    private FiniteDifferences() {}

    /** Samples at equal distances. */
    public static Tensor[] gradient(Tensor x, double spacing, int edgeOrder, int... dims) {
        return each(x, edgeOrder, dims, (d, i) -> {
            int n = x.size(d);
            Tensor inner = x.narrow(d, 2, n - 2).sub(x.narrow(d, 0, n - 2)).div(2 * spacing);
            double[] weights = edgeOrder == 1 ? new double[] {-1 / spacing, 1 / spacing} : new double[] {-1.5 / spacing, 2 / spacing, -0.5 / spacing};
            return Tensor.cat(d, weighted(x, d, 0, 1, weights), inner, weighted(x, d, n - 1, -1, negative(weights)));
        });
    }

    /** Samples at given coordinates, a vector for each dimension. */
    public static Tensor[] gradient(Tensor x, Tensor[] coordinates, int edgeOrder, int... dims) {
        int count = dims.length == 0 ? x.dim() : dims.length;
        if (coordinates.length != count) {
            throw new IllegalArgumentException("gradient: %d dimensions need as many coordinates, got %d".formatted(count, coordinates.length));
        }
        return each(x, edgeOrder, dims, (d, i) -> {
            int n = x.size(d);
            if (!coordinates[i].shape().equals(Shape.of(n))) {
                throw new ShapeException("gradient: dimension %d of %s needs coordinates of shape (%d), got %s", d, x.shape(), n, coordinates[i].shape());
            }
            Tensor step = coordinates[i].detach().diff().to(x.dtype());
            Tensor left = step.narrow(0, 0, n - 2);
            Tensor right = step.narrow(0, 1, n - 2);
            Tensor both = left.add(right);
            Tensor inner = x.narrow(d, 0, n - 2).mul(along(x, d, right.neg().div(left.mul(both))))
                    .add(x.narrow(d, 1, n - 2).mul(along(x, d, right.sub(left).div(left.mul(right)))))
                    .add(x.narrow(d, 2, n - 2).mul(along(x, d, left.div(right.mul(both)))));
            double[] steps = step.toDoubleArray();
            double[] first = weights(edgeOrder, steps[0], steps[Math.min(1, n - 2)]);
            double[] last = weights(edgeOrder, steps[n - 2], steps[Math.max(0, n - 3)]);
            return Tensor.cat(d, weighted(x, d, 0, 1, first), inner, weighted(x, d, n - 1, -1, negative(last)));
        });
    }

    private interface Derivative {
        Tensor along(int dim, int position);
    }

    private static Tensor[] each(Tensor x, int edgeOrder, int[] dims, Derivative derivative) {
        if (edgeOrder != 1 && edgeOrder != 2) {
            throw new IllegalArgumentException("gradient: edgeOrder must be 1 or 2, got " + edgeOrder);
        }
        int[] all = dims.length == 0 ? IntStream.range(0, x.dim()).toArray() : dims;
        Tensor[] out = new Tensor[all.length];
        for (int i = 0; i < all.length; i++) {
            int d = x.shape().wrap("gradient", all[i]);
            if (x.size(d) < edgeOrder + 1) {
                throw new ShapeException("gradient: dimension %d of %s must have %d elements at least", d, x.shape(), edgeOrder + 1);
            }
            out[i] = derivative.along(d, i);
        }
        return out;
    }

    /** An end's weights: of it, the element beside it, and with second order the next. */
    private static double[] weights(int edgeOrder, double near, double far) {
        if (edgeOrder == 1) {
            return new double[] {-1 / near, 1 / near};
        }
        double both = near + far;
        return new double[] {-(2 * near + far) / (near * both), both / (near * far), -near / (far * both)};
    }

    private static double[] negative(double... weights) {
        return java.util.Arrays.stream(weights).map(w -> -w).toArray();
    }

    private static Tensor weighted(Tensor x, int dim, int start, int direction, double... weights) {
        Tensor sum = x.narrow(dim, start, 1).mul(weights[0]);
        for (int i = 1; i < weights.length; i++) {
            sum = sum.add(x.narrow(dim, start + i * direction, 1).mul(weights[i]));
        }
        return sum;
    }

    /** A vector that broadcasts along a dimension. */
    private static Tensor along(Tensor x, int dim, Tensor vector) {
        int[] sizes = new int[x.dim()];
        java.util.Arrays.fill(sizes, 1);
        sizes[dim] = vector.numel();
        return vector.view(sizes);
    }
}
