package io.candela.tensor;

/**
 * Where a tensor's elements live. {@link #CPU} is the default everywhere; {@code Device.cuda(0)} is the first NVIDIA GPU.
 *
 * @param type  the kind of device
 * @param index which device of that kind, from 0; always 0 for the CPU
 */
public record Device(Type type, int index) {
    /** Kinds of device. */
    public enum Type {
        /** Host memory and the processor's cores. */
        CPU,
        /** An NVIDIA GPU. */
        CUDA
    }

    /** The host. */
    public static final Device CPU = new Device(Type.CPU, 0);

    /** @throws DeviceException if {@code index} is negative, or not 0 for the CPU */
    public Device {
        if (index < 0 || type == Type.CPU && index != 0) {
            throw new DeviceException("Device: index must be %s, got %d", type == Type.CPU ? "0 for the CPU" : "0 or more", index);
        }
    }

    /** The NVIDIA GPU with this index. Whether it exists is checked when a tensor is placed there. */
    public static Device cuda(int index) {
        return new Device(Type.CUDA, index);
    }

    /**
     * Reads PyTorch's spelling: {@code cpu}, {@code cuda} or {@code cuda:1}.
     *
     * @throws DeviceException for anything else
     */
    public static Device parse(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        if (text.equals("cuda")) {
            return cuda(0);
        }
        if (text.matches("cuda:\\d{1,4}")) {
            return cuda(Integer.parseInt(text.substring(5)));
        }
        throw new DeviceException("Device: cannot read '%s'; use cpu, cuda or cuda:N", text);
    }

    /** PyTorch's spelling: {@code cpu}, {@code cuda:0}. */
    @Override
    public String toString() {
        return type == Type.CPU ? "cpu" : "cuda:" + index;
    }
}
