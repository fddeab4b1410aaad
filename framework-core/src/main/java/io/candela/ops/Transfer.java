package io.candela.ops;

import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.backend.Backends;
import io.candela.backend.cpu.SharedMemory;
import io.candela.tensor.Device;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A dense copy on another device, in the {@link MemoryFormat} of the original. */
public final class Transfer extends UnaryOp {
    private final Device to;
    private final boolean nonBlocking;
    private Device from;

    /**
     * @param to          the device of the result
     * @param nonBlocking whether copies from and to pinned memory may run beside the program
     */
    public Transfer(Device to, boolean nonBlocking) {
        this.to = to;
        this.nonBlocking = nonBlocking;
    }

    @Override
    public String name() {
        return "to";
    }

    @Override
    protected Tensor forward(Tensor x) {
        from = x.device();
        MemoryFormat format = x.memoryFormat();
        Tensor dense = x.contiguous(format);
        Backend source = Backends.of(from);
        Backend target = Backends.of(to);
        if (nonBlocking && dense.isPinned()) {
            Tensor out = Tensor.empty(x.shape(), x.dtype(), to, format);
            target.copyPinned(dense.storage(), dense.offset(), out.storage(), 0, x.dtype(), x.numel());
            return out;
        }
        if (nonBlocking && to.type() == Device.Type.CPU) {
            Tensor out = pinned(x, format, source);
            if (out != null) {
                source.copyPinned(dense.storage(), dense.offset(), out.storage(), 0, x.dtype(), x.numel());
                return out;
            }
        }
        Tensor out = Tensor.empty(x.shape(), x.dtype(), to, format);
        int width = x.dtype().bytes();
        int bytes = Math.multiplyExact(x.numel(), width);
        if (from.type() == Device.Type.CPU) {
            target.upload(SharedMemory.bytes(dense.storage(), dense.offset() * width, bytes), x.dtype(), out.storage(), 0);
        } else if (to.type() == Device.Type.CPU) {
            source.download(dense.storage(), x.dtype(), dense.offset(), SharedMemory.bytes(out.storage(), 0, bytes));
        } else {
            ByteBuffer between = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
            source.download(dense.storage(), x.dtype(), dense.offset(), between);
            target.upload(between, x.dtype(), out.storage(), 0);
        }
        Reference.reachabilityFence(dense);
        Reference.reachabilityFence(out);
        return out;
    }

    /** A tensor like x on the CPU, in a device's pinned memory and with undefined elements; null if the device has none. */
    static Tensor pinned(Tensor x, MemoryFormat format, Backend device) {
        Shape shape = x.shape();
        Storage storage = device.allocatePinned(x.dtype(), shape.numel());
        return storage == null ? null : Tensor.over(storage, x.dtype(), shape, format.strides(shape), 0);
    }

    @Override
    protected Tensor grad(Tensor g) {
        return g.to(from, nonBlocking);
    }
}
