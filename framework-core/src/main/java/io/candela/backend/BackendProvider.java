package io.candela.backend;

import io.candela.tensor.Device;
import java.util.Map;

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

    /** What people want to know about device {@code index}: texts and numbers by name, in the order in which they are told. */
    default Map<String, Object> about(int index) {
        return Map.of();
    }

    /** The versions of the libraries behind the devices, by name; of one that is missing, what to do. Told where no device can be used, too. */
    default Map<String, String> libraries() {
        return Map.of();
    }
}
