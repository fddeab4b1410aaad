package io.candela.io.pt;

/** A tensor as {@link PtWriter} sees it. */
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

    /** The same elements in row-major order, at the start of a storage of their own. */
    TensorView contiguous();
}
