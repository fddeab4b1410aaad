package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Writing by index, into a copy or in place. */
public final class Scatters {
    private Scatters() {}

    /** Writes or adds {@code source} at the places that {@code gather} would read. */
    public static Tensor scatter(String who, Tensor x, int dim, Tensor index, Tensor source, boolean add, boolean inPlace) {
        Tensor positions = Positions.along(who, x.shape(), dim, index);
        return Put.apply(who, x, fitted(who, index, source), positions, add, inPlace);
    }

    /** The part of the source that the index covers. */
    private static Tensor fitted(String who, Tensor index, Tensor source) {
        Tensor out = source;
        if (source.dim() != index.dim()) {
            throw new ShapeException("%s: source %s must have as many dimensions as the index %s", who, source.shape(), index.shape());
        }
        for (int d = 0; d < index.dim(); d++) {
            if (source.size(d) < index.size(d)) {
                throw new ShapeException("%s: index %s reaches beyond the source %s in dimension %d", who, index.shape(), source.shape(), d);
            }
            out = out.size(d) == index.size(d) ? out : out.narrow(d, 0, index.size(d));
        }
        return out;
    }

    /** Writes a number at the places that {@code gather} would read. */
    public static Tensor scatter(Tensor x, int dim, Tensor index, double value, boolean inPlace) {
        return Put.apply("scatter", x, value, Positions.along("scatter", x.shape(), dim, index), inPlace);
    }

    /**
     * Reduces source elements into the places that {@code gather} would read.
     *
     * @param how sum, prod, mean, amax or amin
     * @param includeSelf whether the tensor's own elements take part where something is written
     */
    public static Tensor scatterReduce(Tensor x, int dim, Tensor index, Tensor source, String how, boolean includeSelf) {
        Tensor positions = Positions.along("scatterReduce", x.shape(), dim, index);
        return reduce("scatterReduce", x, positions, fitted("scatterReduce", index, source), how, includeSelf);
    }

    /** As {@link #scatterReduce}, slices. */
    public static Tensor indexReduce(Tensor x, int dim, Tensor index, Tensor source, String how, boolean includeSelf) {
        if (how.equals("sum")) {
            throw new IllegalArgumentException("indexReduce: reduction must be prod, mean, amax or amin, got sum; use indexAdd");
        }
        Tensor positions = Positions.slices("indexReduce", x.shape(), dim, index);
        return reduce("indexReduce", x, positions, slices("indexReduce", source, positions), how, includeSelf);
    }

    private static Tensor reduce(String who, Tensor x, Tensor positions, Tensor values, String how, boolean includeSelf) {
        if (values.dtype() != x.dtype()) {
            throw new DTypeException("%s: source is %s, the tensor %s; convert one", who, values.dtype(), x.dtype());
        }
        double identity = switch (how) {
            case "sum", "mean" -> 0;
            case "prod" -> 1;
            case "amax" -> Double.NEGATIVE_INFINITY;
            case "amin" -> Double.POSITIVE_INFINITY;
            default -> throw new IllegalArgumentException(who + ": reduction must be sum, prod, mean, amax or amin, got " + how);
        };
        Tensor start = x;
        boolean extreme = how.startsWith("a");
        if (!includeSelf) {
            if (extreme && !x.dtype().isFloating()) { // no infinity: any of the elements will do
                start = Put.apply(who, x, values.detach(), positions, false, false);
            } else {
                start = Put.apply(who, x, identity, positions, false);
            }
        }
        if (how.equals("sum")) {
            return Put.apply(who, start, values, positions, true, false);
        }
        if (how.equals("mean")) {
            Tensor sum = Put.apply(who, start, values, positions, true, false);
            Tensor one = Tensor.full(Shape.SCALAR, 1, x.dtype(), x.device());
            Tensor count = Put.apply(who, includeSelf ? x.onesLike() : Put.apply(who, x.onesLike(), 0, positions, false), one,
                    positions, true, false);
            Tensor divisor = count.maskedFill(count.eq(0), 1);
            if (x.dtype().isFloating()) {
                return sum.div(divisor);
            }
            return sum.to(DType.FLOAT64).div(divisor.to(DType.FLOAT64)).floor().to(x.dtype());
        }
        return Autograd.apply(new Folded(how, positions), start, values);
    }

    /** Products and extremes. */
    private static final class Folded extends BinaryOp {
        private final String how;
        private final Tensor positions;
        private Saved x;
        private Saved values;
        private Saved result;

        Folded(String how, Tensor positions) {
            this.how = how;
            this.positions = positions;
        }

        @Override
        public String name() {
            return "scatterReduce";
        }

        @Override
        protected Tensor forward(Tensor a, Tensor b) {
            Tensor out;
            long[] at = positions.toLongArray();
            if (a.dtype().isFloating()) {
                double[] v = b.toDoubleArray();
                double[] y = a.toDoubleArray();
                for (int i = 0; i < v.length; i++) {
                    int p = (int) at[i];
                    y[p] = how.equals("prod") ? y[p] * v[i] : how.equals("amax") ? Math.max(y[p], v[i]) : Math.min(y[p], v[i]);
                }
                out = Tensor.of(y, y.length);
            } else {
                long[] v = b.toLongArray();
                long[] y = a.toLongArray();
                for (int i = 0; i < v.length; i++) {
                    int p = (int) at[i];
                    y[p] = how.equals("prod") ? y[p] * v[i] : how.equals("amax") ? Math.max(y[p], v[i]) : Math.min(y[p], v[i]);
                }
                out = Tensor.of(y, y.length);
            }
            out = out.to(a.dtype()).reshape(a.shape().toArray()).to(a.device());
            x = save(a);
            values = save(b);
            result = saveResult(out);
            return out;
        }

