package io.candela.backend.cuda;

import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** Row-major stand-ins for tensors whose strides a kernel does not know. */
final class Dense {
    private Dense() {}

    /** The tensor, or a row-major copy of it. */
    static Tensor of(Tensor x) {
        return of(x, x.dtype());
    }

    /** The tensor in a type, row-major: itself if it is so. */
    static Tensor of(Tensor x, DType type) {
        if (x.dtype() == type && x.isContiguous()) {
            return x;
        }
        Tensor out = Tensor.empty(x.shape(), type, x.device());
        Backend.of(x).pointwise().copy(x, out);
        return out;
    }

    /** Where a kernel writes what is to be in {@code out}: that, if it is row-major. See {@link #finish}. */
    static Tensor target(Tensor out) {
        return out.isContiguous() ? out : Tensor.empty(out.shape(), out.dtype(), out.device());
    }

    /** Copies what was written to a {@link #target} where it belongs. */
    static void finish(Tensor target, Tensor out) {
        if (target != out) {
            Backend.of(out).pointwise().copy(target, out);
        }
    }
}
