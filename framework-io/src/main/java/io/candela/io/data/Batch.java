package io.candela.io.data;

import io.candela.tensor.Device;
import io.candela.tensor.Tensor;
import java.util.List;

/**
 * Several samples: each tensor has a first dimension of as many entries.
 *
 * @param tensors at least one
 */
public record Batch(List<Tensor> tensors) implements TensorGroup {
    /** Copies the list. */
    public Batch {
        tensors = TensorDataset.nonEmpty("Batch", tensors);
    }

    /** How many samples. */
    public int rows() {
        return input().size(0);
    }

    /** The same samples on a device: copies, or this batch if all of it is there. */
    public Batch to(Device device) {
        return to(device, false);
    }

    /** As {@link #to(Device)}; if {@code nonBlocking}, copies of pinned tensors run beside the program: see {@link Tensor#to(Device, boolean)}. */
    public Batch to(Device device, boolean nonBlocking) {
        return tensors.stream().allMatch(tensor -> tensor.device().equals(device)) ? this
                : new Batch(tensors.stream().map(tensor -> tensor.to(device, nonBlocking)).toList());
    }

    /** The same samples in pinned memory, see {@link Tensor#pinMemory}: copies, or this batch if all of it is there. */
    public Batch pinMemory() {
        return isPinned() ? this : new Batch(tensors.stream().map(Tensor::pinMemory).toList());
    }

    /** Whether all tensors are in pinned memory. */
    public boolean isPinned() {
        return tensors.stream().allMatch(Tensor::isPinned);
    }

    /**
     * Stacks samples, as PyTorch's default collation does: {@code n} tensors {@code (*)} become one {@code (n, *)}.
     *
     * @throws IllegalArgumentException if there are none, or they have different numbers of tensors
     * @throws io.candela.tensor.ShapeException if tensors at the same position have different shapes
     */
    public static Batch stack(List<Sample> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("Batch.stack: there are no samples");
        }
        int width = samples.get(0).tensors().size();
        for (Sample sample : samples) {
            if (sample.tensors().size() != width) {
                throw new IllegalArgumentException("Batch.stack: one sample has %d tensors, another %d".formatted(width, sample.tensors().size()));
            }
        }
        Tensor[] stacked = new Tensor[width];
        for (int i = 0; i < width; i++) {
            int position = i;
            stacked[i] = Tensor.stack(0, samples.stream().map(sample -> sample.get(position)).toArray(Tensor[]::new));
        }
        return new Batch(List.of(stacked));
    }
}
