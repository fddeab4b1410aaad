package io.candela.io.data;

import io.candela.tensor.Generator;

/**
 * The order in which a {@link DataLoader} goes through a dataset. One call of {@link #draw} is one epoch: a loader draws its whole order when the
 * epoch starts, so that nothing that happens later changes it, and saves it with its state.
 *
 * <p>PyTorch's random samplers draw as they go. The orders are the same as long as nothing else draws from a generator that was given to them.
 */
public interface Sampler {
    /** How many samples one epoch has. */
    int size();

    /** The numbers of the samples of the next epoch, in order; the array is the caller's. */
    long[] draw();

    /** The generator given to this sampler, whose state a loader then saves with its own; null, unless overridden, if there is none. */
    default Generator generator() {
        return null;
    }
}
