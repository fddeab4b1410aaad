package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.UnaryOp;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** Reshaped, permuted and stretched views: checks, their geometry, and the copies where no view exists. */
public final class Views {
    private Views() {}

    // ---- reshape ----

    /** The same elements in another shape; a view where strides allow. */
    public static Tensor reshape(Tensor x, int... sizes) {
        return viewOrCopy(x, infer("reshape", x.shape(), sizes));
    }

    /** The same bytes as another type; the last dimension takes up a difference in width. */
    public static Tensor reinterpret(Tensor x, DType dtype) {
        int from = x.dtype().bytes();
        int to = dtype.bytes();
        if (from == to) {
            return Tensor.over(x.storage(), dtype, x.shape(), x.strides(), x.offset());
        }
        int last = x.dim() - 1;
        if (last < 0 || x.size(last) != 1 && x.stride(last) != 1) {
            throw new ShapeException("view: %s of %s as %s needs a contiguous last dimension; use contiguous() first", x.shape(), x.dtype(), dtype);
        }
        int ratio = Math.max(from, to) / Math.min(from, to);
        boolean wider = to > from;
        int[] strides = x.strides().clone();
        boolean fits = !wider || x.size(last) % ratio == 0 && x.offset() % ratio == 0;
        for (int i = 0; i < last; i++) {
            fits &= !wider || strides[i] % ratio == 0;
            strides[i] = wider ? strides[i] / ratio : strides[i] * ratio;
        }
        if (!fits) {
            throw new ShapeException("view: %s of %s does not divide into %s: sizes, strides and offset must be multiples of %d; use contiguous() first",
                    x.shape(), x.dtype(), dtype, ratio);
        }
        strides[last] = 1;
        Shape shape = x.shape().with(last, wider ? x.size(last) / ratio : x.size(last) * ratio);
        return Tensor.over(x.storage(), dtype, shape, strides, wider ? x.offset() / ratio : x.offset() * ratio);
    }

    static Tensor viewOrCopy(Tensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        int[] strides = reshapedStrides(x, shape);
        return strides != null ? Autograd.apply(new Reshaped(shape, strides), x) : viewOrCopy(x.contiguous(), shape);
    }

    /** The same memory in another shape. */
    public static Tensor view(Tensor x, int... sizes) {
        Shape shape = infer("view", x.shape(), sizes);
        int[] strides = reshapedStrides(x, shape);
        if (strides == null) {
            boolean channelsLast = x.memoryFormat() == MemoryFormat.CHANNELS_LAST;
            throw new ShapeException("view: %s with strides %s cannot be seen as %s without a copy%s; use reshape(...)", x.shape(),
                    Arrays.toString(x.strides()), shape, channelsLast ? ", because it lies channels-last, as results of convolutions do" : "");
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
        protected Map<String, Object> attributes() {
            return Map.of("to", to);
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
        int a = x.shape().wrap("flatten", from);
        int b = x.shape().wrap("flatten", to);
        if (x.dim() == 0) {
            return reshape(x, 1);
        }
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
        protected Map<String, Object> attributes() {
            return Map.of("order", order);
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
        protected Map<String, Object> attributes() {
            return Map.of("to", to);
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
}
