package io.candela.io.data;

import io.candela.tensor.Generator;

/** Seeds that are drawn from generators. */
final class Seeds {
    private Seeds() {
    }

    /** As {@code torch.empty((), dtype=torch.int64).random_()}: 63 bits. */
    static long draw(Generator generator) {
        return generator.nextLong() & Long.MAX_VALUE;
    }

    /** A seed for a sample of an epoch; neighbours and low bits differ thoroughly (the finalizer of SplitMix64). */
    static long mix(long epochSeed, long number) {
        long z = epochSeed + number * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
