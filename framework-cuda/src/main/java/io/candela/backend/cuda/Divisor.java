package io.candela.backend.cuda;

/**
 * What kernels divide by without a division: Granlund and Montgomery's way, for numbers below 2³¹. The quotient is the high word of n · factor,
 * plus n, shifted right.
 */
final class Divisor {
    private Divisor() {}

    /** Adds the struct {@code Divisor}s of some numbers, which are above 0, after other ints of the same struct. */
    static Launch addTo(Launch launch, int[] before, int... numbers) {
        int[] words = java.util.Arrays.copyOf(before, before.length + 3 * numbers.length);
        int at = before.length;
        for (int n : numbers) {
            words[at++] = n;
            words[at++] = factor(n);
            words[at++] = shift(n);
        }
        return launch.ints(words);
    }

    /** @param by above 0 */
    static int factor(int by) {
        return (int) (((1L << 32) * ((1L << shift(by)) - by)) / by + 1);
    }

    static int shift(int by) {
        return 32 - Integer.numberOfLeadingZeros(by - 1);
    }
}
