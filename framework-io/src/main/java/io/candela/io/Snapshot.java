package io.candela.io;

import io.candela.backend.Backends;
import io.candela.io.pt.PtWriter;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.StateDict;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.Tuple;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A copy of a nest that nothing changes any more, its tensors in memory of the CPU's pool. Tensors that share memory share it in the copy too;
 * of each memory that part is copied which lies between the first and the last element used.
 */
final class Snapshot {
    private static final int CHUNK = 1 << 20; // what a StorageBytes shows at once
    private static final int ALIGNMENT = 8; // of the first byte copied, so that every element type finds its elements

    private final Map<Storage, Span> spans = new IdentityHashMap<>();
    private final Object value;

    /** The bytes of a storage that are used, and where they went. */
    private static final class Span {
        private int first = Integer.MAX_VALUE;
        private int end;
        private Storage copy;
    }

    private Snapshot(Object nest) {
        measure(nest);
        spans.forEach(Snapshot::fill);
        value = copy(nest);
    }

    /**
     * Copies a nest.
     *
     * @throws IllegalArgumentException if it holds something that PyTorch's format does not, or contains itself
     */
    static Snapshot of(Object nest) {
        PtWriter.check(nest, new TensorViews());
        return new Snapshot(nest);
    }

    /** The copy. */
    Object value() {
        return value;
    }

    /** Gives the memory back; the copy cannot be used any more. */
    void release() {
        spans.values().forEach(span -> span.copy.release());
    }

    private void measure(Object nest) {
        if (nest instanceof Map<?, ?> map) {
            map.values().forEach(this::measure);
        } else if (nest instanceof List<?> list) {
            list.forEach(this::measure);
        } else if (nest instanceof Tensor tensor) {
            int first = tensor.offset();
            int last = first;
            for (int i = 0; i < tensor.shape().rank(); i++) {
                int reach = (tensor.shape().dim(i) - 1) * tensor.strides()[i];
                first += Math.min(reach, 0);
                last += Math.max(reach, 0);
            }
            if (tensor.numel() > 0) {
                Span span = spans.computeIfAbsent(tensor.storage(), storage -> new Span());
                int width = tensor.dtype().bytes();
                span.first = Math.min(span.first, first * width / ALIGNMENT * ALIGNMENT);
                span.end = Math.max(span.end, (last + 1) * width);
            }
        }
    }

    private static void fill(Storage storage, Span span) {
        int bytes = span.end - span.first;
        span.copy = Backends.of(Device.CPU).allocate(DType.UINT8, bytes);
        TensorScope.outlive(Tensor.over(span.copy, DType.UINT8, Shape.of(bytes), new int[] {1}, 0));
        StorageBytes from = StorageBytes.of(storage);
        StorageBytes to = StorageBytes.into(span.copy, DType.UINT8);
        for (int offset = 0; offset < bytes; offset += CHUNK) {
            int length = Math.min(CHUNK, bytes - offset);
            to.window(offset, length).put(from.window(span.first + offset, length));
        }
        Reference.reachabilityFence(storage);
    }

    private Object copy(Object nest) {
        if (nest instanceof StateDict state) {
            StateDict copy = new StateDict(state);
            copy.replaceAll((key, element) -> copy(element));
            return copy;
        } else if (nest instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(key, copy(element)));
            return copy;
        } else if (nest instanceof Size) {
            return nest;
        } else if (nest instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            list.forEach(element -> copy.add(copy(element)));
            return list instanceof Tuple ? Tuple.copyOf(copy) : copy;
        } else if (nest instanceof Set<?> set) {
            return new LinkedHashSet<>(set); // its elements are immutable
        } else if (nest instanceof byte[] bytes) {
            return bytes.clone();
        } else if (nest instanceof Tensor tensor) {
            return copy(tensor);
        }
        return nest;
    }

    private Tensor copy(Tensor tensor) {
        Span span = spans.get(tensor.storage());
        if (tensor.numel() == 0 || span == null) {
            return TensorScope.outlive(tensor.detach().clone()).setRequiresGrad(tensor.requiresGrad());
        }
        int offset = tensor.offset() - span.first / tensor.dtype().bytes();
        return Tensor.over(span.copy, tensor.dtype(), tensor.shape(), tensor.strides(), offset).setRequiresGrad(tensor.requiresGrad());
    }
}
