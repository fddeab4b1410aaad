package io.candela.io.data;

import io.candela.tensor.Tensor;
import java.util.List;

/** Tensors that belong together; as a rule what goes into a network and what should come out. */
public sealed interface TensorGroup permits Sample, Batch {
    /** The tensors. */
    List<Tensor> tensors();

    /** The tensor at a position, from 0. */
    default Tensor get(int position) {
        return tensors().get(position);
    }

    /** The first tensor. */
    default Tensor input() {
        return get(0);
    }

    /**
     * The second tensor.
     *
     * @throws IndexOutOfBoundsException if there is only one
     */
    default Tensor target() {
        return get(1);
    }
}
