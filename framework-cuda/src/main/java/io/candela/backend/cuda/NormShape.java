package io.candela.backend.cuda;

import io.candela.tensor.Tensor;

/**
 * How the input of a normalization lies in memory, and how its elements are shared by statistics; {@code norm.cu} has the other side.
 *
 * @param last     whether channels are innermost; so they are if there is one position
 * @param grouped  whether statistics are of groups of channels in a sample
 * @param groups   per sample
 * @param each     channels of a statistic
 */
record NormShape(int samples, int channels, int positions, boolean last, boolean grouped, int groups, int each) {
    /** @param mean the means, in their shape */
    static NormShape of(Tensor x, Tensor mean) {
        int samples = x.size(0);
        int channels = x.size(1);
        int positions = 1;
        for (int d = 2; d < x.dim(); d++) {
            positions *= x.size(d);
        }
        boolean grouped = mean.dim() == 2;
        int groups = grouped ? mean.size(1) : channels;
        return new NormShape(samples, channels, positions, positions == 1 || !x.isContiguous(), grouped, groups,
                grouped ? channels / Math.max(1, groups) : 1);
    }

    /** How many statistics there are. */
    int statistics() {
        return grouped ? samples * groups : channels;
    }

    /** Elements of one. */
    int perStatistic() {
        return grouped ? each * positions : samples * positions;
    }

    /** Adds the struct {@code Shape}. */
    Launch addTo(Launch launch) {
        return Divisor.addTo(launch, new int[] {last ? 1 : 0, grouped ? 1 : 0, groups}, Math.max(1, channels), Math.max(1, positions),
                Math.max(1, each));
    }

    /**
     * Runs of memory that are summed up: unit u starts at {@code u / along · far + u % along · near} and has {@code length} elements, {@code inner}
     * in a row, {@code outer} from row to row.
     */
    record Runs(int units, int along, int far, int near, int length, int inner, int outer) {
        Launch addTo(Launch launch) {
            return Divisor.addTo(launch.number(along).number(far).number(near).number(length), new int[0], Math.max(1, inner)).number(outer);
        }
    }

    /** The runs of each channel; where these are innermost there are none, but columns. */
    Runs channelRuns() {
        return new Runs(channels, Math.max(1, channels), 0, positions, samples * positions, positions, channels * positions);
    }

    /** The runs of each group of channels of a sample. */
    Runs groupRuns() {
        return last ? new Runs(samples * groups, groups, channels * positions, each, each * positions, each, channels)
                : new Runs(samples * groups, groups, channels * positions, each * positions, each * positions, each * positions, 0);
    }
}
