package io.candela.io;

import java.util.AbstractList;
import java.util.RandomAccess;

/** PyTorch's {@code torch.Size}: an immutable list of sizes that is written back as a {@code torch.Size}. */
public final class Size extends AbstractList<Long> implements RandomAccess {
    private final long[] sizes;

    private Size(long[] sizes) {
        this.sizes = sizes;
    }

    /** The sizes in this order. */
    public static Size of(long... sizes) {
        return new Size(sizes.clone());
    }

    @Override
    public Long get(int index) {
        return sizes[index];
    }

    @Override
    public int size() {
        return sizes.length;
    }

    /** The sizes in a new array. */
    public long[] toLongs() {
        return sizes.clone();
    }
}
