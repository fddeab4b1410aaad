package io.candela.backend.cuda;

import io.candela.tensor.ThreadContext;

/** What the CUDA backend keeps per thread: which device is current, on which stream work is queued, and the arguments of launches. */
final class CudaThread {
    private CudaDevice current; // whose driver was last told to use it by this thread
    private CudaDevice diverted; // the device whose work goes to stream, not to its own one; null as a rule
    private long stream;
    private Captured captured; // of the graph for which what goes to that stream is noted, not run; null as a rule
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

    /** Notes that this thread's work is captured, or with null that it is no more. */
    void setCaptured(Captured captured) {
        this.captured = captured;
    }

    /** Of the graph for which this thread's work on a device is noted; null if it is done. */
    Captured captured(CudaDevice device) {
        return captured != null && captured.device() == device ? captured : null;
    }

    /** @throws CudaException if this thread's work is captured: {@code what} cannot be repeated by a graph */
    void checkRepeats(String what) {
        if (captured != null) {
            throw new CudaException("CudaGraph: %s cannot be captured; do it before, on tensors that stay", what);
        }
    }

    Launch launch() {
        Launch l = launch;
        return l != null ? l : (launch = new Launch());
    }
}
