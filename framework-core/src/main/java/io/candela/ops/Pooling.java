package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.backend.PoolKernels;
import io.candela.backend.PoolRegions;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.util.Map;

/**
 * Largest elements and averages of windows over {@code (n, c, …)} or {@code (c, …)} with one to three spatial dimensions. Results of channels-last
 * input are channels-last.
 */
public final class Pooling {
    private Pooling() {}

    /** The largest element of each window. */
    public static Tensor max(Tensor x, PoolWindow window) {
        return apply(new Max(window.who(), checked(window.who(), x), window.regions(x.shape())), x);
    }

    /** The largest element of each window, and its row-major position among those of the same sample and channel. */
    public static ValuesAndIndices maxWithIndices(Tensor x, PoolWindow window) {
        return withIndices(x, new Max(window.who(), checked(window.who(), x), window.regions(x.shape())));
    }

    /**
     * The largest element of each of a given number of windows.
     *
     * @param outputSize one per spatial dimension or one for all; −1 for the input's size
     */
    public static Tensor adaptiveMax(String who, Tensor x, int spatial, int... outputSize) {
        return apply(new Max(who, checked(who, x), PoolWindow.adaptive(who, spatial, outputSize, x.shape())), x);
    }

    /** As {@link #adaptiveMax}, with positions as in {@link #maxWithIndices}. */
    public static ValuesAndIndices adaptiveMaxWithIndices(String who, Tensor x, int spatial, int... outputSize) {
        return withIndices(x, new Max(who, checked(who, x), PoolWindow.adaptive(who, spatial, outputSize, x.shape())));
    }

    /**
     * The average of each window.
     *
     * @param divisor what sums are divided by; 0 for the number of positions that the window counts
     */
    public static Tensor average(Tensor x, PoolWindow window, int divisor) {
        return apply(new Average(window.who(), checked(window.who(), x), window.regions(x.shape()), divisor), x);
    }

    /** The average of each of a given number of windows, which are chosen as in {@link #adaptiveMax}. */
    public static Tensor adaptiveAverage(String who, Tensor x, int spatial, int... outputSize) {
        return apply(new Average(who, checked(who, x), PoolWindow.adaptive(who, spatial, outputSize, x.shape()), 0), x);
    }

