package io.candela.nn;

import io.candela.tensor.Tensor;

/** Channels in another order: groups of neighbours are dealt out one by one. */
public final class ChannelShuffle extends HookedLayer {
    private final int groups;

    /**
     * With the number of groups.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public ChannelShuffle(int groups) {
        if (groups < 1) {
            throw new IllegalArgumentException("ChannelShuffle: groups must be 1 or more, got " + groups);
        }
        this.groups = groups;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.channelShuffle(x, groups);
    }

    @Override
    protected String describe() {
        return "groups=" + groups;
    }
}
