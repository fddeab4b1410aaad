package io.candela.ops;

import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** The areas under a line through points, between each point and the next. */
public final class Trapezoids {
    private Trapezoids() {}

    /** For points at a distance of 1. */
    public static Tensor areas(Tensor y, int dim) {
        int last = Math.max(y.size(dim) - 1, 0);
        return y.narrow(dim, Math.min(1, y.size(dim)), last).add(y.narrow(dim, 0, last)).div(2.0);
    }

    /** For points at places of their own. */
    public static Tensor areas(Tensor y, Tensor x, int dim) {
        boolean shared = x.dim() == 1;
        if (shared ? x.size(0) != y.size(dim) : !x.shape().equals(y.shape())) {
            throw new ShapeException("trapezoid: places must have the shape %s of the points, or be (%d), got %s", y.shape(), y.size(dim), x.shape());
        }
        Tensor areas = areas(y, dim);
        if (!shared) {
            return areas.mul(x.diff(1, dim));
        }
        int[] alike = new int[y.dim()];
        java.util.Arrays.fill(alike, 1);
        alike[dim < 0 ? dim + y.dim() : dim] = -1;
        Tensor steps = x.diff();
        return areas.mul(steps.numel() == 0 ? steps.reshape(areas.shape().toArray()) : steps.reshape(alike));
    }
}
