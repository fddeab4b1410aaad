package io.candela.io.data;

import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.List;

/**
 * Tensors whose first dimension counts the samples, as {@code torch.utils.data.TensorDataset}. Samples are views of the tensors; a batch is a copy
 * made at once.
 */
public final class TensorDataset implements BatchedDataset {
    private final List<Tensor> tensors;
    private final int size;

    /** @throws ShapeException if the first dimensions differ or a tensor has none */
    public TensorDataset(Tensor... tensors) {
        this.tensors = nonEmpty("TensorDataset", List.of(tensors));
        for (Tensor tensor : tensors) {
            if (tensor.dim() == 0 || tensor.size(0) != tensors[0].size(0)) {
                throw new ShapeException("TensorDataset: first dimensions differ: %s and %s", tensors[0].shape(), tensor.shape());
            }
        }
        this.size = tensors[0].size(0);
    }

    static List<Tensor> nonEmpty(String who, List<Tensor> tensors) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException(who + ": there are no tensors");
        }
        return List.copyOf(tensors);
    }

    /** The tensors themselves. */
    public List<Tensor> tensors() {
        return tensors;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Sample get(int index) {
        return new Sample(tensors.stream().map(tensor -> tensor.get(index)).toList());
    }

    @Override
    public Batch getBatch(long[] indices) {
        Tensor rows = Tensor.of(indices);
        return new Batch(tensors.stream().map(tensor -> tensor.indexSelect(0, rows)).toList());
    }
}
