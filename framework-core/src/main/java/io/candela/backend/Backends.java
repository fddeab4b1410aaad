package io.candela.backend;

import io.candela.backend.cpu.CpuBackend;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The backends of this process. The CPU's is always there; others come from {@link BackendProvider}s on the class path. */
public final class Backends {
    private Backends() {}

    /** Looked up only when a device other than the CPU is asked for, so that CPU programs never pay for it. */
    private static final class Found {
        static final Map<Device.Type, BackendProvider> PROVIDERS = new EnumMap<>(Device.Type.class);
        static final String BROKEN; // what is on the class path and cannot be loaded; empty as a rule

        static {
            StringBuilder broken = new StringBuilder();
            Iterator<BackendProvider> all = ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()).iterator();
            boolean more = true;
            while (more) {
                try {
                    more = all.hasNext();
                    if (more) {
                        BackendProvider p = all.next();
                        PROVIDERS.merge(p.type(), p, (first, second) -> first.unusableBecause() == null ? first : second);
                    }
                } catch (ServiceConfigurationError | LinkageError e) { // others may be whole
                    broken.append("; one could not be loaded: ").append(e.getMessage());
                }
            }
            BROKEN = broken.toString();
        }
    }

    /**
     * The backend of a device.
     *
     * @throws DeviceException if the device is not there or cannot be used; the message says why
     */
    public static Backend of(Device device) {
        if (device.type() == Device.Type.CPU) {
            return CpuBackend.INSTANCE;
        }
        BackendProvider provider = Found.PROVIDERS.get(device.type());
        if (provider == null) {
            throw new DeviceException("%s: no backend for this device is on the class path%s", device, Found.BROKEN);
        }
        String reason = provider.unusableBecause();
        if (reason != null) {
            throw new DeviceException("%s: %s", device, reason);
        }
        if (device.index() >= provider.deviceCount()) {
            throw new DeviceException("%s: there are %d such devices; use an index from 0 to %d", device, provider.deviceCount(),
                    provider.deviceCount() - 1);
        }
        return provider.backend(device.index());
    }

    /** Who offers devices of a kind; null if nobody on the class path does. The CPU needs nobody. */
    public static BackendProvider provider(Device.Type type) {
        return Found.PROVIDERS.get(type);
    }

    /** Whether tensors can be placed on a device. */
    public static boolean isUsable(Device device) {
        if (device.type() == Device.Type.CPU) {
            return true;
        }
        BackendProvider provider = Found.PROVIDERS.get(device.type());
        return provider != null && provider.unusableBecause() == null && device.index() < provider.deviceCount();
    }
}
