package io.candela.tensor;

/**
 * The Mersenne Twister MT19937 of Matsumoto and Nishimura with its initialization of 2002, in the form in which PyTorch keeps it:
 * {@code next} is the index of the next word, {@code left} counts down to the next regeneration, so that saved states agree.
 *
 * <p>Not thread-safe: {@link Generator} holds its lock around every call.
 */
final class MersenneTwister {
    static final int WORDS = 624;

    private static final int MIDDLE = 397;
    private static final int LOOK_BACK = WORDS - MIDDLE;
    private static final int MATRIX = 0x9908b0df;

    private long seed;
    private int left;
    private int next;
    private int[] words = new int[WORDS];
    private int[] spare = new int[WORDS]; // regeneration writes here and swaps: HotSpot does not vectorize it within one array

    MersenneTwister(long seed) {
        seed(seed);
    }

    /** Starts over. All 64 bits are remembered, the low 32 decide the stream. */
    void seed(long newSeed) {
        seed = newSeed;
        int word = (int) newSeed;
        words[0] = word;
        for (int i = 1; i < WORDS; i++) {
            word = 1812433253 * (word ^ word >>> 30) + i;
            words[i] = word;
        }
        left = 1; // the first draw regenerates
        next = 0;
    }

    long seed() {
        return seed;
    }

    GeneratorState state(Double nextDouble, Float nextFloat) {
        return new GeneratorState(seed, left, next, words.clone(), nextDouble, nextFloat);
    }

    void restore(GeneratorState state) {
        seed = state.seed();
        left = state.left();
        next = state.next();
        System.arraycopy(state.words(), 0, words, 0, WORDS);
    }

    int nextInt() {
        if (--left == 0) {
            regenerate();
        }
        return temper(words[next++]);
    }

    /** Two draws, the first is the upper half. */
    long nextLong() {
        long upper = nextInt();
        return upper << 32 | nextInt() & 0xffffffffL;
    }

    /** The next {@code count} draws at once, several times as fast as one by one. */
    void fill(int[] out, int count) {
        for (int done = 0; done < count; ) {
            int run = Math.min(left - 1, count - done);
            if (run == 0) {
                out[done++] = nextInt(); // regenerates
                continue;
            }
            for (int i = 0; i < run; i++) {
                out[done + i] = temper(words[next + i]);
            }
            done += run;
            next += run;
            left -= run;
        }
    }

    private void regenerate() {
        int[] old = words;
        int[] fresh = spare;
        for (int i = 0; i < LOOK_BACK; i++) {
            fresh[i] = old[i + MIDDLE] ^ twist(old[i], old[i + 1]);
        }
        for (int i = LOOK_BACK; i < WORDS - 1; i++) {
            fresh[i] = fresh[i - LOOK_BACK] ^ twist(old[i], old[i + 1]);
        }
        fresh[WORDS - 1] = fresh[MIDDLE - 1] ^ twist(old[WORDS - 1], fresh[0]);
        words = fresh;
        spare = old;
        left = WORDS;
        next = 0;
    }

    private static int twist(int upper, int lower) {
        return (upper & 0x80000000 | lower & 0x7fffffff) >>> 1 ^ -(lower & 1) & MATRIX;
    }

    private static int temper(int word) {
        word ^= word >>> 11;
        word ^= word << 7 & 0x9d2c5680;
        word ^= word << 15 & 0xefc60000;
        return word ^ word >>> 18;
    }
}
