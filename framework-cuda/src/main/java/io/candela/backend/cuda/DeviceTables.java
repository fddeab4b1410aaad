package io.candela.backend.cuda;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.nio.Buffer;
import java.nio.DoubleBuffer;
import java.nio.IntBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small tables of numbers that kernels look up, on the device; the last ones are kept, because networks ask for the same at every step. */
final class DeviceTables {
    private static final int KEPT = 256;

    private final CudaDevice device;
    private final Map<Buffer, Tensor> tables = new LinkedHashMap<>(16, 0.75f, true) { // buffers are equal if their contents are
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Buffer, Tensor> eldest) {
            return size() > KEPT;
        }
    };

    DeviceTables(CudaDevice device) {
        this.device = device;
    }

    /** A table of these numbers, which nobody changes any more. */
    Tensor of(int[] numbers) {
        return of(IntBuffer.wrap(numbers), DType.INT32);
    }

    /** A table of these numbers, which nobody changes any more. */
    Tensor of(double[] numbers) {
        return of(DoubleBuffer.wrap(numbers), DType.FLOAT64);
    }

    private synchronized Tensor of(Buffer numbers, DType type) {
        Tensor table = tables.get(numbers);
        if (table == null) {
            // Not by Tensor.empty: a scope, or the backward pass, in which the table is first asked for would free it at its end.
            long bytes = (long) numbers.remaining() * type.bytes();
            CudaStorage storage = new CudaStorage(device, bytes == 0 ? null : device.memory.allocate(bytes), bytes);
            table = Tensor.over(storage, type, Shape.of(numbers.remaining()), new int[] {1}, 0);
            if (bytes > 0) {
                Transfers.upload(device, numbers, CudaStorage.address(table));
                device.driver.synchronize(device.enter()); // other streams will read it
            }
            tables.put(numbers, table);
        }
        return table;
    }
}
