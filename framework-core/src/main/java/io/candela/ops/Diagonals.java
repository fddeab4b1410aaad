package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.GraphException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Diagonals and triangles of matrices, and other views by stride. */
public final class Diagonals {
    private Diagonals() {}

    /** A diagonal as the last dimension; a view. */
    public static Tensor diagonal(Tensor x, int offset, int dim1, int dim2) {
        int a = x.shape().wrap("diagonal", dim1);
        int b = x.shape().wrap("diagonal", dim2);
        if (x.dim() < 2 || a == b) {
            throw new ShapeException("diagonal: two different dimensions are needed, got %d and %d of %s", dim1, dim2, x.shape());
        }
        return Autograd.apply(new Window("diagonal", false, y -> diagonalOf(y, offset, a, b)), x);
    }

    /** The elements whose indices are all equal; with {@code wrap} those of a tall matrix in steps of a row and an element. A view. */
    public static Tensor whole(Tensor x, boolean wrap) {
        int least = x.dim() < 2 ? 0 : x.size(0);
        for (int i = 0; i < x.dim(); i++) {
            if (x.dim() > 2 && x.size(i) != x.size(0)) {
                throw new ShapeException("fillDiagonal: all of more than two dimensions must have one size, got %s", x.shape());
            }
            least = Math.min(least, x.size(i));
        }
        if (x.dim() < 2) {
            throw new ShapeException("fillDiagonal: at least two dimensions are needed, got %s", x.shape());
        }
        boolean again = wrap && x.dim() == 2 && x.size(0) > x.size(1) + 1 && least > 0;
        if (!again) {
            Tensor diagonal = x;
            while (diagonal.dim() > 1) {
                diagonal = diagonal(diagonal, 0, 0, 1);
            }
            return diagonal;
        }
        if (!x.isContiguous()) {
            throw new ShapeException("fillDiagonal: a diagonal that begins anew needs a contiguous matrix, got %s; call contiguous()", x.shape());
        }
        int step = x.size(1) + 1;
        return x.asStrided(new int[] {(x.numel() + x.size(1)) / step}, new int[] {step}, x.offset());
    }

    private static Tensor diagonalOf(Tensor x, int offset, int a, int b) {
        int rows = x.size(a);
        int columns = x.size(b);
        int length = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
        int[] sizes = new int[x.dim() - 1];
        int[] strides = new int[x.dim() - 1];
        int n = 0;
        for (int i = 0; i < x.dim(); i++) {
            if (i != a && i != b) {
                sizes[n] = x.size(i);
                strides[n++] = x.strides()[i];
            }
        }
        sizes[n] = length;
        strides[n] = x.strides()[a] + x.strides()[b];
        int start = length == 0 ? 0 : offset >= 0 ? offset * x.strides()[b] : -offset * x.strides()[a];
        return x.viewOf(Shape.of(sizes), strides, x.offset() + start);
    }

    /** Vectors in the last dimension as diagonals of matrices of zeros. */
    public static Tensor diagEmbed(Tensor x, int offset, int dim1, int dim2) {
        if (x.dim() == 0) {
            throw new ShapeException("diagEmbed: at least one dimension is needed, got (); use reshape(1)");
        }
        int rank = x.dim() + 1;
        int a = dim1 < 0 ? dim1 + rank : dim1;
        int b = dim2 < 0 ? dim2 + rank : dim2;
        if (a < 0 || a >= rank || b < 0 || b >= rank || a == b) {
            throw new ShapeException("diagEmbed: two different dimensions from %d to %d are needed for %s, got %d and %d", -rank, rank - 1,
                    x.shape(), dim1, dim2);
        }
        int n = x.size(-1) + Math.abs(offset);
        int[] sizes = new int[rank];
        for (int i = 0, next = 0; i < rank; i++) {
            sizes[i] = i == a || i == b ? n : x.size(next++);
        }
        return Window.fill("diagEmbed", x, Shape.of(sizes), y -> diagonalOf(y, offset, a, b));
    }

    /** A vector as a matrix with it on a diagonal, or the diagonal of a matrix as a vector; a copy. */
    public static Tensor diag(Tensor x, int offset) {
        if (x.dim() != 1 && x.dim() != 2) {
            throw new ShapeException("diag: a vector or a matrix is needed, got %s; use diagonal or diagEmbed", x.shape());
        }
        return x.dim() == 1 ? diagEmbed(x, offset, 0, 1) : diagonal(x, offset, 0, 1).clone();
    }

