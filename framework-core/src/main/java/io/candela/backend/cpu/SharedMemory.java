package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;

/** Tensors over memory that a program owns. */
public final class SharedMemory {
    private SharedMemory() {}

    /** A contiguous tensor over a direct buffer from its position on; it keeps the buffer reachable. */
    public static Tensor share(ByteBuffer direct, DType dtype, Shape shape) {
        int bytes = shape.numel() * dtype.bytes();
        HostStorage storage = new HostStorage(new HostBlock(direct.slice(direct.position(), bytes), bytes), bytes, direct);
        return Tensor.over(storage, dtype, shape, shape.contiguousStrides(), 0);
    }
}
