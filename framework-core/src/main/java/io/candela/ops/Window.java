package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.function.UnaryOperator;

/** A view given by its geometry alone: a rule that says for any tensor of one shape which of its elements are seen, and as what. */
final class Window extends UnaryOp {
    private final String name;
    private final boolean overlaps;
    private final UnaryOperator<Tensor> geometry;
    private Shape from;

    /**
     * @param overlaps whether an element may be seen at several places
     * @param geometry the view, outside the graph; must fit any contiguous tensor of the operand's shape too
     */
    Window(String name, boolean overlaps, UnaryOperator<Tensor> geometry) {
        this.name = name;
        this.overlaps = overlaps;
        this.geometry = geometry;
    }

    /** The transpose of a window onto a tensor of shape {@code to}: zeros, with {@code x} where the window looks. */
    static Tensor fill(String name, Tensor x, Shape to, UnaryOperator<Tensor> geometry) {
        Window window = new Window(name, false, geometry);
        window.from = to;
        return Autograd.apply(new Filled(window), x);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    protected Tensor forward(Tensor x) {
        from = x.shape();
        return geometry.apply(x);
    }

    @Override
    protected Tensor grad(Tensor g) {
        return Autograd.apply(new Filled(this), g);
    }

    private static final class Filled extends UnaryOp {
        private final Window window;

        Filled(Window window) {
            this.window = window;
        }

        @Override
        public String name() {
            return window.name + "Backward";
        }

        @Override
        protected Tensor forward(Tensor g) {
            Tensor out = Tensor.zeros(window.from, g.dtype(), g.device());
            if (window.overlaps) {
                Backend.of(g).index().put(g, window.geometry.apply(positions(window.from, g.device())), true, out);
            } else {
                Backend.of(g).pointwise().copy(g, window.geometry.apply(out));
            }
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.apply(new Window(window.name, window.overlaps, window.geometry), g.contiguous());
        }
    }

    /** Positions of all elements of a shape, in int64. */
    static Tensor positions(Shape shape, Device device) {
        return Tensor.arange(shape.numel()).view(shape.toArray()).to(device);
    }
}
