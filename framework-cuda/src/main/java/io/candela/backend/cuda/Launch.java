package io.candela.backend.cuda;

import io.candela.tensor.DeviceException;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.Pointer;

/**
 * One launch of a kernel: {@code Launch.of(kernel).tensor(x).tensor(out).number(n).over(n)}. Arguments come in the order of the kernel's
 * parameters, each by the method of its type. There is one object per thread, reused: a launch is begun and run before the next one.
 *
 * <p>With {@code CANDELA_CUDA_SYNC=1} in the environment every launch is waited for, as is all other work: see {@link CudaDevice#settle}.
 */
final class Launch {
    /** Threads per block of {@link #over}. */
    static final int THREADS = 256;
    private static final int MOST_BYTES = 4096; // CUDA's limit for all arguments of a kernel
    private static final int MOST_ARGUMENTS = 64;

    final ByteBuffer values = ByteBuffer.allocateDirect(MOST_BYTES).order(ByteOrder.nativeOrder());
    final ByteBuffer pointers = ByteBuffer.allocateDirect(MOST_ARGUMENTS * 8).order(ByteOrder.nativeOrder());
    private final long valuesAddress = new Pointer(values).address();
    private final long pointersAddress = new Pointer(pointers).address();
    private final Object[] reachable = new Object[MOST_ARGUMENTS]; // whose memory must not be reused before the kernel is queued
    private Kernels.Kernel kernel; // null while no launch is being made

    /** Begins a launch on the kernel's device and this thread's stream. */
    static Launch of(Kernels.Kernel kernel) {
        Launch l = CudaThread.current().launch();
        l.kernel = kernel;
        l.values.clear();
        l.pointers.clear();
        return l;
    }

    /** The address of a tensor's first element; null gives the null pointer. The tensor's strides are the caller's affair. */
    Launch tensor(Tensor tensor) {
        if (tensor == null) {
            return address(0);
        }
        if (!(tensor.storage() instanceof CudaStorage s) || s.owner != kernel.device) {
            throw new DeviceException("%s: %s is on %s, other operands on %s; move one with to(device)", kernel, tensor.shape(), tensor.device(),
                    kernel.device);
        }
        reachable[pointers.position() / 8] = tensor;
        return address(CudaStorage.address(tensor));
    }

    /** A pointer. */
    Launch address(long address) {
        begin(8).putLong(address);
        return this;
    }

    /** An {@code int}. */
    Launch number(int value) {
        begin(4).putInt(value);
        return this;
    }

    /** A {@code long long}. */
    Launch number(long value) {
        begin(8).putLong(value);
        return this;
    }

    /** A {@code float}. */
    Launch number(float value) {
        begin(4).putFloat(value);
        return this;
    }

    /** A {@code double}. */
    Launch number(double value) {
        begin(8).putDouble(value);
        return this;
    }

    /** A {@code bool}. */
    Launch flag(boolean value) {
        begin(1).put((byte) (value ? 1 : 0));
        return this;
    }

    /** A struct of ints, by value. */
    Launch ints(int... members) {
        ByteBuffer to = begin(4);
        for (int m : members) {
            to.putInt(m);
        }
        return this;
    }

    /** A struct of long longs, by value. */
    Launch longs(long... members) {
        ByteBuffer to = begin(8);
        for (long m : members) {
            to.putLong(m);
        }
        return this;
    }

    /** Starts an argument that its caller writes, such as a struct of several types. */
    ByteBuffer begin(int alignment) {
        int at = values.position() + alignment - 1 & -alignment;
        values.position(at);
        pointers.putLong(valuesAddress + at);
        return values;
    }

    /** Runs a kernel that walks over {@code n} items in strides of the grid: as many threads as there are items, or as the device holds a few times. */
    void over(long n) {
        over(n, THREADS);
    }

    /** As {@link #over(long)}, with {@code threads} per block. */
    void over(long n, int threads) {
        var properties = kernel.device.properties;
        long most = (long) properties.multiprocessors() * (properties.threadsPerMultiprocessor() / threads) * 4;
        run((int) Math.min((n + threads - 1) / threads, Math.max(most, 1)), threads, 0);
    }

    /** Runs {@code blocks} blocks; none does nothing. */
    void run(int blocks, int threads, int sharedBytes) {
        run(blocks, 1, 1, threads, 1, 1, sharedBytes);
    }

    /** Runs blocks in up to three dimensions; none does nothing. */
    void run(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes) {
        Kernels.Kernel k = kernel;
        kernel = null;
        int arguments = pointers.position() / 8;
        try {
            if (gridX > 0 && gridY > 0 && gridZ > 0) {
                long function = k.function();
                queue(k, function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes);
            }
        } finally {
            java.util.Arrays.fill(reachable, 0, arguments, null);
        }
    }

    private void queue(Kernels.Kernel k, long function, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes) {
        CudaDevice device = k.device;
        long stream = device.enter();
        try {
            device.driver.launch(function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, stream, pointersAddress);
            device.settle(stream);
        } catch (CudaException e) {
            CudaException named = new CudaException("%s: %s, grid (%d, %d, %d) of blocks (%d, %d, %d), %d bytes shared: %s%s", device, k, gridX, gridY,
                    gridZ, blockX, blockY, blockZ, sharedBytes, e.getMessage(),
                    CudaDevice.SYNCHRONOUS ? "" : "; it may be work queued earlier that failed: CANDELA_CUDA_SYNC=1 in the environment tells");
            named.initCause(e);
            throw named;
        }
    }
}
