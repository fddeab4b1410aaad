package io.candela.io.data;

import io.candela.tensor.Generator;

/** Some samples in random order, each once, as {@code torch.utils.data.SubsetRandomSampler}. */
public final class SubsetRandomSampler implements Sampler {
    private final int[] indices;
    private final Generator generator;

    /** In an order drawn from the default generator. */
    public SubsetRandomSampler(int... indices) {
        this(null, indices);
    }

    /**
     * In an order drawn from {@code generator}.
     *
     * @param generator null for the default one
     * @param indices   the samples' numbers; copied
     */
    public SubsetRandomSampler(Generator generator, int... indices) {
        this.generator = generator;
        this.indices = indices.clone();
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public Generator generator() {
        return generator;
    }

    @Override
    public long[] draw() {
        long[] order = (generator != null ? generator : Generator.getDefault()).randperm(indices.length);
        for (int i = 0; i < order.length; i++) {
            order[i] = indices[(int) order[i]];
        }
        return order;
    }
}
