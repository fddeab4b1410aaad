package io.candela.tensor;

/** Methods of {@link Tensor} that copy elements out to Java. On a GPU they wait for the work before. */
public sealed interface DataMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** How many bytes the elements take. */
    default long nbytes() {
        return (long) self().numel() * self().dtype().bytes();
    }

    /**
     * The only element, as a double ({@code bool} as 0 or 1).
     *
     * @throws ShapeException if there is not exactly one
     */
    default double item() {
        return TensorData.item(self());
    }

    /**
     * The only element, as a long; floating point is cut off.
     *
     * @throws ShapeException if there is not exactly one
     */
    default long itemLong() {
        return TensorData.itemLong(self());
    }

    /** One element as a double; one index per dimension, negative counts from the end. */
    default double at(int... index) {
        return TensorData.at(self(), index).item();
    }

    /** All elements in row-major order, converted to float. A copy. */
    default float[] toFloatArray() {
        return TensorData.toFloats(self());
    }

    /** All elements in row-major order, converted to double. A copy. */
    default double[] toDoubleArray() {
        return TensorData.toDoubles(self());
    }

    /** All elements in row-major order, converted to long; floating point is cut off. A copy. */
    default long[] toLongArray() {
        return TensorData.toLongs(self());
    }

    /** All elements in row-major order, converted to int; floating point is cut off. A copy. */
    default int[] toIntArray() {
        return TensorData.toInts(self());
    }

    /** All elements in row-major order, converted to short; floating point is cut off, larger integers lose their upper bits. A copy. */
    default short[] toShortArray() {
        return TensorData.toShorts(self());
    }

    /** All elements in row-major order: true where not 0. A copy. */
    default boolean[] toBooleanArray() {
        return TensorData.toBooleans(self());
    }

    /** All elements in row-major order as raw bytes of this type, native byte order, in a new direct buffer. A copy. */
    default java.nio.ByteBuffer toByteBuffer() {
        return TensorData.toBytes(self());
    }

    /** Whether this tensor is in host memory that GPUs copy from and to by themselves: made by {@link #pinMemory}, or by a non-blocking copy. */
    default boolean isPinned() {
        return self().storage().isPinned();
    }

    /**
     * A copy of this CPU tensor in host memory that GPUs copy from by themselves, for {@link Tensor#to(Device, boolean)}; itself if it is there
     * already. Differentiable. The memory is kept for reuse when nobody uses it any more, and taken again after the copies that use it.
     *
     * @throws DeviceException if this tensor is not on the CPU, or there is no GPU
     */
    default Tensor pinMemory() {
        return isPinned() ? self() : io.candela.autograd.Autograd.apply(new io.candela.ops.PinMemory(), self());
    }
}