    private static Shape checked(String who, Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("%s: input needs floating point, got %s; convert with to(DType.FLOAT32)", who, x.dtype());
        }
        return x.shape();
    }

    /** Half types are pooled in float32. */
    private static Tensor apply(UnaryOp op, Tensor x) {
        return Backend.of(x).pool().takesHalves() ? Autograd.apply(op, x) : Pointwise.wide(x, y -> Autograd.apply(op, y));
    }

    private static ValuesAndIndices withIndices(Tensor x, Max op) {
        op.wantsPlaces = true;
        Tensor values = apply(op, x);
        PoolRegions r = op.regions;
        Tensor places = op.places.to(DType.INT64); // distances in the sample
        Tensor indices = op.format == MemoryFormat.CHANNELS_LAST ? places.floorDivide((long) x.size(1)) : places.remainder((long) r.inputPlane());
        return new ValuesAndIndices(values, indices);
    }

    private static final class Max extends UnaryOp {
        private final String who;
        private final Shape from;
        private final PoolRegions regions;
        private boolean wantsPlaces;
        private MemoryFormat format;
        private Tensor places; // of the largest elements; null when nobody asks for them
        private Saved saved;

        Max(String who, Shape from, PoolRegions regions) {
            this.who = who;
            this.from = from;
            this.regions = regions;
        }

        @Override
        public String name() {
            return who;
        }

        @Override
        protected Map<String, Object> attributes() {
            return Map.of("pooling", "max", "regions", regions);
        }

        @Override
        protected Tensor forward(Tensor x) {
            format = x.dim() == regions.spatial() + 2 ? x.memoryFormat() : MemoryFormat.CONTIGUOUS;
            Tensor out = Tensor.empty(outShape(from, regions), x.dtype(), x.device(), format);
            PoolKernels kernels = Backend.of(x).pool();
            DType type = wantsPlaces ? DType.INT32 : kernels.placesType(x.dtype(), regions);
            Tensor found = wantsPlaces || isRecorded() ? Tensor.empty(out.shape(), type, x.device(), format) : null;
            kernels.max(x.contiguous(format), regions, out, found);
            if (isRecorded()) {
                saved = save(found);
            }
            if (wantsPlaces) {
                places = found;
            } else if (found != null) {
                releaseWithGraph(found);
            }
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new Spread(this, saved.get()), g);
        }
    }

    /** The gradient of {@link Max}: each element at its place. */
    private static final class Spread extends UnaryOp {
        private final Max max;
        private Tensor places; // for forward alone
        private Saved saved;

        Spread(Max max, Tensor places) {
            this.max = max;
            this.places = places;
        }

        @Override
        public String name() {
            return max.who + "Backward";
        }

        @Override
        protected Tensor forward(Tensor g) {
            Tensor out = Tensor.empty(max.from, g.dtype(), g.device(), max.format);
            Backend.of(g).pool().spread(g.contiguous(max.format), places, max.regions, out);
            saved = save(places);
            places = null;
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new Pick(max, saved.get()), g);
        }
    }

    /** The gradient of {@link Spread}: the elements at the places. */
    private static final class Pick extends UnaryOp {
        private final Max max;
        private Tensor places; // for forward alone
        private Saved saved;

        Pick(Max max, Tensor places) {
            this.max = max;
            this.places = places;
        }

        @Override
        public String name() {
            return max.who + "Pick";
        }

        @Override
        protected Tensor forward(Tensor x) {
            Tensor out = Tensor.empty(places.shape(), x.dtype(), x.device(), max.format);
            Backend.of(x).pool().pick(x.contiguous(max.format), places, max.regions, out);
            saved = save(places);
            places = null;
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new Spread(max, saved.get()), g);
        }
    }

    private static Shape outShape(Shape in, PoolRegions r) {
        int[] sizes = in.toArray();
        for (int i = 1; i <= r.spatial(); i++) {
            sizes[sizes.length - i] = r.out()[3 - i];
        }
        return Shape.of(sizes);
    }

    private static final class Average extends UnaryOp {
        private final String who;
        private final Shape from;
        private final PoolRegions regions;
        private final int divisor;
        private MemoryFormat format;

        Average(String who, Shape from, PoolRegions regions, int divisor) {
            this.who = who;
            this.from = from;
            this.regions = regions;
            this.divisor = divisor;
        }

        @Override
        public String name() {
            return who;
        }

        @Override
        protected Map<String, Object> attributes() {
            return Map.of("pooling", "average", "regions", regions, "divisor", divisor);
        }

        @Override
        protected Tensor forward(Tensor x) {
            format = x.dim() == regions.spatial() + 2 ? x.memoryFormat() : MemoryFormat.CONTIGUOUS;
            Tensor out = Tensor.empty(outShape(from, regions), x.dtype(), x.device(), format);
            Backend.of(x).pool().average(x.contiguous(format), regions, divisor, out);
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new AverageGrad(this), g);
        }
    }

    /** The transpose of {@link Average}. */
    private static final class AverageGrad extends UnaryOp {
        private final Average average;

        AverageGrad(Average average) {
            this.average = average;
        }

        @Override
        public String name() {
            return average.who + "Backward";
        }

        @Override
        protected Tensor forward(Tensor g) {
            Tensor out = Tensor.empty(average.from, g.dtype(), g.device(), average.format);
            Backend.of(g).pool().averageGrad(g.contiguous(average.format), average.regions, average.divisor, out);
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new Average(average.who, average.from, average.regions, average.divisor), g);
        }
    }
}
