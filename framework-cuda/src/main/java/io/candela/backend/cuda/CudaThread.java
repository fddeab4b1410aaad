package io.candela.backend.cuda;

import io.candela.tensor.ThreadContext;

/** What the CUDA backend keeps per thread: which device is current, on which stream work is queued, and the arguments of launches. */
final class CudaThread {
    private CudaDevice current; // whose driver was last told to use it by this thread
    private CudaDevice diverted; // the device whose work goes to stream, not to its own one; null as a rule
    private long stream;
    private boolean capturing; // whether what goes to that stream is noted for a graph, not run
    private Launch launch; // null until the first kernel

    private CudaThread() {}

    static CudaThread current() {
        ThreadContext context = ThreadContext.current();
        CudaThread local = (CudaThread) context.cudaLocal;
        if (local == null) {
            local = new CudaThread();
            context.cudaLocal = local;
        }
        return local;
    }

    /** Makes a device current, as everything needs that the driver does for it. */
    void enter(CudaDevice device) {
        if (current != device) {
            device.driver.use(device.index);
            current = device;
        }
    }

    /** The stream for this thread's work on a device. */
    long stream(CudaDevice device) {
        return diverted == device ? stream : device.mainStream;
    }

    /** Lets this thread's work on a device go to another stream than the device's own; with null all is as usual again. */
    void divert(CudaDevice device, long stream) {
        this.diverted = device;
        this.stream = stream;
    }

    /** Notes that this thread's work is captured, or that it is no more. */
    void setCapturing(boolean capturing) {
        this.capturing = capturing;
    }

    /** @throws CudaException if this thread's work is captured: {@code what} cannot be repeated by a graph */
    void checkRepeats(String what) {
        if (capturing) {
            throw new CudaException("CudaGraph: %s cannot be captured; do it before, on tensors that stay", what);
        }
    }

    Launch launch() {
        Launch l = launch;
        return l != null ? l : (launch = new Launch());
    }
}
