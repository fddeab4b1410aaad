package io.candela.io;

import io.candela.backend.Backends;
import io.candela.backend.cpu.SharedMemory;
import io.candela.io.pt.DeviceTag;
import io.candela.io.pt.NumpyArray;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Makes tensors of what a file describes, each of its storages read or mapped once. Their contents are there when {@link #finish()} returns. */
final class TensorLeaves implements Leaves {
    private static final long MAX_BYTES = Integer.MAX_VALUE - 64; // of a storage in memory

    private final TensorSource source;
    private final ReadOptions options;
    private final ReadCrew crew = new ReadCrew();
    private final Map<StorageRef, Storage> storages = new HashMap<>();
    private final Map<FileSource, MappedFile> mapped = new HashMap<>(); // null for files that cannot be

    TensorLeaves(TensorSource source, ReadOptions options) {
        this.source = source;
        this.options = options;
    }

    /** Waits until everything is read. */
    void finish() throws IOException {
        crew.finish();
        unmap();
    }

    /** Frees all tensors, for a load that failed. */
    void release() throws IOException {
        crew.cancel();
        storages.values().forEach(Storage::release);
        unmap();
    }

    private void unmap() throws IOException {
        for (MappedFile file : mapped.values()) {
            if (file != null) {
                file.close();
            }
        }
    }

    @Override
    public Object tensor(TensorRef ref, String path) throws IOException {
        DType type = type(ref.type(), "tensor", path);
        Shape shape = shape(ref.sizes(), path);
        checkFits(ref.storage(), path); // and with it every stride and offset that is used
        int[] strides = new int[shape.rank()];
        for (int i = 0; i < strides.length; i++) {
            // where a stride is never used it may be anything, as may the offset of an empty tensor
            strides[i] = shape.numel() == 0 || shape.dim(i) == 1 ? shape.contiguousStrides()[i] : Math.toIntExact(ref.strides()[i]);
        }
        int offset = shape.numel() == 0 ? 0 : Math.toIntExact(ref.offset());
        if (ref.requiresGrad() && !type.isFloating()) {
            throw source.fail("tensor '%s' is %s and requires a gradient, which only floating point can", path, type);
        }
        Tensor tensor = Tensor.over(storage(ref.storage()), type, shape, strides, offset);
        return ref.requiresGrad() ? tensor.setRequiresGrad(true) : tensor;
    }

    @Override
    public Object storage(StorageRef ref, String path) throws IOException {
        DType type = type(ref.type(), "storage", path);
        Shape shape = shape(new long[] {ref.numel()}, path);
        checkFits(ref, path);
        return Tensor.over(storage(ref), type, shape, shape.contiguousStrides(), 0);
    }

    @Override
    public Object array(NumpyArray array, String path) throws IOException {
        DType type = type(array.type(), "NumPy array", path);
        Shape shape = shape(array.sizes(), path);
        ByteBuffer bytes = ByteBuffer.allocateDirect(array.elements().remaining()).put(array.elements()).flip();
        if (array.elements().order() == ByteOrder.BIG_ENDIAN) {
            ByteSwap.swap(bytes, array.type().bytes());
        }
        Device device = options.device("cpu");
        Storage storage = Backends.of(device).allocate(type, shape.numel());
        StorageBytes.into(storage, type).put(bytes);
        int[] strides = shape.contiguousStrides().clone();
        if (array.columnMajor()) {
            int stride = 1;
            for (int i = 0; i < strides.length; i++) {
                strides[i] = stride;
                stride *= Math.max(shape.dim(i), 1);
            }
        }
        return Tensor.over(storage, type, shape, strides, 0);
    }

    @Override
    public Object type(ElementType type, String path) {
        DType known = Types.ofFile(type);
        return known == null ? type : known;
    }

    @Override
    public Object device(DeviceTag device, String path) {
        Device known = Types.ofFile(device);
        return known == null ? device : known;
    }

    private void checkFits(StorageRef ref, String path) throws FormatException {
        if (ref.bytes() > MAX_BYTES) {
            throw source.fail("storage of '%s' has %d bytes, at most %d fit one tensor", path, ref.bytes(), MAX_BYTES);
        }
    }

    private Storage storage(StorageRef ref) throws IOException {
        Storage known = storages.get(ref);
        if (known != null) {
            return known;
        }
        StorageRef original = source.original(ref);
        if (original != ref && source.repeatsOriginal(ref)) {
            Storage tied = storage(original);
            storages.put(ref, tied);
            return tied;
        }
        DType type = Types.ofFile(ref.type());
        DType unit = type == null ? DType.UINT8 : type; // the tensor over it may have another type
        Device device = options.device(ref.location());
        Storage storage = options.mmap() && device.equals(Device.CPU) && unit != DType.BOOL ? map(ref) : null;
        if (storage == null) {
            storage = Backends.of(device).allocate(unit, (int) (ref.bytes() / unit.bytes()));
            StorageBytes target = StorageBytes.into(storage, unit);
            crew.add(ref.bytes(), () -> source.readStorage(ref, target));
        }
        storages.put(ref, storage);
        return storage;
    }

    /** @return null if it has to be read */
    private Storage map(StorageRef ref) throws IOException {
        TensorSource.Region region = source.region(ref);
        if (region == null || ref.bytes() == 0) {
            return null;
        }
        if (!mapped.containsKey(region.file())) {
            mapped.put(region.file(), MappedFile.open(region.file(), source));
        }
        MappedFile file = mapped.get(region.file());
        return file == null ? null : SharedMemory.storage(file.bytes(region.position(), (int) ref.bytes()));
    }

    private DType type(ElementType type, String what, String path) throws FormatException {
        DType known = Types.ofFile(type);
        if (known == null) {
            throw source.fail("%s '%s' is %s, which Candela does not have; it has %s%s", what, path, type, Arrays.toString(DType.values()),
                    type.isComplex() ? "; save torch.view_as_real(x) in its place" : "");
        }
        return known;
    }

    private Shape shape(long[] sizes, String path) throws FormatException {
        int[] dims = new int[sizes.length];
        for (int i = 0; i < dims.length; i++) {
            if (sizes[i] > Integer.MAX_VALUE) {
                throw source.fail("tensor '%s' has sizes %s, at most %d are taken", path, Arrays.toString(sizes), Integer.MAX_VALUE);
            }
            dims[i] = (int) sizes[i];
        }
        try {
            return Shape.of(dims);
        } catch (ShapeException e) {
            throw source.fail("tensor '%s' of sizes %s: %s", path, Arrays.toString(sizes), e.getMessage());
        }
    }
}
