package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.BinaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.ConvGeometry;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** The gradient of {@link Convolution} with respect to its weight, from its input and its result's gradient; can be differentiated again. */
final class ConvWeightGrad extends BinaryOp {
    private final Shape weight;
    private final ConvGeometry geometry;
    private Saved x;
    private Saved g;

    private ConvWeightGrad(Shape weight, ConvGeometry geometry) {
        this.weight = weight;
        this.geometry = geometry;
    }

    static Tensor run(Tensor x, Tensor g, Shape weight, ConvGeometry geometry) {
        return Autograd.apply(new ConvWeightGrad(weight, geometry), x, g);
    }

    @Override
    public String name() {
        return "convWeightGrad";
    }

    @Override
    protected Tensor forward(Tensor input, Tensor gradient) {
        x = saveFor(RHS, input);
        g = saveFor(LHS, gradient);
        Tensor out = Tensor.empty(weight, input.dtype(), input.device());
        Backend.of(out).conv().backward(input, null, gradient, geometry, null, out, null);
        return out;
    }

    @Override
    protected Tensor gradLhs(Tensor gw) {
        return ConvTransposed.run(g.get(), gw, inputShape(LHS), geometry);
    }

    @Override
    protected Tensor gradRhs(Tensor gw) {
        return Convolution.run(name(), x.get(), gw, null, inputShape(RHS), geometry);
    }
}
