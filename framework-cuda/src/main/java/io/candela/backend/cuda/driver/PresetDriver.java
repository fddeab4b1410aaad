package io.candela.backend.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDeviceTotalMem;
import static org.bytedeco.cuda.global.cudart.cuFuncSetAttribute;
import static org.bytedeco.cuda.global.cudart.cuGetErrorName;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;
import static org.bytedeco.cuda.global.cudart.cudaDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cudaDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cudaEventCreate;
import static org.bytedeco.cuda.global.cudart.cudaEventDestroy;
import static org.bytedeco.cuda.global.cudart.cudaEventElapsedTime;
import static org.bytedeco.cuda.global.cudart.cudaEventQuery;
import static org.bytedeco.cuda.global.cudart.cudaEventRecord;
import static org.bytedeco.cuda.global.cudart.cudaEventSynchronize;
import static org.bytedeco.cuda.global.cudart.cudaFree;
import static org.bytedeco.cuda.global.cudart.cudaFreeHost;
import static org.bytedeco.cuda.global.cudart.cudaGetDeviceCount;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorName;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaGetLastError;
import static org.bytedeco.cuda.global.cudart.cudaGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cudaGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cudaHostAlloc;
import static org.bytedeco.cuda.global.cudart.cudaMalloc;
import static org.bytedeco.cuda.global.cudart.cudaMemGetInfo;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyAsync;
import static org.bytedeco.cuda.global.cudart.cudaMemsetAsync;
import static org.bytedeco.cuda.global.cudart.cudaRuntimeGetVersion;
import static org.bytedeco.cuda.global.cudart.cudaSetDevice;
import static org.bytedeco.cuda.global.cudart.cudaStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cudaStreamCreateWithFlags;
import static org.bytedeco.cuda.global.cudart.cudaStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cudaStreamEndCapture;
import static org.bytedeco.cuda.global.cudart.cudaStreamSynchronize;
import static org.bytedeco.cuda.global.cudart.cudaStreamWaitEvent;

import io.candela.backend.cuda.CudaException;
import io.candela.backend.cuda.CudaOutOfMemoryException;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * NVIDIA's own libraries, by JavaCPP's preset: the runtime API, and for modules and launches the driver API. Of the preset it calls alone what
 * CUDA 13.0 has, because a call to what is missing ends the process.
 *
 * <p>Handles become objects of the preset for one call; those that every operation needs are kept per thread.
 */
public final class PresetDriver implements CudaDriver {
    // the numbers of CUDA's enumerations and flags
    private static final int OUT_OF_MEMORY = 2;
    private static final int NOT_READY = 600;
    private static final int MULTIPROCESSORS = 16;
    private static final int THREADS_PER_MULTIPROCESSOR = 39;
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;
    private static final int SHARED_BYTES = 97;
    private static final int NON_BLOCKING = 1;
    private static final int PORTABLE = 1;
    private static final int RELAXED = 2;
    private static final int DYNAMIC_SHARED_BYTES = 8;

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /** Pointers whose address is set before each call. */
    private static final class Scratch {
        final Address target = new Address();
        final Address source = new Address();
        final Stream stream = new Stream();
        final Function function = new Function();
        final Arguments arguments = new Arguments();
    }

    private static final class Address extends Pointer {
        Address at(long a) {
            address = a;
            return this;
        }
    }

    private static final class Stream extends CUstream_st {
        Stream() {
            super((Pointer) null);
        }

        Stream at(long a) {
            address = a;
            return this;
        }
    }

    private static final class Function extends CUfunc_st {
        Function() {
            super((Pointer) null);
        }

        Function at(long a) {
            address = a;
            return this;
        }
    }

    private static final class Arguments extends PointerPointer<Pointer> {
        Arguments() {
            super((Pointer) null);
        }

        Arguments at(long a) {
            address = a;
            return this;
        }
    }

    private final int devices;

    /**
     * Loads the libraries.
     *
     * @throws LinkageError  if one is missing
     * @throws CudaException if there is no device, or no driver for it
     */
    public PresetDriver() {
        int[] count = new int[1];
        check("cudaGetDeviceCount", cudaGetDeviceCount(count));
        devices = count[0];
    }

