package io.candela.backend.cuda;

import io.candela.tensor.Device;

/**
 * Work on a GPU that is captured once and then replayed as a whole, PyTorch's {@code torch.cuda.CUDAGraph}: a step of many small kernels costs
 * one launch.
 *
 * <pre>{@code
 * step.run(); // loads the kernels, and gives optimizers their state
 * try (CudaGraph graph = CudaGraph.capture(Device.cuda(0), step)) {
 *     for (Tensor batch : batches) {
 *         input.copyFrom(batch); // the tensor that step reads
 *         graph.replay();
 *     }
 * }
 * }</pre>
 *
 * <p>A replay does the same on the same memory, whatever the program's variables refer to by then: it reads the tensors that were there before
 * the capture, and writes those that were made in it. Memory that was freed while capturing belongs to the graph until it is closed. What needs
 * the host (reading a number, a copy from an array, a kernel that only the CPU has) cannot be captured.
 *
 * <p>Each replay draws new random numbers: it goes on in the streams of the device's generators, as the work itself would, and leaves them behind its
 * own. Each is one step of an optimizer: {@code optimizer.step()} that was captured counts the step and takes the learning rate, the other options
 * and what depends on them from the optimizer at every replay, so that schedules work and {@code stateDict()} is right: PyTorch's
 * {@code capturable=True} without asking for it. The state must have been made, by a step before the capture. Muon, Adafactor and LBFGS refuse.
 */
public final class CudaGraph implements AutoCloseable {
    private final CudaDevice device;
    private final Runnable work; // reaches the tensors whose memory the graph uses
    private final long stream;
    private final long graph;
    private final Captured captured;
    private boolean closed;

    private CudaGraph(CudaDevice device, Runnable work, long stream, long graph, Captured captured) {
        this.device = device;
        this.work = work;
        this.stream = stream;
        this.graph = graph;
        this.captured = captured;
    }

    /**
     * Captures what {@code work} does on a device, on the calling thread, without doing it.
     *
     * @throws CudaException if {@code work} waits for the device or copies from or to the host, or while another capture is under way on this thread
     */
    public static CudaGraph capture(Device device, Runnable work) {
        CudaDevice cuda = Cuda.of(device);
        CudaThread thread = CudaThread.current();
        thread.checkRepeats("a capture");
        cuda.enter();
        long stream = cuda.takeGraphStream();
        cuda.driver.beginCapture(stream);
        thread.divert(cuda, stream);
        Captured captured = new Captured(cuda, stream);
        thread.setCaptured(captured);
        Throwable failure = null;
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            thread.setCaptured(null);
            thread.divert(null, 0);
            captured.rewind();
            if (failure != null) {
                captured.free();
                abandon(cuda, stream, failure);
            }
        }
        cuda.enter();
        return new CudaGraph(cuda, work, stream, cuda.driver.endCapture(stream), captured);
    }

    private static void abandon(CudaDevice cuda, long stream, Throwable failure) {
        try {
            cuda.enter();
            cuda.driver.destroyGraph(cuda.driver.endCapture(stream));
        } catch (CudaException e) {
            failure.addSuppressed(e); // a capture that CUDA itself ended
        }
        cuda.giveBackGraphStream(stream);
    }

    /**
     * Queues the captured work once more.
     *
     * @throws IllegalStateException if the graph was closed
     */
    public void replay() {
        if (closed) {
            throw new IllegalStateException("CudaGraph: closed, so its memory may serve others; capture the work again");
        }
        captured.prepare();
        long on = device.enter();
        device.driver.launchGraph(graph, on);
        device.settle(on, "replay of a CudaGraph");
        java.lang.ref.Reference.reachabilityFence(work);
    }

    /** Waits for the replays and gives up the graph's memory. Tensors made while capturing keep theirs. Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.synchronize();
            device.driver.destroyGraph(graph);
            captured.free();
            device.giveBackGraphStream(stream);
        }
    }
}
