package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.autograd.NaryOp;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** Tensors put together or repeated, and dimensions reversed: new memory, not views. */
public final class Joins {
    private Joins() {}

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
            if (times[i] < 0) {
                throw new ShapeException("repeat: numbers must be 0 or more, got %s", Arrays.toString(times));
            }
            int size = i < shift ? 1 : x.size(i - shift);
            split[2 * i] = 1;
            split[2 * i + 1] = size;
            stretched[2 * i] = times[i];
            stretched[2 * i + 1] = size;
            merged[i] = times[i] * size;
        }
        return x.reshape(split).expand(stretched).clone(MemoryFormat.CONTIGUOUS).reshape(merged);
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
        protected Map<String, Object> attributes() {
            return Map.of("dims", dims);
        }

        @Override
        protected Tensor forward(Tensor x) {
            int[] strides = x.strides().clone();
            int offset = x.offset();
            for (int d : dims) {
                offset += Math.max(x.size(d) - 1, 0) * strides[d];
                strides[d] = -strides[d];
            }
            Tensor out = Pointwise.rowMajor(x);
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
        if (Autocast.concerns(Autocast.Rule.WIDEST, tensors[0])) {
            return Autocast.apply(Autocast.Rule.WIDEST, t -> cat(dim, t), tensors);
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
        protected Map<String, Object> attributes() {
            return Map.of("dim", dim);
        }

        @Override
        protected Tensor forward(Tensor... xs) {
            Shape first = xs[0].shape();
            for (int i = 1; i < xs.length && isNothing(first); i++) {
                first = xs[i].shape();
            }
            dim = first.wrap(name(), dim);
            ends = new int[xs.length];
            DType type = xs[0].dtype();
            int total = 0;
            for (int i = 0; i < xs.length; i++) {
                Shape s = xs[i].shape();
                if (isNothing(s)) {
                    type = DType.promote(type, xs[i].dtype());
                    ends[i] = total;
                    continue;
                }
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
                if (ends[i] == start) {
                    continue;
                }
                Backend.of(out).pointwise().copy(xs[i], new Slices.Slice(dim, start, ends[i] - start, 1).geometry(out));
            }
            return out;
        }

        /** An empty vector goes with any shape. */
        private static boolean isNothing(Shape s) {
            return s.rank() == 1 && s.numel() == 0;
        }

        @Override
        protected Tensor grad(int input, Tensor g) {
            int start = input == 0 ? 0 : ends[input - 1];
            if (isNothing(inputShape(input))) {
                return Tensor.zeros(Shape.of(0), g.dtype(), g.device());
            }
            return Slices.narrow(g, dim, start, ends[input] - start);
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
            lifted[i] = Views.unsqueeze(tensors[i], dim);
        }
        return cat(dim < 0 ? dim + tensors[0].dim() + 1 : dim, lifted);
    }
}
