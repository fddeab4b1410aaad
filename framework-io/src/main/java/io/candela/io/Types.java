package io.candela.io;

import io.candela.io.pt.DeviceTag;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import java.util.EnumMap;
import java.util.Map;

/** Element types and devices of files, and those of tensors. */
final class Types {
    private static final Map<ElementType, DType> OF_FILE = new EnumMap<>(ElementType.class);

    static {
        for (DType type : DType.values()) {
            OF_FILE.put(ElementType.ofTorchName(type.torchName()), type);
        }
    }

    private Types() {
    }

    /** @return null if Candela does not have the type */
    static DType ofFile(ElementType type) {
        return OF_FILE.get(type);
    }

    static ElementType toFile(DType type) {
        return ElementType.ofTorchName(type.torchName());
    }

    /** @return null if Candela does not have the device */
    static Device ofFile(DeviceTag device) {
        return switch (device.type()) {
            case "cpu" -> Device.CPU;
            case "cuda" -> Device.cuda(Math.max(device.index(), 0));
            default -> null;
        };
    }

    static DeviceTag toFile(Device device) {
        return device.type() == Device.Type.CPU ? new DeviceTag("cpu", -1) : new DeviceTag("cuda", device.index());
    }
}
