package io.candela.backend.cuda.driver;

/**
 * What is asked of CUDA. Addresses, streams, events, modules, functions and graphs are plain numbers, 0 is none; stream 0 is the default stream.
 *
 * <p>A stream runs its copies, fills and kernels in the order in which they were queued; different streams wait for each other by events alone.
 * Everything but {@link #deviceCount}, {@link #properties} and {@link #use} concerns the device that is current on the calling thread. Failures
 * throw {@link io.candela.backend.cuda.CudaException}, and may be those of work queued earlier.
 */
public interface CudaDriver {
    /** How many devices there are. */
    int deviceCount();

    /** What a device is. */
    DeviceProperties properties(int device);

    /** Makes a device current for the calling thread. */
    void use(int device);

    /** Bytes that no program has allocated. */
    long freeBytes();

    /**
     * New memory, aligned to 256 bytes at least, with undefined contents.
     *
     * @throws io.candela.backend.cuda.CudaOutOfMemoryException if there is too little
     */
    long allocate(long bytes);

    /** Gives memory back; waits for the work that is queued on the device. */
    void free(long address);

    /** New host memory that the device reads and writes by itself, so that copies run beside the program. */
    long allocatePinned(long bytes);

    /** Gives it back. */
    void freePinned(long address);

    /** Queues a copy. From or to host memory that is not pinned it is done, for that memory, when the call returns. */
    void copy(long target, long source, long bytes, CopyKind kind, long stream);

    /** Queues the filling of memory with the lowest byte of {@code value}. */
    void fill(long target, int value, long bytes, long stream);

    /** A new stream that does not wait for the default stream. */
    long createStream();

    /** Gives a stream back once its work is done. */
    void destroyStream(long stream);

    /** Waits until all that is queued on a stream is done. */
    void synchronize(long stream);

    /** A new event that was never recorded, and counts as done. */
    long createEvent();

    /** Gives an event back. */
    void destroyEvent(long event);

    /** Queues the event: it is done once all that was queued on the stream before is done. */
    void record(long event, long stream);

    /** Whether an event, as recorded last, is done. */
    boolean isDone(long event);

    /** Waits until an event, as recorded last, is done. */
    void synchronizeEvent(long event);

    /** Lets all that is queued on a stream from now on wait for an event as recorded last. */
    void await(long stream, long event);

    /** Time between two events that are done, in milliseconds. */
    float millisBetween(long first, long second);

    /** Loads what a {@link KernelCompiler} made for the current device. */
    long loadModule(byte[] image);

    /** Gives a module back; its functions are gone. */
    void unloadModule(long module);

    /** The kernel of a module by the name in its source. */
    long function(long module, String name);

    /** Lets a kernel be launched with more than 48 KiB of dynamic shared memory. */
    void allowShared(long function, int bytes);

    /**
     * Queues a kernel.
     *
     * @param arguments host address of an array of pointers to the arguments, as {@code cuLaunchKernel} wants it; read before the call returns
     */
    void launch(long function, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes, long stream, long arguments);

    /** From now on what this thread queues on the stream is not run but noted. */
    void beginCapture(long stream);

    /** Ends {@link #beginCapture}: what was noted, as a graph ready for launches. */
    long endCapture(long stream);

    /** Queues all that a graph holds. */
    void launchGraph(long graph, long stream);

    /** Gives a graph back. */
    void destroyGraph(long graph);

    /**
     * A new library of matrix products for the current device.
     *
     * @throws LinkageError if this machine has none
     */
    BlasLibrary blas();

    /**
     * A new library of convolutions for the current device.
     *
     * @throws LinkageError if this machine has none
     */
    DnnLibrary dnn();
}