    private static void check(String what, int code) {
        if (code == 0) {
            return;
        }
        cudaGetLastError(); // or the next call would report it once more
        String text = cudaGetErrorName(code).getString() + " (" + code + "): " + cudaGetErrorString(code).getString();
        if (code == OUT_OF_MEMORY) {
            throw new CudaOutOfMemoryException("%s failed: %s", what, text);
        }
        throw new CudaException("%s failed: %s", what, text);
    }

    /** Of the driver API, whose codes have other names. */
    private static void checkDriver(String what, int code) {
        if (code == 0) {
            return;
        }
        try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
            String text = cuGetErrorName(code, name) == 0 ? name.get(BytePointer.class).getString() : "unknown error";
            if (code == OUT_OF_MEMORY) {
                throw new CudaOutOfMemoryException("%s failed: %s (%d)", what, text, code);
            }
            throw new CudaException("%s failed: %s (%d)", what, text, code);
        }
    }

    @Override
    public int deviceCount() {
        return devices;
    }

    private static int attribute(int device, int attribute) {
        int[] value = new int[1];
        check("cudaDeviceGetAttribute", cudaDeviceGetAttribute(value, attribute, device));
        return value[0];
    }

    @Override
    public DeviceProperties properties(int device) {
        byte[] name = new byte[256];
        int[] driver = new int[1];
        int[] runtime = new int[1];
        check("cudaDriverGetVersion", cudaDriverGetVersion(driver));
        check("cudaRuntimeGetVersion", cudaRuntimeGetVersion(runtime));
        checkDriver("cuDeviceGetName", cuDeviceGetName(name, name.length, device));
        int length = 0;
        while (name[length] != 0) {
            length++;
        }
        try (SizeTPointer bytes = new SizeTPointer(1)) {
            checkDriver("cuDeviceTotalMem", cuDeviceTotalMem(bytes, device));
            return new DeviceProperties(new String(name, 0, length, java.nio.charset.StandardCharsets.UTF_8), attribute(device, CAPABILITY_MAJOR),
                    attribute(device, CAPABILITY_MINOR), bytes.get(), attribute(device, MULTIPROCESSORS),
                    attribute(device, THREADS_PER_MULTIPROCESSOR), attribute(device, SHARED_BYTES), driver[0], runtime[0]);
        }
    }

    @Override
    public void use(int device) {
        check("cudaSetDevice", cudaSetDevice(device));
    }

    @Override
    public long freeBytes() {
        try (SizeTPointer free = new SizeTPointer(1); SizeTPointer total = new SizeTPointer(1)) {
            check("cudaMemGetInfo", cudaMemGetInfo(free, total));
            return free.get();
        }
    }

    @Override
    public long allocate(long bytes) {
        Address p = new Address();
        check("cudaMalloc", cudaMalloc(p, bytes));
        return p.address();
    }

    @Override
    public void free(long address) {
        check("cudaFree", cudaFree(SCRATCH.get().target.at(address)));
    }

    @Override
    public long allocatePinned(long bytes) {
        Address p = new Address();
        check("cudaHostAlloc", cudaHostAlloc(p, bytes, PORTABLE));
        return p.address();
    }

    @Override
    public void freePinned(long address) {
        check("cudaFreeHost", cudaFreeHost(SCRATCH.get().target.at(address)));
    }

    @Override
    public void copy(long target, long source, long bytes, CopyKind kind, long stream) {
        Scratch s = SCRATCH.get();
        int direction = switch (kind) {
            case TO_DEVICE -> 1;
            case TO_HOST -> 2;
            case ON_DEVICE -> 3;
        };
        check("cudaMemcpyAsync", cudaMemcpyAsync(s.target.at(target), s.source.at(source), bytes, direction, s.stream.at(stream)));
    }

    @Override
    public void fill(long target, int value, long bytes, long stream) {
        Scratch s = SCRATCH.get();
        check("cudaMemsetAsync", cudaMemsetAsync(s.target.at(target), value, bytes, s.stream.at(stream)));
    }

    @Override
    public long createStream() {
        CUstream_st s = new CUstream_st();
        check("cudaStreamCreateWithFlags", cudaStreamCreateWithFlags(s, NON_BLOCKING));
        return s.address();
    }

    @Override
    public void destroyStream(long stream) {
        check("cudaStreamDestroy", cudaStreamDestroy(SCRATCH.get().stream.at(stream)));
    }

    @Override
    public void synchronize(long stream) {
        check("cudaStreamSynchronize", cudaStreamSynchronize(SCRATCH.get().stream.at(stream)));
    }

    private CUevent_st event(long handle) {
        return new CUevent_st(SCRATCH.get().source.at(handle));
    }

    @Override
    public long createEvent() {
        CUevent_st e = new CUevent_st();
        check("cudaEventCreate", cudaEventCreate(e));
        return e.address();
    }

    @Override
    public void destroyEvent(long event) {
        check("cudaEventDestroy", cudaEventDestroy(event(event)));
    }

    @Override
    public void record(long event, long stream) {
        check("cudaEventRecord", cudaEventRecord(event(event), SCRATCH.get().stream.at(stream)));
    }

    @Override
    public boolean isDone(long event) {
        int code = cudaEventQuery(event(event));
        if (code == NOT_READY) {
            return false;
        }
        check("cudaEventQuery", code);
        return true;
    }

    @Override
    public void synchronizeEvent(long event) {
        check("cudaEventSynchronize", cudaEventSynchronize(event(event)));
    }

    @Override
    public void await(long stream, long event) {
        check("cudaStreamWaitEvent", cudaStreamWaitEvent(SCRATCH.get().stream.at(stream), event(event), 0));
    }

    @Override
    public float millisBetween(long first, long second) {
        float[] millis = new float[1];
        check("cudaEventElapsedTime", cudaEventElapsedTime(millis, event(first), event(second)));
        return millis[0];
    }

    @Override
    public long loadModule(byte[] image) {
        CUmod_st module = new CUmod_st();
        try (BytePointer bytes = new BytePointer(image)) {
            checkDriver("cuModuleLoadData", cuModuleLoadData(module, bytes));
        }
        return module.address();
    }

    @Override
    public void unloadModule(long module) {
        checkDriver("cuModuleUnload", cuModuleUnload(new CUmod_st(SCRATCH.get().source.at(module))));
    }

    @Override
    public long function(long module, String name) {
        CUfunc_st function = new CUfunc_st();
        checkDriver("cuModuleGetFunction of " + name, cuModuleGetFunction(function, new CUmod_st(SCRATCH.get().source.at(module)), name));
        return function.address();
    }

    @Override
    public void allowShared(long function, int bytes) {
        checkDriver("cuFuncSetAttribute", cuFuncSetAttribute(SCRATCH.get().function.at(function), DYNAMIC_SHARED_BYTES, bytes));
    }

    @Override
    public void launch(long function, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes, long stream, long arguments) {
        Scratch s = SCRATCH.get();
        checkDriver("cuLaunchKernel", cuLaunchKernel(s.function.at(function), gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes,
                s.stream.at(stream), s.arguments.at(arguments), (PointerPointer<?>) null));
    }

    @Override
    public void beginCapture(long stream) {
        check("cudaStreamBeginCapture", cudaStreamBeginCapture(SCRATCH.get().stream.at(stream), RELAXED));
    }

    @Override
    public long endCapture(long stream) {
        CUgraph_st graph = new CUgraph_st();
        check("cudaStreamEndCapture", cudaStreamEndCapture(SCRATCH.get().stream.at(stream), graph));
        CUgraphExec_st ready = new CUgraphExec_st();
        try {
            check("cudaGraphInstantiate", cudaGraphInstantiate(ready, graph));
        } finally {
            cudaGraphDestroy(graph);
        }
        return ready.address();
    }

    @Override
    public void launchGraph(long graph, long stream) {
        Scratch s = SCRATCH.get();
        check("cudaGraphLaunch", cudaGraphLaunch(new CUgraphExec_st(s.source.at(graph)), s.stream.at(stream)));
    }

    @Override
    public void destroyGraph(long graph) {
        check("cudaGraphExecDestroy", cudaGraphExecDestroy(new CUgraphExec_st(SCRATCH.get().source.at(graph))));
    }

    @Override
    public BlasLibrary blas() {
        return new PresetBlas();
    }

    @Override
    public DnnLibrary dnn() {
        return new PresetDnn();
    }
}
