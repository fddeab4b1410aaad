package io.candela.io;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Shows tensors, types and devices to a writer of files; leaves other values alone. */
final class TensorViews implements UnaryOperator<Object> {
    @Override
    public Object apply(Object value) {
        if (value instanceof Tensor tensor) {
            tensor.storage().checkUsable();
            return new View(tensor);
        } else if (value instanceof DType type) {
            return Types.toFile(type);
        } else if (value instanceof Device device) {
            return Types.toFile(device);
        }
        return value;
    }

    private final class View implements TensorView {
        private final Tensor tensor;

        View(Tensor tensor) {
            this.tensor = tensor;
        }

        @Override
        public Storage storage() {
            return tensor.storage();
        }

        @Override
        public ElementType type() {
            return Types.toFile(tensor.dtype());
        }

        @Override
        public long offset() {
            return tensor.offset();
        }

        @Override
        public long[] sizes() {
            return toLongs(tensor.shape().dims());
        }

        @Override
        public long[] strides() {
            return toLongs(tensor.strides());
        }

        @Override
        public boolean requiresGrad() {
            return tensor.requiresGrad();
        }

        @Override
        public boolean parameter() {
            return false; // a leaf that requires a gradient serves PyTorch as well
        }

        @Override
        public ByteWindow bytes() {
            return StorageBytes.of(tensor.storage());
        }

        @Override
        public TensorView contiguous() {
            return new View(tensor.detach().contiguous());
        }

        private static long[] toLongs(int[] numbers) {
            return Arrays.stream(numbers).asLongStream().toArray();
        }
    }
}
