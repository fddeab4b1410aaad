package io.candela.backend.cuda;

import io.candela.backend.cuda.driver.BlasLibrary;
import io.candela.backend.cuda.driver.CopyKind;
import io.candela.backend.cuda.driver.CudaDriver;
import io.candela.backend.cuda.driver.DeviceProperties;
import io.candela.backend.cuda.driver.DnnLibrary;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.bytedeco.javacpp.Pointer;

/**
 * CUDA without a GPU: devices whose memory is the host's. Kernels run, by {@link HostKernels}, on the source that a GPU would run. What CUDA leaves
 * undefined fails in words: copies and frees outside of allocations, writes around them (red zones are checked), handles that are gone, streams
 * of another device. New memory is filled with bytes that read as NaN.
 *
 * <p>By default what is queued is done at once. A lazy driver does it as late as CUDA might, when somebody waits: so tests see what is used before
 * it is there, or overwritten before it was used.
 */
final class SimulatedDriver implements CudaDriver {
    private static final int RED_ZONE = 512;
    private static final byte RED = (byte) 0xA5;
    private static final int LARGEST_ARGUMENTS = 4096;

    private final int devices;
    private final long bytesPerDevice;
    private final boolean lazy;
    private final ThreadLocal<Integer> current = ThreadLocal.withInitial(() -> 0);
    private final TreeMap<Long, Allocation> allocations = new TreeMap<>();
    private final TreeMap<Long, Allocation> pinned = new TreeMap<>();
    private final long[] used;
    private final Map<Long, Stream> streams = new HashMap<>();
    private final Map<Long, Event> events = new HashMap<>();
    private final Map<Long, HostKernels.Module> modules = new HashMap<>();
    private final Map<Long, HostKernels.Kernel> functions = new HashMap<>();
    private final Map<Long, List<Runnable>> graphs = new HashMap<>();
    private final List<String> log = new ArrayList<>();
    private long nextHandle = 1000;
    private long clock;
    private long limit = Long.MAX_VALUE; // of bytes in use on a device
    int allocateCalls;
    long mostPinned = Long.MAX_VALUE; // bytes that the system pins
    CudaException fault; // of the piece of work that is queued next; thrown when it is done
    int launches;

    private record Allocation(int device, long size, Pointer memory) {}

    private final class Stream {
        final int device;
        final ArrayDeque<Runnable> queue = new ArrayDeque<>(); // of a lazy driver: not done yet
        List<Runnable> capture; // null while nothing is captured
        boolean running;

        Stream(int device) {
            this.device = device;
        }
    }

    private static final class Event {
        final int device;
        long recordings; // asked for
        long done; // of those
        Stream stream; // of the last one
        long time;

        Event(int device) {
            this.device = device;
        }
    }

    /** Devices with {@code bytesPerDevice} of memory each. */
    SimulatedDriver(int devices, long bytesPerDevice, boolean lazy) {
        this.devices = devices;
        this.bytesPerDevice = bytesPerDevice;
        this.lazy = lazy;
        this.used = new long[devices];
        for (int d = 0; d < devices; d++) {
            streams.put((long) -d, new Stream(d)); // the default streams; handle 0 is the current device's
        }
    }

    /** What was queued, in order, since the last call: {@code copy 64 on 1001}, {@code launch add on 1001} and so on. */
    synchronized List<String> takeLog() {
        List<String> out = List.copyOf(log);
        log.clear();
        return out;
    }

    /** Lets every device give no more than so many bytes, as if other programs had the rest. */
    synchronized void limit(long bytes) {
        limit = bytes;
    }

    /** Allocations that nobody freed. */
    synchronized int openAllocations() {
        return allocations.size();
    }

    /** Fails if somebody wrote outside of what was allocated. */
    synchronized void checkRedZones() {
        allocations.forEach(SimulatedDriver::checkRedZones);
        pinned.forEach(SimulatedDriver::checkRedZones);
    }

