package io.candela.backend;

import io.candela.tensor.Device;

/** Found by {@link java.util.ServiceLoader}: offers the backends of one kind of device, if it can be used here. */
public interface BackendProvider {
    /** The kind of device. */
    Device.Type type();

    /** Why the device cannot be used here, in one sentence with the remedy; null if it can. Never throws for a missing library. */
    String unusableBecause();

    /** How many devices there are; 0 if unusable. */
    int deviceCount();

    /** The backend of device {@code index}; the same object each time. */
    Backend backend(int index);
}