    /** Sum of a matrix's diagonal. */
    public static Tensor trace(Tensor x) {
        if (x.dim() != 2) {
            throw new ShapeException("trace: a matrix is needed, got %s; use diagonal(0, -2, -1).sum(-1) for a stack", x.shape());
        }
        return diagonal(x, 0, 0, 1).sum();
    }

    /** The part on and below (or above) a diagonal; the rest is 0. */
    public static Tensor triangle(boolean lower, Tensor x, int diagonal) {
        String who = lower ? "tril" : "triu";
        if (x.dim() < 2) {
            throw new ShapeException("%s: at least two dimensions are needed, got %s", who, x.shape());
        }
        Tensor rows = Tensor.arange(x.size(-2)).add(diagonal).unsqueeze(1).to(x.device());
        Tensor columns = Tensor.arange(x.size(-1)).to(x.device());
        return x.maskedFill(lower ? columns.gt(rows) : columns.lt(rows), 0);
    }

    /** Coordinates of a triangle's elements row by row, {@code (2, count)} in int64. */
    public static Tensor triangleIndices(boolean lower, int rows, int columns, int offset) {
        if (rows < 0 || columns < 0) {
            throw new ShapeException("%s: sizes must be 0 or more, got %d and %d", lower ? "trilIndices" : "triuIndices", rows, columns);
        }
        int count = 0;
        for (int i = 0; i < rows; i++) {
            count += last(lower, i, columns, offset) - first(lower, i, columns, offset);
        }
        long[] out = new long[2 * count];
        int n = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = first(lower, i, columns, offset); j < last(lower, i, columns, offset); j++) {
                out[n] = i;
                out[count + n++] = j;
            }
        }
        return Tensor.of(out, 2, count);
    }

    private static int first(boolean lower, int row, int columns, int offset) {
        return lower ? 0 : (int) Math.max(0, Math.min(columns, (long) row + offset));
    }

    private static int last(boolean lower, int row, int columns, int offset) {
        return lower ? (int) Math.max(0, Math.min(columns, (long) row + offset + 1)) : columns;
    }

    /** All windows of a size along a dimension; their elements become a last dimension. A view. */
    public static Tensor unfold(Tensor x, int dim, int size, int step) {
        int d = x.shape().wrap("unfold", dim);
        int n = x.dim() == 0 ? 1 : x.size(d);
        if (size < 0 || size > n) {
            throw new ShapeException("unfold: size must be 0 to %d for dimension %d of %s, got %d", n, d, x.shape(), size);
        }
        if (step <= 0) {
            throw new ShapeException("unfold: step must be above 0, got %d", step);
        }
        if (x.dim() == 0) {
            return x.reshape(1).narrow(0, 0, size);
        }
        return Autograd.apply(new Window("unfold", step < size, y -> {
            int[] sizes = Arrays.copyOf(y.shape().dims(), y.dim() + 1);
            int[] strides = Arrays.copyOf(y.strides(), y.dim() + 1);
            sizes[y.dim()] = size;
            strides[y.dim()] = strides[d];
            sizes[d] = (sizes[d] - size) / step + 1;
            strides[d] *= step;
            return y.viewOf(Shape.of(sizes), strides, y.offset());
        }), x);
    }

    /** The storage seen with other sizes, strides and offset; a view. */
    public static Tensor asStrided(Tensor x, int[] sizes, int[] strides, int offset) {
        Shape shape = Shape.of(sizes);
        Tensor.over(x.storage(), x.dtype(), shape, strides, offset); // checks
        int[] steps = strides.clone();
        if (!x.requiresGrad()) {
            return x.viewOf(shape, steps, offset);
        }
        int shift = offset - x.offset();
        long reach = shift;
        for (int i = 0; i < sizes.length; i++) {
            reach += Math.max(0, (long) steps[i] * (sizes[i] - 1));
        }
        if (!x.isContiguous() || shift < 0 || reach >= x.numel() && shape.numel() > 0) {
            throw new GraphException("asStrided: a gradient needs a contiguous tensor whose own elements are seen, got %s with strides %s; use "
                    + "contiguous() before", x.shape(), Arrays.toString(x.strides()));
        }
        return Autograd.apply(new Window("asStrided", true, y -> y.viewOf(shape, steps, y.offset() + shift)), x);
    }
}
