package io.candela.backend.cuda;

import io.candela.backend.Backends;
import io.candela.backend.cuda.driver.DeviceProperties;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Generator;
import java.util.Map;

/**
 * NVIDIA GPUs: PyTorch's {@code torch.cuda}. Tensors go there with {@code x.to(Device.cuda(0))}, modules with {@code model.to(Device.cuda(0))}; work
 * on them is queued, and waited for where its results are read.
 */
public final class Cuda {
    private Cuda() {}

    /** Whether there is a GPU that can be used. */
    public static boolean isAvailable() {
        return Backends.isUsable(Device.cuda(0));
    }

    /** Why there is none, in one sentence with the remedy; null if there is one. */
    public static String whyUnavailable() {
        try {
            Backends.of(Device.cuda(0));
            return null;
        } catch (DeviceException e) {
            return e.getMessage();
        }
    }

    /** How many GPUs can be used; 0 if none. */
    public static int deviceCount() {
        int n = 0;
        while (Backends.isUsable(Device.cuda(n))) {
            n++;
        }
        return n;
    }

    /**
     * What a GPU is.
     *
     * @throws DeviceException if {@code device} is not one that can be used, as of all methods that take one
     */
    public static DeviceProperties properties(Device device) {
        return of(device).properties;
    }

    /** The memory that this process uses on a GPU. */
    public static MemoryStatistics memory(Device device) {
        return of(device).memory.statistics();
    }

    /** Lets the peaks of {@link #memory} start anew. */
    public static void resetPeakMemory(Device device) {
        of(device).memory.resetPeaks();
    }

    /** Gives what is kept for reuse back to the GPU, for other programs; pinned memory of the host, too. Tensors keep theirs. */
    public static void emptyCache(Device device) {
        CudaDevice cuda = of(device);
        cuda.memory.empty();
        cuda.pinned.trim();
        cuda.pinnedTensors.trim();
        cuda.dnn.forgetFailures();
    }

    /** Waits until all work queued on a GPU is done: what a clock must do before it is read. */
    public static void synchronize(Device device) {
        of(device).synchronize();
    }

    /** Seeds the random numbers of one GPU: {@code torch.cuda.manual_seed}. {@code Tensor.manualSeed} seeds those of all devices. */
    public static void manualSeed(Device device, long seed) {
        generator(device).manualSeed(seed);
    }

    /** Seeds the random numbers of all GPUs: {@code torch.cuda.manual_seed_all}. */
    public static void manualSeedAll(long seed) {
        Generator.manualSeedDevices(seed);
    }

    /** The state of a GPU's default generator, {@code torch.cuda.get_rng_state}: 16 bytes, the seed and how far its streams are. */
    public static byte[] getRngState(Device device) {
        return generator(device).getState();
    }

    /**
     * Continues from a state that {@link #getRngState} or PyTorch gave.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static void setRngState(Device device, byte[] state) {
        generator(device).setState(state);
    }

    private static Generator generator(Device device) {
        return Generator.getDefault(of(device).device);
    }

    /**
     * How often kernels that GPUs do not have yet ran on the CPU, by name; the fewer, the faster a program. Convolutions that cuDNN is there for but
     * does not take are counted, too, under {@code convolution without cuDNN}: they stay on the GPU.
     */
    public static Map<String, Long> fallbacks() {
        return HostFallback.calls();
    }

    /** Lets {@link #fallbacks} start anew. */
    public static void resetFallbacks() {
        HostFallback.resetCalls();
    }

    /**
     * Whether matrix products of float32 may round their factors to TF32, 10 bits, for several times the speed: PyTorch's
     * {@code torch.backends.cuda.matmul.allow_tf32}, false by default.
     */
    public static boolean isMatmulTf32() {
        return Precision.matmulTf32;
    }

    /** Sets {@link #isMatmulTf32}, for all devices and from the next product on. */
    public static void setMatmulTf32(boolean allow) {
        Precision.matmulTf32 = allow;
    }

    /** The same for convolutions: PyTorch's {@code torch.backends.cudnn.allow_tf32}, true by default. */
    public static boolean isConvTf32() {
        return Precision.convTf32;
    }

    /** Sets {@link #isConvTf32}, for all devices and from the next convolution on. */
    public static void setConvTf32(boolean allow) {
        Precision.convTf32 = allow;
    }

    /**
     * Whether the first convolution of each kind tries all of cuDNN's ways on its operands, and those after it take the fastest: PyTorch's
     * {@code torch.backends.cudnn.benchmark}, false by default. For programs whose sizes stay the same; a capture does not measure.
     */
    public static boolean isConvBenchmark() {
        return Precision.convMeasured;
    }

    /** Sets {@link #isConvBenchmark}, for all devices and from the next convolution on. */
    public static void setConvBenchmark(boolean measure) {
        Precision.convMeasured = measure;
    }

    /**
     * Whether convolutions give the same bits every time, at the price of cuDNN's faster ways: PyTorch's
     * {@code torch.backends.cudnn.deterministic}, false by default. Everything else here is deterministic anyhow.
     */
    public static boolean isConvDeterministic() {
        return Precision.convDeterministic;
    }

    /** Sets {@link #isConvDeterministic}, for all devices and from the next convolution on. */
    public static void setConvDeterministic(boolean deterministic) {
        Precision.convDeterministic = deterministic;
    }

    /** Bytes of memory that a convolution may use beside its operands; 1 GiB by default. Where there is less, cuDNN's smaller ways are taken. */
    public static long convWorkspaceLimit() {
        return Precision.mostConvWorkspace;
    }

    /** Sets {@link #convWorkspaceLimit}, for all devices and from the next convolution on. */
    public static void setConvWorkspaceLimit(long bytes) {
        Precision.mostConvWorkspace = bytes;
    }

    /**
     * Why convolutions on a GPU are matrix products instead of cuDNN's, in one sentence with the remedy; null if they are cuDNN's. Without cuDNN all
     * results are right, and convolutions slower.
     */
    public static String whyNoCudnn(Device device) {
        return of(device).dnn.problem();
    }

    static CudaDevice of(Device device) {
        if (device.type() != Device.Type.CUDA) {
            throw new DeviceException("Cuda: a GPU is needed, got %s", device);
        }
        return ((CudaBackend) Backends.of(device)).cuda;
    }
}
