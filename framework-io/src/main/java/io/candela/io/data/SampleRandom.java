package io.candela.io.data;

import io.candela.tensor.Generator;

/**
 * Random numbers for changing samples while they are loaded. Each sample of each epoch has a stream of its own, derived from the seed that the
 * {@link DataLoader} draws per epoch and from the sample's place in the epoch. So how many workers there are, who of them is faster, and whether the
 * epoch was interrupted and resumed make no difference.
 */
public final class SampleRandom {
    private static final ThreadLocal<SampleRandom> CURRENT = new ThreadLocal<>();

    private final long epochSeed;
    private long place;
    private Generator generator; // of this sample; null until asked for

    private SampleRandom(long epochSeed) {
        this.epochSeed = epochSeed;
    }

    /** The stream of the sample that a loader is just loading on this thread; elsewhere the default generator. */
    public static Generator generator() {
        SampleRandom current = CURRENT.get();
        if (current == null) {
            return Generator.getDefault();
        }
        if (current.generator == null) {
            current.generator = new Generator().manualSeed(Seeds.mix(current.epochSeed, current.place));
        }
        return current.generator;
    }

    /** From here to {@link #leave} this thread loads samples of an epoch. */
    static SampleRandom enter(long epochSeed) {
        SampleRandom current = new SampleRandom(epochSeed);
        CURRENT.set(current);
        return current;
    }

    /** The next sample is the one at this place of the epoch. */
    void at(long samplePlace) {
        place = samplePlace;
        generator = null;
    }

    static void leave() {
        CURRENT.remove();
    }
}
