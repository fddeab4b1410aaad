package io.candela.io;

import io.candela.tensor.Device;
import java.util.Objects;
import java.util.function.Function;

/**
 * How {@link TensorIO#load(java.nio.file.Path, ReadOptions)} and {@link TensorIO#open(java.nio.file.Path, ReadOptions)} make tensors. Immutable;
 * start from {@link #defaults()}: {@code ReadOptions.defaults().mmap(true)}.
 */
public final class ReadOptions {
    private static final ReadOptions DEFAULTS = new ReadOptions(tag -> Device.CPU, false);

    private final Function<String, Device> mapLocation;
    private final boolean mmap;

    private ReadOptions(Function<String, Device> mapLocation, boolean mmap) {
        this.mapLocation = mapLocation;
        this.mmap = mmap;
    }

    /** All tensors on the CPU, read as a whole. */
    public static ReadOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Puts all tensors on one device; the CPU unless set.
     *
     * @throws io.candela.tensor.DeviceException when loading, if this machine does not have the device
     */
    public ReadOptions mapLocation(Device device) {
        Objects.requireNonNull(device, "device");
        return mapLocation(tag -> device);
    }

    /**
     * Chooses the device of each storage by the one it was saved from, such as {@code cpu} or {@code cuda:0}. Formats that note no device give
     * {@code cpu}.
     */
    public ReadOptions mapLocation(Function<String, Device> deviceOfTag) {
        return new ReadOptions(Objects.requireNonNull(deviceOfTag, "deviceOfTag"), mmap);
    }

    /**
     * Whether tensors on the CPU are views of the file, whose bytes the operating system fetches when they are first used; false unless set. What
     * is written to such a tensor stays in memory and never reaches the file. Checksums are not verified. While such tensors live, replace the
     * file as {@link AtomicFile} does, but do not overwrite or shorten it: the process would fail at the missing bytes.
     *
     * <p>What cannot be used as it stands in the file is read: compressed, big-endian and {@code bool} tensors, and files that may not be written,
     * because Java maps no private memory over those.
     */
    public ReadOptions mmap(boolean mmap) {
        return new ReadOptions(mapLocation, mmap);
    }

    Device device(String tag) {
        return Objects.requireNonNull(mapLocation.apply(tag), () -> "mapLocation: no device for " + tag);
    }

    boolean mmap() {
        return mmap;
    }
}
