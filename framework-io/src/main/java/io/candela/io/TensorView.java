package io.candela.io;

import java.util.Arrays;

/** A tensor as the writers of files see it. */
public interface TensorView {
    /** What stands for the storage: tensors that give the same object share memory, and still do so after loading. */
    Object storage();

    /** The type of the elements. */
    ElementType type();

    /** The element of the storage at which the tensor starts. */
    long offset();

    /** The sizes. */
    long[] sizes();

    /** The strides in elements, one per size. */
    long[] strides();

    /** Whether a gradient is computed for the tensor. */
    boolean requiresGrad();

    /** Whether it is to be loaded as a {@code torch.nn.Parameter}. */
    boolean parameter();

    /** The bytes of the whole storage, little-endian. */
    ByteWindow bytes();

    /** How many elements there are. */
    default long numel() {
        return Arrays.stream(sizes()).reduce(1, (a, b) -> a * b);
    }

    /** Whether the elements stand in row-major order without gaps. */
    default boolean isContiguous() {
        long[] expected = TensorRef.rowMajor(sizes());
        for (int i = 0; i < expected.length; i++) {
            if (sizes()[i] > 1 && strides()[i] != expected[i] && numel() > 0) {
                return false;
            }
        }
        return true;
    }

    /** The same elements in row-major order, at the start of a storage of their own. */
    TensorView contiguous();
}
