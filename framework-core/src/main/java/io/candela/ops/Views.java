package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.NaryOp;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Shape operations: checks, the geometry of views, and the copies where no view exists. */
public final class Views {
    private Views() {}

    // ---- reshape ----

    /** The same elements in another shape; a view where strides allow. */
    public static Tensor reshape(Tensor x, int... sizes) {
        return viewOrCopy(x, infer("reshape", x.shape(), sizes));
    }

    static Tensor viewOrCopy(Tensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        int[] strides = reshapedStrides(x, shape);
        return strides != null ? Autograd.apply(new Reshaped(shape, strides), x) : viewOrCopy(x.clone(), shape);
    }

    /** The same memory in another shape. */
    public static Tensor view(Tensor x, int... sizes) {
        Shape shape = infer("view", x.shape(), sizes);
        int[] strides = reshapedStrides(x, shape);
        if (strides == null) {
            throw new ShapeException("view: %s with strides %s cannot be seen as %s without a copy; use reshape(...)", x.shape(),
                    Arrays.toString(x.strides()), shape);
        }
        return Autograd.apply(new Reshaped(shape, strides), x);
    }

    private static Shape infer(String who, Shape from, int... sizes) {
        int unknown = -1;
        long known = 1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1) {
                if (unknown >= 0) {
                    throw new ShapeException("%s: only one size can be -1, got %s", who, Arrays.toString(sizes));
                }
                unknown = i;
            } else {
                known *= sizes[i];
            }
        }
        int[] full = sizes.clone();
        if (unknown >= 0 && known > 0 && from.numel() % known == 0) {
            full[unknown] = (int) (from.numel() / known);
        } else if (unknown >= 0) {
            throw new ShapeException("%s: no size for -1 in %s gives the %d elements of %s", who, Arrays.toString(sizes), from.numel(), from);
        }
        Shape to = Shape.of(full);
        if (to.numel() != from.numel()) {
            throw new ShapeException("%s: %s has %d elements, %s has %d", who, from, from.numel(), to, to.numel());
        }
        return to;
    }

    /** Strides that show the tensor's memory in another shape; null if there are none. */
    private static int[] reshapedStrides(Tensor x, Shape to) {
        if (x.isContiguous()) {
            return to.contiguousStrides();
        }
        // Runs of dimensions that lie row-major in memory are matched from the last to the first with runs of new sizes.
        int[] from = x.shape().dims();
        int[] strides = x.strides();
        int[] out = new int[to.rank()];
        int next = to.rank() - 1;
        long run = 1;
        long covered = 1;
        int base = from.length == 0 ? 1 : strides[from.length - 1];
        for (int i = from.length - 1; i >= 0; i--) {
            run *= from[i];
            boolean ends = i == 0 || from[i - 1] != 1 && strides[i - 1] != run * base;
            if (!ends) {
                continue;
            }
            while (next >= 0 && (covered < run || to.dim(next) == 1)) {
                out[next] = (int) (covered * base);
                covered *= to.dim(next--);
            }
            if (covered != run) {
                return null;
            }
            if (i > 0) {
                base = strides[i - 1];
                run = 1;
                covered = 1;
            }
        }
        return next < 0 ? out : null;
    }

    private static final class Reshaped extends UnaryOp {
        private final Shape to;
        private final int[] strides;
        private Shape from;

        Reshaped(Shape to, int[] strides) {
            this.to = to;
            this.strides = strides;
        }

        @Override
        public String name() {
            return "reshape";
        }

        @Override
        protected Tensor forward(Tensor x) {
            from = x.shape();
            return x.viewOf(to, strides, x.offset());
        }

        @Override
        protected Tensor grad(Tensor g) {
            return viewOrCopy(g, from);
        }
    }

    /** Merges dimensions {@code from} to {@code to}. */
    public static Tensor flatten(Tensor x, int from, int to) {
        if (x.dim() == 0) {
            return reshape(x, 1);
        }
        int a = x.shape().wrap("flatten", from);
        int b = x.shape().wrap("flatten", to);
        if (a > b) {
            throw new ShapeException("flatten: dimension %d comes after %d in %s", from, to, x.shape());
        }
        int[] sizes = new int[x.dim() - (b - a)];
        int merged = 1;
        for (int i = a; i <= b; i++) {
            merged *= x.size(i);
        }
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = i < a ? x.size(i) : i == a ? merged : x.size(i + b - a);
        }
        return reshape(x, sizes);
    }

    /** Splits dimension {@code dim}. */
    public static Tensor unflatten(Tensor x, int dim, int... sizes) {
        int d = x.shape().wrap("unflatten", dim);
        Shape inner = infer("unflatten", Shape.of(x.size(d)), sizes);
        int[] all = new int[x.dim() - 1 + inner.rank()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i < d ? x.size(i) : i < d + inner.rank() ? inner.dim(i - d) : x.size(i - inner.rank() + 1);
        }
        return view(x, all);
    }

    /** A new dimension of size 1. */
    public static Tensor unsqueeze(Tensor x, int dim) {
        int d = dim < 0 ? dim + x.dim() + 1 : dim;
        if (d < 0 || d > x.dim()) {
            throw new ShapeException("unsqueeze: dimension %d is out of range for %s; use %d to %d", dim, x.shape(), -x.dim() - 1, x.dim());
        }
        int[] sizes = new int[x.dim() + 1];
        int[] strides = new int[x.dim() + 1];
        for (int i = 0; i < sizes.length; i++) {
            int source = i < d ? i : i - 1;
            sizes[i] = i == d ? 1 : x.size(source);
            strides[i] = i < d ? x.strides()[i] : i > d ? x.strides()[source] : d < x.dim() ? x.size(d) * x.strides()[d] : 1;
        }
        return Autograd.apply(new Reshaped(Shape.of(sizes), strides), x);
    }

    /** Without dimensions of size 1. */
    public static Tensor squeeze(Tensor x) {
        Tensor out = x;
        for (int i = x.dim() - 1; i >= 0; i--) {
            out = squeeze(out, i);
        }
        return out;
    }

    /** Without dimension {@code dim} if its size is 1. */
    public static Tensor squeeze(Tensor x, int dim) {
        int d = x.shape().wrap("squeeze", dim);
        if (x.dim() == 0 || x.size(d) != 1) {
            return x;
        }
        Shape shape = x.shape().without(d);
        int[] strides = new int[shape.rank()];
        for (int i = 0; i < strides.length; i++) {
            strides[i] = x.strides()[i < d ? i : i + 1];
        }
        return Autograd.apply(new Reshaped(shape, strides), x);
    }

    // ---- permute ----

    /** Two dimensions swapped. */
    public static Tensor transpose(Tensor x, int a, int b) {
        int i = x.shape().wrap("transpose", a);
        int j = x.shape().wrap("transpose", b);
        if (x.dim() == 0) {
            return x;
        }
        int[] order = new int[x.dim()];
        Arrays.setAll(order, k -> k == i ? j : k == j ? i : k);
        return Autograd.apply(new Permuted(order), x);
    }

    /** The transpose of a matrix. */
    public static Tensor t(Tensor x) {
        if (x.dim() > 2) {
            throw new ShapeException("t: at most 2 dimensions, got %s; use mT() or transpose(a, b)", x.shape());
        }
        return x.dim() < 2 ? x : transpose(x, 0, 1);
    }

    /** Dimensions in a new order. */
    public static Tensor permute(Tensor x, int... dims) {
        if (dims.length != x.dim()) {
            throw new ShapeException("permute: %d dimensions named, %s has %d", dims.length, x.shape(), x.dim());
        }
        int[] order = new int[dims.length];
        boolean[] seen = new boolean[dims.length];
        for (int i = 0; i < dims.length; i++) {
            order[i] = x.shape().wrap("permute", dims[i]);
            if (seen[order[i]]) {
                throw new ShapeException("permute: dimension %d is named twice in %s", order[i], Arrays.toString(dims));
            }
            seen[order[i]] = true;
        }
        return Autograd.apply(new Permuted(order), x);
    }

    /** A permuted view outside the graph, for kernels. */
    static Tensor permuted(Tensor x, int[] order) {
        int[] sizes = new int[order.length];
        int[] strides = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            sizes[i] = x.size(order[i]);
            strides[i] = x.strides()[order[i]];
        }
        return x.viewOf(Shape.of(sizes), strides, x.offset());
    }

    /** The transpose of a matrix outside the graph, for kernels. */
    static Tensor transposed(Tensor x) {
        return x.viewOf(x.shape().transposed(), new int[] {x.strides()[1], x.strides()[0]}, x.offset());
    }

    private static final class Permuted extends UnaryOp {
        private final int[] order;

        Permuted(int[] order) {
            this.order = order;
        }

        @Override
        public String name() {
            return "permute";
        }

        @Override
        protected Tensor forward(Tensor x) {
            return permuted(x, order);
        }

        @Override
        protected Tensor grad(Tensor g) {
            int[] inverse = new int[order.length];
            for (int i = 0; i < order.length; i++) {
                inverse[order[i]] = i;
            }
            return Autograd.apply(new Permuted(inverse), g);
        }
    }

    // ---- expand ----

    /** Stretches dimensions of size 1. */
    public static Tensor expand(Tensor x, int... sizes) {
        int shift = sizes.length - x.dim();
        int[] full = sizes.clone();
        for (int i = 0; i < full.length; i++) {
            if (full[i] == -1 && i >= shift) {
                full[i] = x.size(i - shift);
            }
        }
        Shape shape = Shape.of(full);
        if (!x.shape().broadcastsTo(shape)) {
            throw new ShapeException("expand: %s does not broadcast to %s", x.shape(), shape);
        }
        return x.shape().equals(shape) ? x : Autograd.apply(new Expanded(shape), x);
    }

    private static final class Expanded extends UnaryOp {
        private final Shape to;

        Expanded(Shape to) {
            this.to = to;
        }

        @Override
        public String name() {
            return "expand";
        }

        @Override
        protected Tensor forward(Tensor x) {
            int[] strides = new int[to.rank()];
            int shift = to.rank() - x.dim();
            for (int i = shift; i < strides.length; i++) {
                strides[i] = x.size(i - shift) == 1 ? 0 : x.strides()[i - shift];
            }
            return x.viewOf(to, strides, x.offset());
        }

        @Override
        protected Tensor grad(Tensor g) {
            return g; // summed to the operand's shape by the pass
        }
    }

    // ---- slices ----

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
        return squeeze(Autograd.apply(new Slice(d, i, 1, 1), x), d);
    }

    /** Equally spaced positions of one dimension. */
    private static final class Slice extends UnaryOp {
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
        protected Tensor forward(Tensor x) {
            from = x.shape();
            return geometry(x);
        }

        private Tensor geometry(Tensor x) {
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
        if (size <= 0) {
            throw new ShapeException("split: size must be above 0, got %d", size);
        }
        int n = x.size(d);
        Tensor[] out = new Tensor[Math.max(1, (int) ((n + (size - 1L)) / size))];
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

    // ---- copies ----

    /** The whole tensor repeated along each dimension. */
    public static Tensor repeat(Tensor x, int... times) {
        if (times.length < x.dim()) {
            throw new ShapeException("repeat: %d numbers for %s, which has %d dimensions", times.length, x.shape(), x.dim());
        }
        int shift = times.length - x.dim();
        int[] split = new int[times.length * 2];
        int[] stretched = new int[times.length * 2];
        int[] merged = new int[times.length];
        for (int i = 0; i < times.length; i++) {
            int size = i < shift ? 1 : x.size(i - shift);
            split[2 * i] = 1;
            split[2 * i + 1] = size;
            stretched[2 * i] = times[i];
            stretched[2 * i + 1] = size;
            merged[i] = times[i] * size;
        }
        return x.reshape(split).expand(stretched).clone().reshape(merged);
    }

    /** Dimensions reversed. */
    public static Tensor flip(Tensor x, int... dims) {
        int[] axes = dims.clone();
        for (int i = 0; i < axes.length; i++) {
            axes[i] = x.shape().wrap("flip", dims[i]);
            for (int j = 0; j < i; j++) {
                if (axes[i] == axes[j]) {
                    throw new ShapeException("flip: dimension %d is named twice in %s", axes[i], Arrays.toString(dims));
                }
            }
        }
        if (x.dim() == 0) {
            return x.clone();
        }
        return Autograd.apply(new Flipped(axes), x);
    }

    private static final class Flipped extends UnaryOp {
        private final int[] dims;

        Flipped(int[] dims) {
            this.dims = dims;
        }

        @Override
        public String name() {
            return "flip";
        }

        @Override
        protected Tensor forward(Tensor x) {
            int[] strides = x.strides().clone();
            int offset = x.offset();
            for (int d : dims) {
                offset += Math.max(x.size(d) - 1, 0) * strides[d];
                strides[d] = -strides[d];
            }
            Tensor out = x.emptyLike();
            Backend.of(x).pointwise().copy(x.viewOf(x.shape(), strides, offset), out);
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new Flipped(dims), g);
        }
    }

    /** Tensors one after the other. */
    public static Tensor cat(int dim, Tensor... tensors) {
        if (tensors.length == 0) {
            throw new ShapeException("cat: at least one tensor is needed");
        }
        return Autograd.apply(new Concatenated(dim), tensors);
    }

    private static final class Concatenated extends NaryOp {
        private int dim;
        private int[] ends;

        Concatenated(int dim) {
            this.dim = dim;
        }

        @Override
        public String name() {
            return "cat";
        }

        @Override
        protected Tensor forward(Tensor... xs) {
            Shape first = xs[0].shape();
            dim = first.wrap(name(), dim);
            ends = new int[xs.length];
            DType type = xs[0].dtype();
            int total = 0;
            for (int i = 0; i < xs.length; i++) {
                Shape s = xs[i].shape();
                if (s.rank() == 0 || s.rank() != first.rank() || !s.with(dim, 0).equals(first.with(dim, 0))) {
                    throw new ShapeException("cat: sizes must agree but for dimension %d: tensor 0 %s, tensor %d %s", dim, first, i, s);
                }
                type = DType.promote(type, xs[i].dtype());
                total += s.dim(dim);
                ends[i] = total;
            }
            Tensor out = Tensor.empty(first.with(dim, total), type, xs[0].device());
            for (int i = 0; i < xs.length; i++) {
                int start = i == 0 ? 0 : ends[i - 1];
                Backend.of(out).pointwise().copy(xs[i], new Slice(dim, start, ends[i] - start, 1).geometry(out));
            }
            return out;
        }

        @Override
        protected Tensor grad(int input, Tensor g) {
            int start = input == 0 ? 0 : ends[input - 1];
            return narrow(g, dim, start, ends[input] - start);
        }
    }

    /** Tensors along a new dimension. */
    public static Tensor stack(int dim, Tensor... tensors) {
        if (tensors.length == 0) {
            throw new ShapeException("stack: at least one tensor is needed");
        }
        Tensor[] lifted = new Tensor[tensors.length];
        for (int i = 0; i < tensors.length; i++) {
            if (!tensors[i].shape().equals(tensors[0].shape())) {
                throw new ShapeException("stack: shapes must be equal: tensor 0 %s, tensor %d %s", tensors[0].shape(), i, tensors[i].shape());
            }
            lifted[i] = unsqueeze(tensors[i], dim);
        }
        return cat(dim < 0 ? dim + tensors[0].dim() + 1 : dim, lifted);
    }
}