        private Tensor pick(Tensor t) {
            return t.flatten().indexSelect(0, positions.flatten()).reshape(positions.shape().toArray());
        }

        private Tensor shares(Tensor g) {
            Tensor own = x.get().eq(result.get()).to(g.dtype());
            Tensor theirs = values.get().eq(pick(result.get())).to(g.dtype());
            return g.div(Put.apply(name(), own, theirs, positions, true, false));
        }

        /** How many zeros each product has, as the gradient's type. */
        private Tensor zeros(Tensor g) {
            return Put.apply(name(), x.get().eq(0).to(g.dtype()), values.get().eq(0).to(g.dtype()), positions, true, false);
        }

        /** Products of the factors that are not 0. */
        private Tensor others() {
            Tensor a = x.get();
            Tensor b = values.get();
            return Autograd.apply(new Folded("prod", positions), a.maskedFill(a.eq(0), 1), b.maskedFill(b.eq(0), 1));
        }

        @Override
        protected Tensor gradLhs(Tensor g) {
            Tensor a = x.get();
            if (!how.equals("prod")) {
                return shares(g).mul(a.eq(result.get()).to(g.dtype()));
            }
            Tensor zero = a.eq(0);
            Tensor dead = zeros(g).sub(zero.to(g.dtype())).ne(0);
            return g.mul(others()).div(a.maskedFill(zero, 1)).maskedFill(dead, 0);
        }

        @Override
        protected Tensor gradRhs(Tensor g) {
            Tensor b = values.get();
            if (!how.equals("prod")) {
                return pick(shares(g)).mul(b.eq(pick(result.get())).to(g.dtype()));
            }
            Tensor zero = b.eq(0);
            Tensor dead = pick(zeros(g)).sub(zero.to(g.dtype())).ne(0);
            return pick(g.mul(others())).div(b.maskedFill(zero, 1)).maskedFill(dead, 0);
        }
    }

    /** Adds slices, times {@code alpha}. */
    public static Tensor indexAdd(Tensor x, int dim, Tensor index, Tensor source, double alpha, boolean inPlace) {
        Tensor positions = Positions.slices("indexAdd", x.shape(), dim, index);
        Tensor scaled = alpha == 1 ? source : source.mul(Tensor.full(Shape.SCALAR, alpha, source.dtype(), source.device()));
        return Put.apply("indexAdd", x, slices("indexAdd", scaled, positions), positions, true, inPlace);
    }

    /** Writes slices. */
    public static Tensor indexCopy(Tensor x, int dim, Tensor index, Tensor source, boolean inPlace) {
        Tensor positions = Positions.slices("indexCopy", x.shape(), dim, index);
        return Put.apply("indexCopy", x, slices("indexCopy", source, positions), positions, false, inPlace);
    }

    private static Tensor slices(String who, Tensor source, Tensor positions) {
        if (source.numel() != positions.numel() || source.dim() > 1 && !source.shape().equals(positions.shape())) {
            throw new ShapeException("%s: source %s must have the shape %s of the slices that the index names", who, source.shape(), positions.shape());
        }
        return source.reshape(positions.shape().toArray());
    }

    /** Writes a number into slices. */
    public static Tensor indexFill(Tensor x, int dim, Tensor index, double value, boolean inPlace) {
        return Put.apply("indexFill", x, value, Positions.slices("indexFill", x.shape(), dim, index, true), inPlace);
    }

    /** Writes or adds at positions in row-major order. */
    public static Tensor put(Tensor x, Tensor index, Tensor source, boolean accumulate, boolean inPlace) {
        Tensor positions = Positions.flat("put", x.shape(), index);
        if (source.numel() != positions.numel()) {
            throw new ShapeException("put: source %s and index %s must have as many elements as each other", source.shape(), index.shape());
        }
        return Put.apply("put", x, source.reshape(positions.shape().toArray()), positions, accumulate, inPlace);
    }

    /** Writes the source's elements, in their order, where the mask is true. */
    public static Tensor maskedScatter(Tensor x, Tensor mask, Tensor source, boolean inPlace) {
        if (mask.dtype() != DType.BOOL) {
            throw new DTypeException("maskedScatter: the mask must be bool, got %s; compare first, such as with ne(0)", mask.dtype());
        }
        Shape shape = Shape.broadcast("maskedScatter", x.shape(), mask.shape());
        if (inPlace && !shape.equals(x.shape())) {
            throw new ShapeException("maskedScatter: mask %s does not broadcast to %s", mask.shape(), x.shape());
        }
        Tensor positions = io.candela.backend.Backend.of(mask).index().nonzero(mask.expand(shape.toArray()));
        if (source.numel() < positions.numel()) {
            throw new ShapeException("maskedScatter: the mask has %d true elements, the source %s only %d", positions.numel(), source.shape(),
                    source.numel());
        }
        return Put.apply("maskedScatter", x.expand(shape.toArray()), source.flatten().narrow(0, 0, positions.numel()), positions, false, inPlace);
    }

    /** The copy or the tensor itself with a part written: one position, a stretch, or the diagonal. */
    public static Tensor into(String who, Tensor x, Tensor source, java.util.function.UnaryOperator<Tensor> part) {
        Tensor positions = part.apply(Window.positions(x.shape(), x.device())).contiguous();
        if (!source.shape().equals(positions.shape())) {
            throw new ShapeException("%s: source must have the shape %s of the part that is replaced, got %s", who, positions.shape(), source.shape());
        }
        return Put.apply(who, x, source, positions, false, false);
    }
}
