package io.candela.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a GPU's {@link Generator} remembers; as bytes, the seed and the offset in little-endian order, as {@code torch.cuda.get_rng_state()} gives them. */
final class PhiloxState {
    private static final int BYTES = 16;

    private long seed;
    private long offset;

    PhiloxState(long seed, long offset) {
        set(seed, offset);
    }

    void set(long seed, long offset) {
        this.seed = seed;
        this.offset = offset;
    }

    long seed() {
        return seed;
    }

    Generator.Place place() {
        return new Generator.Place(seed, offset);
    }

    byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(seed).putLong(offset).array();
    }

    /** Reads a state. PyTorch takes the seed alone, too, from before there was an offset. */
    static Generator.Place parse(byte[] state) {
        if (state.length != BYTES && state.length != Long.BYTES) {
            throw new IllegalArgumentException("Generator.setState: state of a GPU's generator has %d bytes, must be %d".formatted(state.length, BYTES));
        }
        ByteBuffer in = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        return new Generator.Place(in.getLong(), in.hasRemaining() ? checked(in.getLong()) : 0);
    }

    /** @throws IllegalArgumentException unless whole blocks of four numbers were given */
    static long checked(long offset) {
        if (offset % 4 != 0) {
            throw new IllegalArgumentException("Generator: the offset must be a multiple of 4, got " + offset);
        }
        return offset;
    }
}