    private static void checkRedZones(long address, Allocation a) {
        byte[] zone = new byte[RED_ZONE];
        for (long start : new long[] {address - RED_ZONE, address + a.size}) {
            new At(start).get(zone);
            for (int i = 0; i < RED_ZONE; i++) {
                if (zone[i] != RED) {
                    throw new AssertionError("byte %d outside of %d bytes at %x was written".formatted(start + i - address, a.size, address));
                }
            }
        }
    }

    @Override
    public int deviceCount() {
        return devices;
    }

    @Override
    public DeviceProperties properties(int device) {
        return new DeviceProperties("Simulated " + device, 9, 0, bytesPerDevice, 4, 2048, 64 << 10, 13000, 13000);
    }

    @Override
    public void use(int device) {
        check(device >= 0 && device < devices, "no device %d", device);
        current.set(device);
    }

    // ---- memory ----

    /** Raw memory at an address. */
    private static final class At extends org.bytedeco.javacpp.BytePointer {
        At(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    @Override
    public synchronized long freeBytes() {
        return Math.max(Math.min(bytesPerDevice, limit) - used[current.get()], 0);
    }

    @Override
    public synchronized long allocate(long bytes) {
        int device = current.get();
        check(bytes > 0, "allocation of %d bytes", bytes);
        allocateCalls++;
        if (used[device] + bytes > Math.min(bytesPerDevice, limit)) {
            throw new CudaOutOfMemoryException("cudaMalloc: %d bytes", bytes);
        }
        used[device] += bytes;
        return newMemory(allocations, device, bytes);
    }

    private static long newMemory(TreeMap<Long, Allocation> in, int device, long bytes) {
        Pointer p = Pointer.malloc(bytes + 2 * RED_ZONE + 256);
        long address = (p.address() + RED_ZONE + 255) & -256;
        Pointer.memset(new At(address - RED_ZONE), RED, bytes + 2 * RED_ZONE);
        Pointer.memset(new At(address), 0xFF, bytes);
        in.put(address, new Allocation(device, bytes, p));
        return address;
    }

    @Override
    public synchronized void free(long address) {
        streams.values().forEach(s -> run(s, Integer.MAX_VALUE));
        Allocation a = allocations.remove(address);
        check(a != null, "free of %x, which is not allocated", address);
        checkRedZones(address, a);
        used[a.device] -= a.size;
        Pointer.free(a.memory);
    }

    @Override
    public synchronized long allocatePinned(long bytes) {
        if (pinned.values().stream().mapToLong(Allocation::size).sum() + bytes > mostPinned) {
            throw new CudaOutOfMemoryException("cudaHostAlloc: %d bytes", bytes);
        }
        return newMemory(pinned, -1, bytes);
    }

    @Override
    public synchronized void freePinned(long address) {
        Allocation a = pinned.remove(address);
        check(a != null, "free of pinned memory %x, which is not allocated", address);
        checkRedZones(address, a);
        Pointer.free(a.memory);
    }

    private void checkOnDevice(long address, long bytes) {
        var below = allocations.floorEntry(address);
        check(below != null && address + bytes <= below.getKey() + below.getValue().size, "%d bytes at %x are not allocated", bytes, address);
    }

    @Override
    public synchronized void copy(long target, long source, long bytes, CopyKind kind, long stream) {
        queue(stream, "copy " + bytes, () -> {
            if (kind != CopyKind.TO_HOST) {
                checkOnDevice(target, bytes);
            }
            if (kind != CopyKind.TO_DEVICE) {
                checkOnDevice(source, bytes);
            }
            Pointer.memmove(new At(target), new At(source), bytes);
        });
    }

    @Override
    public synchronized void fill(long target, int value, long bytes, long stream) {
        queue(stream, "fill " + bytes, () -> {
            checkOnDevice(target, bytes);
            Pointer.memset(new At(target), value, bytes);
        });
    }

    // ---- streams and events ----

    private Stream stream(long handle) {
        Stream s = streams.get(handle == 0 ? -(long) current.get() : handle);
        check(s != null, "no stream %d", handle);
        check(s.device == current.get(), "stream %d is of device %d, current is %d", handle, s.device, current.get());
        return s;
    }

    private void queue(long handle, String what, Runnable task) {
        Stream s = stream(handle);
        CudaException failure = fault;
        fault = null;
        Runnable work = failure == null ? task : () -> {
            throw failure;
        };
        log.add(what + " on " + handle);
        if (s.capture != null) {
            s.capture.add(work);
            return;
        }
        s.queue.add(work);
        if (!lazy) {
            run(s, Integer.MAX_VALUE);
        }
    }

    /** Does up to {@code most} pieces of what is queued. */
    private static void run(Stream s, int most) {
        if (s.running) {
            throw new AssertionError("streams wait for each other");
        }
        s.running = true;
        try {
            for (int i = 0; i < most && !s.queue.isEmpty(); i++) {
                s.queue.removeFirst().run();
            }
        } finally {
            s.running = false;
        }
    }

    @Override
    public synchronized long createStream() {
        streams.put(++nextHandle, new Stream(current.get()));
        return nextHandle;
    }

    @Override
    public synchronized void destroyStream(long stream) {
        run(stream(stream), Integer.MAX_VALUE);
        streams.remove(stream);
    }

    @Override
    public synchronized void synchronize(long stream) {
        Stream s = stream(stream);
        check(s.capture == null, "stream %d is capturing: nobody may wait for it", stream);
        run(s, Integer.MAX_VALUE);
    }

    private Event event(long handle) {
        Event e = events.get(handle);
        check(e != null, "no event %d", handle);
        return e;
    }

    @Override
    public synchronized long createEvent() {
        events.put(++nextHandle, new Event(current.get()));
        return nextHandle;
    }

    @Override
    public synchronized void destroyEvent(long event) {
        event(event);
        events.remove(event);
    }

    @Override
    public synchronized void record(long event, long stream) {
        Event e = event(event);
        check(e.device == stream(stream).device, "event %d is of device %d", event, e.device);
        e.stream = stream(stream);
        long number = ++e.recordings;
        queue(stream, "record", () -> {
            e.done = number;
            e.time = ++clock;
        });
    }

    @Override
    public synchronized boolean isDone(long event) {
        Event e = event(event);
        if (e.done < e.recordings && !e.stream.running) {
            run(e.stream, 1); // a device gets on by itself
        }
        return e.done == e.recordings;
    }

    @Override
    public synchronized void synchronizeEvent(long event) {
        Event e = event(event);
        while (e.done < e.recordings) {
            run(e.stream, 1);
        }
    }

    @Override
    public synchronized void await(long stream, long event) {
        Event e = event(event);
        long number = e.recordings;
        queue(stream, "await", () -> {
            while (e.done < number) {
                run(e.stream, 1);
            }
        });
    }

    @Override
    public synchronized float millisBetween(long first, long second) {
        check(isDone(first) && isDone(second), "events %d and %d are not both done", first, second);
        return event(second).time - event(first).time;
    }

    // ---- kernels ----

    @Override
    public synchronized long loadModule(byte[] image) {
        modules.put(++nextHandle, HostKernels.load(image));
        return nextHandle;
    }

    @Override
    public synchronized void unloadModule(long module) {
        check(modules.remove(module) != null, "no module %d", module);
    }

    @Override
    public synchronized long function(long module, String name) {
        HostKernels.Module m = modules.get(module);
        check(m != null, "no module %d", module);
        functions.put(++nextHandle, m.kernel(name));
        return nextHandle;
    }

    @Override
    public synchronized void allowShared(long function, int bytes) {
        check(functions.containsKey(function) && bytes <= properties(0).sharedBytesPerBlock(), "%d bytes of shared memory", bytes);
    }

    @Override
    public synchronized void launch(long function, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes, long stream,
            long arguments) {
        HostKernels.Kernel kernel = functions.get(function);
        check(kernel != null, "no function %d", function);
        check((long) blockX * blockY * blockZ <= 1024 && gridY <= 65535 && gridZ <= 65535, "%s: grid (%d, %d, %d) of blocks (%d, %d, %d)", kernel.name(),
                gridX, gridY, gridZ, blockX, blockY, blockZ);
        launches++;
        boolean now = !lazy && stream(stream).capture == null;
        ByteBuffer kept = now ? null : copyOfArguments();
        long there = now ? arguments : new Pointer(kept).address() + LARGEST_ARGUMENTS;
        queue(stream, "launch " + kernel.name(), () -> {
            kernel.launch(gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, there);
            Reference.reachabilityFence(kept);
        });
    }

    /** The arguments of the launch that this thread is making; behind them the pointers to them. */
    private static ByteBuffer copyOfArguments() {
        Launch launch = CudaThread.current().launch();
        long from = new Pointer(launch.values).address();
        ByteBuffer copy = ByteBuffer.allocateDirect(LARGEST_ARGUMENTS + launch.pointers.capacity()).order(ByteOrder.nativeOrder());
        copy.put(0, launch.values, 0, launch.values.position());
        long to = new Pointer(copy).address();
        for (int i = 0; i < launch.pointers.position(); i += 8) {
            copy.putLong(LARGEST_ARGUMENTS + i, launch.pointers.getLong(i) - from + to);
        }
        return copy;
    }

    // ---- graphs ----

    @Override
    public synchronized void beginCapture(long stream) {
        check(stream != 0, "the default stream cannot be captured");
        Stream s = stream(stream);
        check(s.capture == null, "stream %d is capturing already", stream);
        s.capture = new ArrayList<>();
    }

    @Override
    public synchronized long endCapture(long stream) {
        Stream s = stream(stream);
        check(s.capture != null, "stream %d is not capturing", stream);
        graphs.put(++nextHandle, s.capture);
        s.capture = null;
        return nextHandle;
    }

    @Override
    public synchronized void launchGraph(long graph, long stream) {
        List<Runnable> work = graphs.get(graph);
        check(work != null, "no graph %d", graph);
        queue(stream, "graph", () -> work.forEach(Runnable::run));
    }

    @Override
    public synchronized void destroyGraph(long graph) {
        check(graphs.remove(graph) != null, "no graph %d", graph);
    }

    // ---- libraries ----

    /** What was asked of {@link #blas}, in order, since the start. */
    final List<BlasLibrary.Product> products = new ArrayList<>();
    /** Products that {@link #blas} does not do. */
    Predicate<BlasLibrary.Product> refused = p -> false;

    @Override
    public synchronized BlasLibrary blas() {
        int device = current.get();
        return new BlasLibrary() {
            @Override
            public long workspaceBytes() {
                return 1 << 10;
            }

            @Override
            public boolean multiply(Product p, long a, long b, long bias, long out, long workspace, long stream) {
                synchronized (SimulatedDriver.this) {
                    check(current.get() == device, "the library is of device %d, current is %d", device, current.get());
                    if (refused.test(p)) {
                        return false;
                    }
                    products.add(p);
                    SimulatedBlas call = new SimulatedBlas(p, a, b, bias, out);
                    queue(stream, "multiply", () -> {
                        checkOnDevice(workspace, workspaceBytes());
                        call.run(SimulatedDriver.this::checkOnDevice);
                    });
                    return true;
                }
            }
        };
    }

    /** What {@link #dnn} gives; null for a machine without one. */
    SimulatedDnn dnn = new SimulatedDnn(this::checkOnDevice, this::queue);

    @Override
    public synchronized DnnLibrary dnn() {
        if (dnn == null) {
            throw new UnsatisfiedLinkError("libcudnn.so.9: cannot open shared object file");
        }
        return dnn;
    }

    private static void check(boolean right, String format, Object... values) {
        if (!right) {
            throw new AssertionError(format.formatted(values));
        }
    }
}
