package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.autograd.NaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.ConvGeometry;
import io.candela.backend.ConvKernels;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * The transpose of {@link Convolution}, which is also its gradient with respect to the input: {@code x (n, o, *)}, weight {@code (o, c/groups, *)},
 * result {@code (n, c, *)}.
 */
public final class ConvTransposed extends NaryOp {
    private static final int X = 0;
    private static final int WEIGHT = 1;
    private final Shape result;
    private final ConvGeometry geometry;
    private Saved x;
    private Saved weight;

    private ConvTransposed(Shape result, ConvGeometry geometry) {
        this.result = result;
        this.geometry = geometry;
    }

    /**
     * The transposed convolution of a batch, or of one input without a batch dimension.
     *
     * @param who           the caller, for messages
     * @param bias          may be null
     * @param geometry      of the convolution that this is the transpose of; its padding is taken away from the result
     * @param outputPadding how many positions more the result has at its end, per dimension
     * @throws ShapeException if ranks or sizes do not fit, or nothing would be left
     */
    public static Tensor apply(String who, Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, int... outputPadding) {
        if (Autocast.concerns(Autocast.Rule.LOWER, x)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> apply(who, t[0], t[1], t[2], geometry, outputPadding), x, weight, bias);
        }
        int filters = weight.dim() > 1 ? weight.size(1) * geometry.groups() : 0;
        Convolution.check(who, x, weight, bias, weight.dim() > 0 ? weight.size(0) : 0, filters, geometry);
        int rank = geometry.rank();
        if (weight.size(0) % geometry.groups() != 0) {
            throw new ShapeException("%s: %d channels cannot be cut into %d groups", who, weight.size(0), geometry.groups());
        }
        boolean single = x.dim() == rank + 1;
        Tensor batch = single ? x.unsqueeze(0) : x;
        int[] sizes = new int[rank + 2];
        sizes[0] = batch.size(0);
        sizes[1] = filters;
        for (int i = 0; i < rank; i++) {
            if (outputPadding[i] >= Math.max(geometry.stride(i), geometry.dilation(i))) {
                throw new ShapeException("%s: outputPadding must be smaller than stride or dilation, got outputPadding %s, stride %d and dilation %d in "
                        + "dimension %d", who, Arrays.toString(outputPadding), geometry.stride(i), geometry.dilation(i), i);
            }
            sizes[i + 2] = (batch.size(i + 2) - 1) * geometry.stride(i) - geometry.before(i) - geometry.after(i)
                    + geometry.reach(i, weight.size(i + 2)) + outputPadding[i];
            if (sizes[i + 2] < 1) {
                throw new ShapeException("%s: the padding of dimension %d leaves %d positions of input %s; pad less", who, i - rank, sizes[i + 2], x.shape());
            }
        }
        Tensor out = run(batch, weight, Shape.of(sizes), geometry);
        if (bias != null) {
            int[] column = new int[rank + 1];
            Arrays.fill(column, 1);
            column[0] = -1;
            out = out.add(bias.view(column));
        }
        return single ? out.squeeze(0) : out;
    }

    static Tensor run(Tensor x, Tensor weight, Shape result, ConvGeometry geometry) {
        return Autograd.apply(new ConvTransposed(result, geometry), x, weight);
    }

    @Override
    public String name() {
        return "convTranspose";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("transposed", true, "geometry", geometry);
    }

    @Override
    protected Tensor forward(Tensor... xs) {
        x = saveFor(WEIGHT, xs[X]);
        weight = saveFor(X, xs[WEIGHT]);
        ConvKernels kernels = Backend.of(xs[X]).conv();
        Tensor out = Tensor.empty(result, xs[X].dtype(), xs[X].device(), kernels.format(xs[X], xs[WEIGHT]));
        kernels.backward(null, xs[WEIGHT], xs[X], geometry, out, null, null);
        return out;
    }

    @Override
    protected Tensor grad(int input, Tensor g) {
        return input == X ? Convolution.run(name(), g, weight.get(), null, inputShape(X), geometry) : ConvWeightGrad.run(g, x.get(), inputShape(WEIGHT), geometry);
    }
}
