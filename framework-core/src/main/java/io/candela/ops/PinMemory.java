package io.candela.ops;

import io.candela.autograd.UnaryOp;
import io.candela.backend.Backends;
import io.candela.backend.cpu.CpuBackend;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Tensor;

/** A dense copy in pinned memory of the host, in the original's order. */
public final class PinMemory extends UnaryOp {
    private static final Device GPU = Device.cuda(0); // what is pinned for one is for all

    @Override
    public String name() {
        return "pinMemory";
    }

    @Override
    protected Tensor forward(Tensor x) {
        if (x.device().type() != Device.Type.CPU) {
            throw new DeviceException("pinMemory: only memory of the CPU can be pinned, %s is on %s", x.shape(), x.device());
        }
        Tensor out = Transfer.pinned(x, x.memoryFormat(), Backends.of(GPU));
        CpuBackend.INSTANCE.pointwise().copy(x, out);
        return out;
    }

    @Override
    protected Tensor grad(Tensor g) {
        return g;
    }
}
