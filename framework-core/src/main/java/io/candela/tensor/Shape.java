package io.candela.tensor;

import java.util.Arrays;

/**
 * The sizes of a tensor's dimensions; immutable. {@code ()} is a scalar with one element; a dimension may be 0.
 *
 * <p>Dimension arguments may be negative and then count from the end, as in PyTorch.
 */
public final class Shape {
    /** The shape of a 0-d tensor. */
    public static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;
    private final int[] strides; // row-major, shared by every contiguous tensor of this shape
    private final int numel;
    private Shape transposed; // made at its first use; any thread's is as good

    private Shape(int[] dims) {
        this.dims = dims;
        this.strides = new int[dims.length];
        long count = 1;
        boolean empty = false;
        for (int i = dims.length - 1; i >= 0; i--) {
            if (dims[i] < 0) {
                throw new ShapeException("Shape: sizes must be 0 or more, got %s", render(dims));
            }
            strides[i] = (int) count;
            empty |= dims[i] == 0;
            count *= Math.max(dims[i], 1); // zero sizes leave the other strides as PyTorch has them
            if (count > Integer.MAX_VALUE) {
                throw new ShapeException("Shape: %s has more than %d elements, the most that one tensor holds", render(dims), Integer.MAX_VALUE);
            }
        }
        this.numel = empty ? 0 : (int) count;
    }

    /**
     * A shape with these sizes.
     *
     * @throws ShapeException if a size is negative or there are more than 2³¹−1 elements
     */
    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    /** Number of dimensions; 0 for a scalar. */
    public int rank() {
        return dims.length;
    }

    /** Number of elements: the product of the sizes, 1 for a scalar. */
    public int numel() {
        return numel;
    }

    /**
     * Size of dimension {@code dim}; negative counts from the end.
     *
     * @throws ShapeException if there is no such dimension
     */
    public int dim(int dim) {
        if (dim >= 0 && dim < dims.length) {
            return dims[dim];
        }
        if (dims.length == 0) {
            throw new ShapeException("Shape: a scalar has no dimension %d", dim);
        }
        return dims[wrap("Shape", dim)];
    }

    /** The sizes, in a new array. */
    public int[] toArray() {
        return dims.clone();
    }

    /** The live array of sizes, for kernels: never to be written. */
    public int[] dims() {
        return dims;
    }

    /** The live array of row-major strides in elements, for kernels: never to be written. */
    public int[] contiguousStrides() {
        return strides;
    }

    /**
     * The index from 0 of a dimension that may be negative. A scalar takes 0 and −1, as in PyTorch.
     *
     * @param who the operation, for the message
     * @throws ShapeException if there is no such dimension
     */
    public int wrap(String who, int dim) {
        int rank = Math.max(dims.length, 1);
        if (dim < -rank || dim >= rank) {
            throw new ShapeException("%s: dimension %d is out of range for %s; use %d to %d", who, dim, this, -rank, rank - 1);
        }
        return dim < 0 ? dim + rank : dim;
    }

    /** This shape without its last {@code n} dimensions. */
    public Shape dropLast(int n) {
        return of(Arrays.copyOf(dims, dims.length - n));
    }

    /** This shape followed by more dimensions. */
    public Shape append(int... more) {
        int[] all = Arrays.copyOf(dims, dims.length + more.length);
        System.arraycopy(more, 0, all, dims.length, more.length);
        return new Shape(all);
    }

    /** This shape with dimension {@code dim} (from 0) set to {@code size}. */
    public Shape with(int dim, int size) {
        int[] all = dims.clone();
        all[dim] = size;
        return new Shape(all);
    }

    /** This shape without dimension {@code dim} (from 0). */
    public Shape without(int dim) {
        int[] all = new int[dims.length - 1];
        System.arraycopy(dims, 0, all, 0, dim);
        System.arraycopy(dims, dim + 1, all, dim, all.length - dim);
        return of(all);
    }

    /**
     * The shape that two operands have together: aligned at the last dimension, a size of 1 stretches to the other's.
     *
     * @param who the operation, for the message
     * @throws ShapeException if two sizes differ and neither is 1
     */
    public static Shape broadcast(String who, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        Shape longer = a.rank() >= b.rank() ? a : b;
        Shape shorter = longer == a ? b : a;
        int shift = longer.rank() - shorter.rank();
        int[] out = longer.dims.clone();
        for (int i = shift; i < out.length; i++) {
            int other = shorter.dims[i - shift];
            if (out[i] == 1) {
                out[i] = other;
            } else if (other != 1 && other != out[i]) {
                throw new ShapeException("%s: sizes do not broadcast at dimension %d: lhs %s, rhs %s", who, i - out.length, a, b);
            }
        }
        return same(out, longer.dims) ? longer : of(out);
    }

    /** For kernels: the shape of a matrix's transpose. */
    public Shape transposed() {
        Shape t = transposed;
        if (t == null) {
            t = of(dims[1], dims[0]);
            t.transposed = this;
            transposed = t;
        }
        return t;
    }

    /** Whether a tensor of this shape can be stretched to {@code target} without a copy. */
    public boolean broadcastsTo(Shape target) {
        int shift = target.rank() - rank();
        for (int i = 0; i < dims.length; i++) {
            if (shift < 0 || dims[i] != 1 && dims[i] != target.dims[i + shift]) {
                return false;
            }
        }
        return shift >= 0;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Shape s && same(dims, s.dims);
    }

    /** As {@link Arrays#equals(int[], int[])}, whose vector code takes longer for so few numbers. */
    private static boolean same(int[] a, int[] b) {
        if (a.length != b.length) {
            return false;
        }
        for (int i = 0; i < a.length; i++) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** The sizes in parentheses: {@code (32, 784)}, {@code (10)}, {@code ()}. */
    @Override
    public String toString() {
        return render(dims);
    }

    private static String render(int[] dims) {
        String list = Arrays.toString(dims);
        return "(" + list.substring(1, list.length() - 1) + ")";
    }
}
