package io.candela.io;

import io.candela.backend.Backends;
import io.candela.io.pt.DeviceTag;
import io.candela.io.pt.ElementType;
import io.candela.io.pt.Leaves;
import io.candela.io.pt.NumpyArray;
import io.candela.io.pt.PtReader;
import io.candela.io.pt.StorageRef;
import io.candela.io.pt.TensorRef;
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

/** Makes tensors of what a file describes, each of its storages read once. */
final class TensorLeaves implements Leaves {
    private static final long MAX_BYTES = Integer.MAX_VALUE - 64; // of a storage in memory

    private final PtReader reader;
    private final ByteBuffer buffer = StorageBytes.newBuffer();
    private final Map<StorageRef, Storage> storages = new HashMap<>();

    TensorLeaves(PtReader reader) {
        this.reader = reader;
    }

    /** Frees all tensors, for a load that failed. */
    void release() {
        storages.values().forEach(Storage::release);
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
            throw reader.fail("tensor '%s' is %s and requires a gradient, which only floating point can", path, type);
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
        ByteBuffer source = array.elements();
        ByteBuffer bytes = ByteBuffer.allocateDirect(source.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        while (source.hasRemaining()) {
            switch (type.bytes()) {
                case 1 -> {
                    byte value = source.get();
                    bytes.put(type == DType.BOOL && value != 0 ? 1 : value);
                }
                case 4 -> bytes.putInt(source.getInt());
                default -> bytes.putLong(source.getLong());
            }
        }
        Storage storage = Backends.of(Device.CPU).allocate(type, shape.numel());
        Backends.of(Device.CPU).upload(bytes.flip(), type, storage, 0);
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
            throw reader.fail("storage of '%s' has %d bytes, at most %d fit one tensor", path, ref.bytes(), MAX_BYTES);
        }
    }

    private Storage storage(StorageRef ref) throws IOException {
        Storage known = storages.get(ref);
        if (known != null) {
            return known;
        }
        DType type = Types.ofFile(ref.type());
        DType unit = type == null ? DType.UINT8 : type; // the tensor over it may have another type
        Storage storage = Backends.of(Device.CPU).allocate(unit, (int) (ref.bytes() / unit.bytes()));
        storages.put(ref, storage);
        reader.readStorage(ref, StorageBytes.into(storage, unit, buffer));
        return storage;
    }

    private DType type(ElementType type, String what, String path) throws FormatException {
        DType known = Types.ofFile(type);
        if (known == null) {
            throw reader.fail("%s '%s' is %s, which Candela does not have; it has %s", what, path, type, Arrays.toString(DType.values()));
        }
        return known;
    }

    private Shape shape(long[] sizes, String path) throws FormatException {
        int[] dims = new int[sizes.length];
        for (int i = 0; i < dims.length; i++) {
            if (sizes[i] > Integer.MAX_VALUE) {
                throw reader.fail("tensor '%s' has sizes %s, at most %d are taken", path, Arrays.toString(sizes), Integer.MAX_VALUE);
            }
            dims[i] = (int) sizes[i];
        }
        try {
            return Shape.of(dims);
        } catch (ShapeException e) {
            throw reader.fail("tensor '%s' of sizes %s: %s", path, Arrays.toString(sizes), e.getMessage());
        }
    }
}
