package io.candela.io;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** The files of other programs, and the counting numbers that are in them. */
final class Golden {
    private Golden() {
    }

    /** @param name with its folder, such as {@code npy/v1.npy} */
    static Path file(String name) {
        try {
            return Path.of(Golden.class.getResource("/golden/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Tensor counting(int... shape) {
        return Tensor.arange(Shape.of(shape).numel()).to(DType.FLOAT32).reshape(shape);
    }
}
