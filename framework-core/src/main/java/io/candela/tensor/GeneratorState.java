package io.candela.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * What a {@link Generator} remembers, and its form in bytes: the little-endian C structure behind {@code torch.Generator.get_state()}.
 *
 * <pre>
 *    0  seed           uint64
 *    8  left           int32     draws until the engine is regenerated, counting that one
 *   12  seeded         int32     1
 *   16  next           uint64    index of the next word
 *   24  words          uint64    624 of them, the upper halves 0
 * 5016  (unused)       float64
 * 5024  next normal    float64
 * 5032  (unused)       float64
 * 5040  its validity   int32
 * 5048  next normal    float32   never set by the CPU generator
 * 5052  its validity   bool
 * </pre>
 *
 * @param nextDouble the second number of a Box–Muller pair, or null
 * @param nextFloat its counterpart in single precision, or null
 */
record GeneratorState(long seed, int left, int next, int[] words, Double nextDouble, Float nextFloat) {
    static final int BYTES = 5056;

    private static final int WORDS = 24;
    private static final int DOUBLE = 5024;
    private static final int DOUBLE_VALID = 5040;
    private static final int FLOAT = 5048;
    private static final int FLOAT_VALID = 5052;

    byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(seed).putInt(left).putInt(1).putLong(next);
        for (int word : words) {
            out.putLong(word & 0xffffffffL);
        }
        if (nextDouble != null) {
            out.putDouble(DOUBLE, nextDouble).putInt(DOUBLE_VALID, 1);
        }
        if (nextFloat != null) {
            out.putFloat(FLOAT, nextFloat).put(FLOAT_VALID, (byte) 1);
        }
        return out.array();
    }

    /** Reads a state; bytes that PyTorch ignores are ignored here, too. */
    static GeneratorState parse(byte[] state) {
        if (state.length != BYTES) {
            throw error("state has %d bytes, must be %d", state.length, BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        long seed = in.getLong();
        int left = in.getInt();
        if (in.getInt() == 0) {
            throw error("the state was never seeded");
        }
        int next = (int) in.getLong();
        // PyTorch checks the counters one by one; together they could still lead behind the last word.
        if (left < 1 || next < 0 || left - 1L + next > MersenneTwister.WORDS) {
            throw error("impossible counters: %d draws left of %d, next word %d", left, MersenneTwister.WORDS, next);
        }
        int[] words = new int[MersenneTwister.WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = (int) in.getLong(WORDS + Long.BYTES * i);
        }
        Double nextDouble = in.getInt(DOUBLE_VALID) == 0 ? null : (Double) in.getDouble(DOUBLE);
        Float nextFloat = in.get(FLOAT_VALID) == 0 ? null : (Float) in.getFloat(FLOAT);
        return new GeneratorState(seed, left, next, words, nextDouble, nextFloat);
    }

    private static IllegalArgumentException error(String format, Object... values) {
        return new IllegalArgumentException("Generator.setState: " + String.format(Locale.ROOT, format, values));
    }
}
