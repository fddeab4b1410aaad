package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** {@link LeakyReLU} with slopes that are learned: state {@code weight (numParameters)}. */
public final class PReLU extends HookedLayer implements Parametrizable {
    private final Tensor weight;

    /** One slope, which starts at 0.25. */
    public PReLU() {
        this(1, 0.25);
    }

    /**
     * With all options, in float32.
     *
     * @param numParameters 1, or the number of channels of {@code (n, channels, …)}
     * @param init          where all slopes start
     */
    public PReLU(int numParameters, double init) {
        weight = register("weight", Tensor.full(Shape.of(numParameters), init, DType.FLOAT32, Device.CPU));
    }

    /** The slopes. */
    public Tensor weight() {
        return current(weight);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.prelu(x, current(weight));
    }

    @Override
    protected String describe() {
        return "num_parameters=" + weight.numel();
    }
}
