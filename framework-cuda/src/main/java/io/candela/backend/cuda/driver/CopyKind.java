package io.candela.backend.cuda.driver;

/** Where the bytes of a copy come from, and where they go. */
public enum CopyKind {
    /** From host memory to a device. */
    TO_DEVICE,
    /** From a device to host memory. */
    TO_HOST,
    /** Within a device, or from one to another. */
    ON_DEVICE
}
