package io.candela.backend.cuda;

import io.candela.backend.cuda.driver.DnnLibrary;
import io.candela.backend.cuda.driver.DnnLibrary.Convolution;
import io.candela.backend.cuda.driver.DnnLibrary.Way;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * cuDNN on one device, and which of its ways each convolution takes: the one that it holds for fastest, or was measured to be, among those that fit
 * the limit of their workspace and, if wished, are deterministic. Where memory does not suffice the next one is taken.
 */
final class DnnConv {
    private static final int MOST_CHOICES = 4096;
    private static final String REFUSED = "convolution without cuDNN";
    private static volatile boolean told; // once per process, not per device

    private final CudaDevice device;
    private final Map<Key, Choice> choices = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Choice> eldest) {
            return size() > MOST_CHOICES;
        }
    };
    private DnnLibrary library; // null until the first convolution, and for good if there is none
    private String problem;

    /** What a choice depends on. */
    private record Key(Convolution what, boolean relu, boolean deterministic, boolean measured, long mostBytes) {}

    private enum Outcome { QUEUED, REFUSED, OUT_OF_MEMORY }

    /** The ways of one kind of convolution. */
    private static final class Choice {
        final List<Way> ways;
        volatile int next; // the first of them that is not known to fail

        Choice(List<Way> ways) {
            this.ways = ways;
        }
    }

    /** Queues a convolution in one way; says whether the library could. */
    private interface Call {
        boolean run(DnnLibrary library, Way way, long workspace, long stream);
    }

    DnnConv(CudaDevice device) {
        this.device = device;
    }

    /** Why there is no library; null if there is one. */
    String problem() {
        library();
        return problem;
    }

    private synchronized DnnLibrary library() {
        if (library == null && problem == null) {
            device.enter();
            try {
                library = device.driver.dnn();
            } catch (LinkageError | CudaException e) {
                problem = Installation.explain(e);
                if (!told) {
                    told = true;
                    System.getLogger("io.candela.cuda").log(System.Logger.Level.WARNING,
                            () -> device + ": convolutions run without cuDNN, as matrix products: " + problem);
                }
            }
        }
        return library;
    }

    /**
     * Queues a convolution.
     *
     * @param input the input or, if that is to be computed, its gradient; so are the others. All are as {@link Convolution} wants them
     * @return whether the library is there and can do it; if not, nothing was queued
     */
    boolean run(Convolution what, Tensor input, Tensor weight, Tensor result) {
        long x = CudaStorage.address(input);
        long w = CudaStorage.address(weight);
        long y = CudaStorage.address(result);
        boolean done = run(what, false, x, w, y, (library, way, workspace, stream) -> library.convolve(what, way, x, w, y, workspace, stream));
        if (!done && problem == null) {
            HostFallback.count(REFUSED);
        }
        Reference.reachabilityFence(input);
        Reference.reachabilityFence(weight);
        Reference.reachabilityFence(result);
        return done;
    }

    /** As {@link #run} forward, with {@code max(result + bias + residual, 0)}. */
    boolean runRelu(Convolution what, Tensor input, Tensor weight, Tensor bias, Tensor residual, Tensor result) {
        long x = CudaStorage.address(input);
        long w = CudaStorage.address(weight);
        long y = CudaStorage.address(result);
        long b = CudaStorage.address(bias);
        long r = residual == null ? 0 : CudaStorage.address(residual);
        boolean done = run(what, true, x, w, y, (library, way, workspace, stream) -> library.convolveRelu(what, way, x, w, b, r, y, workspace, stream));
        Reference.reachabilityFence(input);
        Reference.reachabilityFence(weight);
        Reference.reachabilityFence(bias);
        Reference.reachabilityFence(residual);
        Reference.reachabilityFence(result);
        return done;
    }

    private boolean run(Convolution what, boolean relu, long input, long weight, long result, Call call) {
        DnnLibrary dnn = library();
        if (dnn == null) {
            return false;
        }
        long stream = device.enter();
        Choice choice = choice(dnn, what, relu, input, weight, result, stream);
        boolean lacksMemory = false;
        for (int i = choice.next; i < choice.ways.size(); i++) {
            Outcome outcome = run(dnn, choice.ways.get(i), stream, call);
            if (outcome == Outcome.QUEUED) {
                device.settle(stream, what);
                choice.next = i;
                return true;
            }
            lacksMemory |= outcome == Outcome.OUT_OF_MEMORY;
        }
        if (!lacksMemory) {
            choice.next = choice.ways.size();
        }
        return false;
    }

    private Outcome run(DnnLibrary dnn, Way way, long stream, Call call) {
        DeviceMemory.Lease workspace = null;
        try {
            workspace = way.workspaceBytes() == 0 ? null : device.memory.allocate(way.workspaceBytes());
            return call.run(dnn, way, workspace == null ? 0 : workspace.block.address, stream) ? Outcome.QUEUED : Outcome.REFUSED;
        } catch (CudaOutOfMemoryException e) {
            return Outcome.OUT_OF_MEMORY; // another way needs less, at the end that without the library
        } finally {
            if (workspace != null) {
                workspace.end(); // what comes next on the stream may use it
            }
        }
    }

    private Choice choice(DnnLibrary dnn, Convolution what, boolean relu, long input, long weight, long result, long stream) {
        boolean measured = Precision.convMeasured && CudaThread.current().captured(device) == null;
        Key key = new Key(what, relu, Precision.convDeterministic, measured, Precision.mostConvWorkspace);
        synchronized (choices) {
            Choice found = choices.get(key);
            if (found == null && Precision.convMeasured && !measured) {
                found = choices.get(new Key(what, relu, key.deterministic, true, key.mostBytes)); // a capture takes what was measured before
            }
            if (found == null) {
                List<Way> ways = measured ? measure(dnn, what, input, weight, result, stream) : dnn.ways(what);
                found = new Choice(ways.stream().filter(w -> w.workspaceBytes() <= key.mostBytes && (w.isDeterministic() || !key.deterministic)).toList());
                choices.put(key, found);
            }
            return found;
        }
    }

    /** Measures with as much memory as is allowed and there is. */
    private List<Way> measure(DnnLibrary dnn, Convolution what, long input, long weight, long result, long stream) {
        long bytes = 0;
        for (Way way : dnn.ways(what)) {
            bytes = way.workspaceBytes() <= Precision.mostConvWorkspace ? Math.max(bytes, way.workspaceBytes()) : bytes;
        }
        DeviceMemory.Lease workspace = null;
        while (bytes > 0 && workspace == null) {
            try {
                workspace = device.memory.allocate(bytes);
            } catch (CudaOutOfMemoryException e) {
                bytes /= 2;
            }
        }
        try {
            return dnn.measuredWays(what, input, weight, result, workspace == null ? 0 : workspace.block.address, bytes, stream);
        } catch (CudaOutOfMemoryException e) {
            return dnn.ways(what);
        } finally {
            if (workspace != null) {
                workspace.end();
            }
        }
    }

    /** Forgets which ways failed for lack of memory: there may be more now. */
    void forgetFailures() {
        synchronized (choices) {
            choices.values().forEach(c -> c.next = 0);
        }
    }
}
