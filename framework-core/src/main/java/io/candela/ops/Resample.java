package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.backend.Taps;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;
import java.util.Map;

/** A sparse linear map along one dimension; its gradient is the transposed one. Results of channels-last operands are channels-last. */
public final class Resample extends UnaryOp {
    private final String name;
    private final int dim;
    private final Taps taps;

    private Resample(String name, int dim, Taps taps) {
        this.name = name;
        this.dim = dim;
        this.taps = taps;
    }

    /**
     * The map of floating point.
     *
     * @param dim  from 0; of size {@code taps.in()}
     * @param taps which elements are summed
     */
    public static Tensor apply(String who, Tensor x, int dim, Taps taps) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("%s: input needs floating point, got %s; convert with to(DType.FLOAT32)", who, x.dtype());
        }
        return Pointwise.wide(x, y -> Autograd.apply(new Resample(who, dim, taps), y));
    }

    /** The elements {@code from} along a dimension, of any element type. */
    public static Tensor pick(String who, Tensor x, int dim, int... from) {
        return x.dtype().isFloating() ? apply(who, x, dim, Taps.picking(x.size(dim), from)) : x.indexSelect(dim, Tensor.of(from).to(DType.INT64).to(x.device()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("dim", dim, "taps", taps);
    }

    @Override
    protected Tensor forward(Tensor x) {
        MemoryFormat format = dim < 2 ? MemoryFormat.CONTIGUOUS : x.memoryFormat();
        Tensor out = Tensor.empty(x.shape().with(dim, taps.out()), x.dtype(), x.device(), format);
        Backend.of(x).pool().resample(x.contiguous(format), dim, taps, out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return Autograd.apply(new Resample(name, dim, taps.transposed()), g);
    }
}
