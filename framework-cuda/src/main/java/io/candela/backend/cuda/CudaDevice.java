package io.candela.backend.cuda;

import io.candela.backend.cuda.driver.CudaDriver;
import io.candela.backend.cuda.driver.DeviceProperties;
import io.candela.backend.cuda.driver.KernelCompiler;
import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.util.ArrayDeque;

/**
 * One GPU: its memory, its kernels and its stream of work. All threads queue their work on one stream, as PyTorch's do on the default stream: so
 * memory that one tensor gave back can serve the next one at once, whose kernels run later.
 */
final class CudaDevice {
    /** Whether all work is waited for where it is queued. */
    static final boolean SYNCHRONOUS = "1".equals(System.getenv("CANDELA_CUDA_SYNC")) || Boolean.getBoolean("candela.cuda.sync");

    final CudaDriver driver;
    final int index;
    final Device device;
    final DeviceProperties properties;
    final DeviceMemory memory;
    final PinnedMemory pinned;
    final PinnedTensors pinnedTensors;
    final Kernels kernels;
    final IndexErrors indexErrors;
    final DnnConv dnn;
    final long mainStream;
    private final ArrayDeque<Long> spareGraphStreams = new ArrayDeque<>();

    CudaDevice(CudaDriver driver, KernelCompiler compiler, int index) {
        this.driver = driver;
        this.index = index;
        this.device = Device.cuda(index);
        this.properties = driver.properties(index);
        CudaThread.current().enter(this);
        this.mainStream = driver.createStream();
        this.memory = new DeviceMemory(this);
        this.pinned = new PinnedMemory(this);
        this.pinnedTensors = new PinnedTensors(this);
        this.kernels = new Kernels(this, compiler);
        this.indexErrors = new IndexErrors(this);
        this.dnn = new DnnConv(this);
    }

    /** The device of a tensor on a GPU. */
    static CudaDevice of(Tensor tensor) {
        return CudaStorage.of(tensor).owner;
    }

    /** Makes this device current for the calling thread, and gives the stream for the thread's work. */
    long enter() {
        CudaThread thread = CudaThread.current();
        thread.enter(this);
        return thread.stream(this);
    }

    /** A stream to capture on, whose memory is its graph's. */
    synchronized long takeGraphStream() {
        Long spare = spareGraphStreams.poll();
        long stream = spare != null ? spare : driver.createStream();
        memory.keepForGraph(stream, true);
        return stream;
    }

    /** Gives it back when the graph is gone. */
    synchronized void giveBackGraphStream(long stream) {
        memory.keepForGraph(stream, false);
        spareGraphStreams.add(stream);
    }

    /**
     * With {@code CANDELA_CUDA_SYNC=1} in the environment waits for what was just queued on a stream, and throws for indices that it found to be out of
     * range, so that all failures are told where they happened. While work is captured nothing runs that could fail.
     */
    void settle(long stream) {
        if (SYNCHRONOUS && CudaThread.current().captured(this) == null) {
            driver.synchronize(stream);
            indexErrors.check();
        }
    }

    /** As {@link #settle(long)} for work other than a kernel's launch, which a failure names. */
    void settle(long stream, Object what) {
        if (SYNCHRONOUS) {
            try {
                settle(stream);
            } catch (CudaException e) {
                CudaException named = new CudaException("%s: %s: %s", this, what, e.getMessage());
                named.initCause(e);
                throw named;
            }
        }
    }

    /** Waits until all is done that this thread, or any thread on the device's own stream, has queued. */
    void synchronize() {
        CudaThread.current().checkRepeats("waiting");
        long stream = enter();
        driver.synchronize(stream);
        if (stream != mainStream) {
            driver.synchronize(mainStream);
        }
        indexErrors.check();
    }

    @Override
    public String toString() {
        return device.toString();
    }
}
