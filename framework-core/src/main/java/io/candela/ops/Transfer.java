package io.candela.ops;

import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.Device;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A dense copy on another device, in the {@link MemoryFormat} of the original. */
public final class Transfer extends UnaryOp {
    private final Device to;
    private Device from;

    /** @param to the device of the result */
    public Transfer(Device to) {
        this.to = to;
    }

    @Override
    public String name() {
        return "to";
    }

    @Override
    protected Tensor forward(Tensor x) {
        from = x.device();
        Tensor dense = x.contiguous(x.memoryFormat());
        Tensor out = Tensor.empty(x.shape(), x.dtype(), to, x.memoryFormat());
        int width = x.dtype().bytes();
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(x.numel(), width)).order(ByteOrder.nativeOrder());
        Backend.of(dense).download(dense.storage(), x.dtype(), dense.offset(), bytes);
        Backend.of(out).upload(bytes, x.dtype(), out.storage(), 0);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return g.to(from);
    }
}
