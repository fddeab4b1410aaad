package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.autograd.BinaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * The left operand with elements of the right one written, or added, at row-major positions: what scatter, indexCopy, indexPut and their
 * relatives come down to.
 */
public final class Put extends BinaryOp {
    private final String name;
    private final Tensor positions;
    private final boolean accumulate;
    private final Tensor target;

    /**
     * @param positions  int64, checked, in the right operand's shape
     * @param accumulate whether to add
     * @param target     the left operand to overwrite it, or null
     */
    public Put(String name, Tensor positions, boolean accumulate, Tensor target) {
        this.name = name;
        this.positions = positions;
        this.accumulate = accumulate;
        this.target = target;
    }

    /** Into a copy, or into {@code x} itself; values are stretched to the shape of the positions. */
    static Tensor apply(String name, Tensor x, Tensor values, Tensor positions, boolean accumulate, boolean inPlace) {
        if (!inPlace && Autocast.concerns(Autocast.Rule.WIDEST_ON_CUDA, x)) {
            return Autocast.apply(Autocast.Rule.WIDEST_ON_CUDA, t -> apply(name, t[0], t[1], positions, accumulate, false), x, values);
        }
        if (values.dtype() != x.dtype()) {
            throw new DTypeException("%s: values are %s, the tensor %s; convert them with to(DType.%s)", name, values.dtype(), x.dtype(),
                    x.dtype().name());
        }
        Tensor wide = values.expand(positions.shape().toArray());
        return inPlace ? Autograd.applyInPlace(new Put(name, positions, accumulate, x), x, wide)
                : Autograd.apply(new Put(name, positions, accumulate, null), x, wide);
    }

    /** As {@link #apply}, with a number. */
    static Tensor apply(String name, Tensor x, double value, Tensor positions, boolean inPlace) {
        return apply(name, x, Tensor.full(Shape.SCALAR, value, x.dtype(), x.device()), positions, false, inPlace);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    protected Tensor forward(Tensor x, Tensor values) {
        Tensor out = target;
        if (out == null) {
            out = Pointwise.rowMajor(x);
            Backend.of(x).pointwise().copy(x, out);
        } else {
            Pointwise.checkWritable(name, out);
        }
        Backend.of(x).index().put(values, positions, accumulate, out);
        return out;
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        return accumulate ? g : apply(name, g, 0, positions, false);
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        return g.flatten().indexSelect(0, positions.flatten()).reshape(positions.shape().toArray());
    }
}
