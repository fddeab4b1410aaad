package io.candela.io;

import io.candela.io.pt.DeviceTag;
import io.candela.io.pt.NumpyArray;
import java.io.IOException;

/**
 * Makes the values of a nest that depend on the framework. What is not overridden stays as the file has it.
 *
 * <p>{@code path} tells where the value stands, such as {@code model.fc1.weight}; it is for messages.
 */
public interface Leaves {
    /** A tensor; asked for once per tensor of the file, so that two places with the same tensor get the same object. */
    default Object tensor(TensorRef tensor, String path) throws IOException {
        return tensor;
    }

    /** A storage that was saved by itself, without a tensor. */
    default Object storage(StorageRef storage, String path) throws IOException {
        return storage;
    }

    /** A NumPy array. */
    default Object array(NumpyArray array, String path) throws IOException {
        return array;
    }

    /** A {@code torch.dtype}. */
    default Object type(ElementType type, String path) throws IOException {
        return type;
    }

    /** A {@code torch.device}. */
    default Object device(DeviceTag device, String path) throws IOException {
        return device;
    }
}
