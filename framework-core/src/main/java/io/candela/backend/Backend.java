package io.candela.backend;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import java.nio.Buffer;

/**
 * The seam between tensors and a device: memory, and kernels in groups. Everything above it knows neither addresses nor buffers.
 *
 * <p>Kernels write into a result that the caller allocated with the right shape and type; operands that are smaller broadcast to it. Callers
 * have checked shapes, types, devices and ranges, except where a method says that it checks. A backend never sees gradients.
 */
public interface Backend {
    /** The device whose tensors this backend takes. */
    Device device();

    /** New memory for {@code count} elements; its contents are undefined. */
    Storage allocate(DType dtype, int count);

    /**
     * Copies what remains in {@code source} into a storage, from element {@code offset} of type {@code dtype}.
     *
     * @param source of the element's Java type, or a byte buffer with raw elements in native order
     */
    void upload(Buffer source, DType dtype, Storage target, int offset);

    /** The inverse of {@link #upload}: copies as much as remains in {@code target}. */
    void download(Storage source, DType dtype, int offset, Buffer target);

    /**
     * New memory of the host that this device copies from and to by itself, beside the program: a storage of the CPU; its contents are undefined.
     *
     * @return null if the device copies from any memory alike
     */
    default Storage allocatePinned(DType dtype, int count) {
        return null;
    }

    /**
     * Queues a copy of {@code count} elements between this device and memory that {@link #allocatePinned} gave, in the order of the device's other
     * work, and returns at once. One of the storages is on the CPU. As a source it must not change before the copy is done; as a target it waits
     * when it is used.
     */
    default void copyPinned(Storage source, int sourceOffset, Storage target, int targetOffset, DType dtype, int count) {
        throw new UnsupportedOperationException(device() + " has no pinned memory");
    }

    /** Element by element kernels, copies and fills. */
    PointwiseKernels pointwise();

    /** Functions of mathematics that few need. */
    SpecialKernels special();

    /** Reductions and scans. */
    ReduceKernels reduce();

    /** Matrix products. */
    MatrixKernels matrix();

    /** Convolutions. */
    ConvKernels conv();

    /** Factorizations and solutions of linear systems. */
    LinalgKernels linalg();

    /** Gather, scatter, sort. */
    IndexKernels index();

    /** Fused kernels of layers and losses. */
    NnKernels nn();

    /** Fused kernels of normalization layers. */
    NormKernels norm();

    /** Pooling and resampling. */
    PoolKernels pool();

    /** Fused recurrent networks. */
    RecurrentKernels recurrent();

    /** Fused optimizer updates. */
    OptimKernels optim();

    /** Counts, where kernels that the CPU runs for this device are counted, that it does something else for it. */
    default void countHostWork(String what) {}

    /** Waits until all work queued on the device is done; nothing to do where kernels run at once. */
    default void synchronize() {}

    /** The backend of a tensor's device. */
    static Backend of(Tensor tensor) {
        return Backends.of(tensor.device());
    }
}
