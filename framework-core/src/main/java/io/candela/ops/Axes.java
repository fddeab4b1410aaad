package io.candela.ops;

import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * The dimensions that a reduction takes away.
 *
 * @param shape   the operand's
 * @param dims    the reduced dimensions, from 0, in rising order
 * @param kept    the result's shape with reduced dimensions of size 1
 * @param dropped the result's shape without them
 * @param count   elements that are reduced to one
 */
record Axes(Shape shape, int[] dims, Shape kept, Shape dropped, int count) {
    /** Checks and sorts dimensions; none means all. */
    static Axes of(String who, Shape shape, int... dims) {
        int rank = shape.rank();
        boolean[] reduced = new boolean[rank];
        if (dims.length == 0) {
            Arrays.fill(reduced, true);
        }
        if (rank == 0 && dims.length > 1) { // a scalar takes dimension 0
            throw new ShapeException("%s: dimension 0 is named twice in %s for %s", who, Arrays.toString(dims), shape);
        }
        for (int d : dims) {
            int i = shape.wrap(who, d);
            if (rank == 0) {
                continue;
            }
            if (reduced[i]) {
                throw new ShapeException("%s: dimension %d is named twice in %s for %s", who, i, Arrays.toString(dims), shape);
            }
            reduced[i] = true;
        }
        int[] sorted = new int[rank];
        int[] kept = shape.toArray();
        int[] dropped = new int[rank];
        int n = 0;
        int m = 0;
        int count = 1;
        for (int i = 0; i < rank; i++) {
            if (reduced[i]) {
                count *= kept[i];
                kept[i] = 1;
                sorted[n++] = i;
            } else {
                dropped[m++] = kept[i];
            }
        }
        return new Axes(shape, Arrays.copyOf(sorted, n), Shape.of(kept), Shape.of(Arrays.copyOf(dropped, m)), count);
    }

    /** A view of the operand with the reduced dimensions last. */
    Tensor reducedLast(Tensor x) {
        int rank = x.dim();
        int first = rank - dims.length;
        boolean already = true;
        for (int i = 0; i < dims.length; i++) {
            already &= dims[i] == first + i;
        }
        if (already) {
            return x;
        }
        int[] order = new int[rank];
        int n = 0;
        for (int i = 0, d = 0; i < rank; i++) {
            if (d < dims.length && dims[d] == i) {
                d++;
            } else {
                order[n++] = i;
            }
        }
        System.arraycopy(dims, 0, order, n, dims.length);
        return Views.permuted(x, order);
    }
}
