package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** Parts of one dimension: a stretch of it, one position, equal pieces. All are views. */
public final class Slices {
    private Slices() {}

    /** Positions {@code start} to {@code start + length − 1}. */
    public static Tensor narrow(Tensor x, int dim, int start, int length) {
        int d = x.shape().wrap("narrow", dim);
        if (x.dim() == 0) {
            throw new ShapeException("narrow: a 0-d tensor has no dimension to narrow");
        }
        int from = start < 0 ? start + x.size(d) : start;
        if (from < 0 || length < 0 || (long) from + length > x.size(d)) {
            throw new ShapeException("narrow: positions %d to %d are out of range for dimension %d of %s", start, (long) start + length - 1, d, x.shape());
        }
        return Autograd.apply(new Slice(d, from, length, 1), x);
    }

    /** Python's {@code start:end:step}, step above 0. */
    public static Tensor slice(Tensor x, int dim, int start, int end, int step) {
        int d = x.shape().wrap("slice", dim);
        if (x.dim() == 0) {
            throw new ShapeException("slice: a 0-d tensor has no dimension to slice");
        }
        if (step <= 0) {
            throw new ShapeException("slice: step must be above 0, got %d; use flip(%d) to go backwards", step, d);
        }
        int n = x.size(d);
        int from = Math.max(0, Math.min(n, start < 0 ? start + n : start));
        int to = Math.max(from, Math.min(n, end < 0 ? end + n : end));
        return Autograd.apply(new Slice(d, from, (int) ((to - from + (step - 1L)) / step), step), x);
    }

    /** One position; the dimension goes away. */
    public static Tensor select(Tensor x, int dim, int index) {
        int d = x.shape().wrap("select", dim);
        if (x.dim() == 0) {
            throw new ShapeException("select: a 0-d tensor has no dimension to select from; use item()");
        }
        int n = x.size(d);
        int i = index < 0 ? index + n : index;
        if (i < 0 || i >= n) {
            throw new ShapeException("select: index %d is out of range for dimension %d of %s; use %d to %d", index, d, x.shape(), -n, n - 1);
        }
        return Views.squeeze(Autograd.apply(new Slice(d, i, 1, 1), x), d);
    }

    /** Equally spaced positions of one dimension. */
    static final class Slice extends UnaryOp {
        private final int dim;
        private final int start;
        private final int length;
        private final int step;
        private Shape from;

        Slice(int dim, int start, int length, int step) {
            this.dim = dim;
            this.start = start;
            this.length = length;
            this.step = step;
        }

        @Override
        public String name() {
            return "slice";
        }

        @Override
        protected Map<String, Object> attributes() {
            return Map.of("dim", dim, "start", start, "length", length, "step", step);
        }

        @Override
        protected Tensor forward(Tensor x) {
            from = x.shape();
            return geometry(x);
        }

        Tensor geometry(Tensor x) {
            int[] strides = x.strides().clone();
            strides[dim] *= step;
            int offset = length == 0 ? x.offset() : x.offset() + start * x.strides()[dim];
            return x.viewOf(x.shape().with(dim, length), strides, offset);
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new Padded(this), g);
        }
    }

    /** The transpose of a slice: zeros with the operand at the slice's place. */
    private static final class Padded extends UnaryOp {
        private final Slice slice;

        Padded(Slice slice) {
            this.slice = slice;
        }

        @Override
        public String name() {
            return "sliceBackward";
        }

        @Override
        protected Tensor forward(Tensor g) {
            Tensor out = Tensor.zeros(slice.from, g.dtype(), g.device());
            Backend.of(g).pointwise().copy(g, slice.geometry(out));
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new Slice(slice.dim, slice.start, slice.length, slice.step), g);
        }
    }

    /** Pieces of one size, the last perhaps smaller. */
    public static Tensor[] split(Tensor x, int size, int dim) {
        int d = x.shape().wrap("split", dim);
        int n = x.dim() == 0 ? 1 : x.size(d);
        if (size < 0 || size == 0 && n > 0) {
            throw new ShapeException("split: size must be above 0, got %d", size);
        }
        Tensor[] out = new Tensor[n == 0 ? 1 : (int) ((n + (size - 1L)) / size)];
        for (int i = 0; i < out.length; i++) {
            out[i] = narrow(x, d, i * size, Math.min(size, n - i * size));
        }
        return out;
    }

    /** At most {@code chunks} pieces. */
    public static Tensor[] chunk(Tensor x, int chunks, int dim) {
        if (chunks <= 0) {
            throw new ShapeException("chunk: number must be above 0, got %d", chunks);
        }
        int n = x.shape().dim(dim);
        if (n == 0) {
            Tensor[] out = new Tensor[chunks];
            Arrays.fill(out, x);
            return out;
        }
        return split(x, (int) ((n + (chunks - 1L)) / chunks), dim);
    }

    /** Every position. */
    public static Tensor[] unbind(Tensor x, int dim) {
        int d = x.shape().wrap("unbind", dim);
        Tensor[] out = new Tensor[x.size(d)];
        for (int i = 0; i < out.length; i++) {
            out[i] = select(x, d, i);
        }
        return out;
    }
}
