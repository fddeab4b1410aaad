package io.candela.backend.cpu;

import io.candela.tensor.Tensor;
import java.util.function.Supplier;

/**
 * A way through a tensor seen as {@code (n, channels, positions)}, in blocks that fit heap blocks and whose elements follow each other in
 * memory.
 *
 * <p>Blocks come in units. All elements at one place of a unit's blocks, a lane, are of the same channel: kernels add up lane by lane, in
 * vectorized loops, and by channel only in the end. A chunk is a few blocks of a unit, for one thread.
 */
final class ChannelWalk {
    private static final int BLOCK = HostThread.BLOCK;
    /** So many numbers are added up in float before the sum goes to one in double: little is lost over so few. */
    private static final int CHUNK_BLOCKS = 32;
    /** Elements from which threads share the work. */
    private static final int SHARED = 16 * BLOCK;

    /** What follows each other in a block. */
    private enum Kind {
        /** Rows of all channels. */ ROWS,
        /** Some channels of a long row. */ COLUMNS,
        /** All positions of some channels. */ CHANNELS,
        /** Positions of one channel. */ POSITIONS
    }

    /** All channels; those of each sample count anew where samples are taken apart. */
    final int channels;
    private final Kind kind;
    private final int elements;
    private final int width; // channels that a row, or a sample, has
    private final int length; // rows per unit, or positions per channel
    private final int perBlock; // rows or channels
    private final int pieces; // units per row, or blocks per channel
    private final int units;
    private final int steps; // blocks per unit

    /**
     * The way through a tensor that is row-major, or has the channels innermost.
     *
     * @param apart whether channels of different samples are different
     */
    ChannelWalk(Tensor x, boolean apart) {
        int n = x.size(0);
        int c = x.size(1);
        elements = x.numel();
        channels = apart ? n * c : c;
        int s = elements == 0 ? 1 : elements / n / c;
        int groups = apart ? Math.max(1, n) : 1;
        if (s == 1 || !x.isContiguous()) {
            kind = c <= BLOCK ? Kind.ROWS : Kind.COLUMNS;
            width = c;
            length = n / groups * s;
            perBlock = Math.max(1, BLOCK / Math.max(1, c));
            pieces = (c + BLOCK - 1) / BLOCK;
            units = groups * pieces;
            steps = (length + perBlock - 1) / perBlock;
        } else {
            kind = s < BLOCK ? Kind.CHANNELS : Kind.POSITIONS;
            width = channels;
            length = s;
            perBlock = Math.max(1, BLOCK / s);
            pieces = (s + BLOCK - 1) / BLOCK;
            units = (channels + perBlock - 1) / perBlock;
            steps = n / groups * pieces;
        }
    }

    /** What is done with the blocks of a unit that one thread takes. */
    interface Chunk {
        /** Does the blocks from {@code from} to {@code to} of a unit: its part number {@code part}. */
        void run(NormLanes lanes, int unit, int part, int from, int to);
    }

    /** Does all blocks; the threads share them. Bounds of parts depend on the sizes alone. {@code lanes} gives each thread's. */
    void forChunks(Supplier<NormLanes> lanes, Chunk chunk) {
        if (elements == 0) {
            return;
        }
        int parts = parts();
        int together = Math.max(1, CHUNK_BLOCKS / steps); // units of few blocks
        Workers.Chunks work = i -> {
            NormLanes own = lanes.get();
            int part = i % parts;
            int first = i / parts * together;
            for (int unit = first; unit < Math.min(units, first + together); unit++) {
                chunk.run(own, unit, part, part * CHUNK_BLOCKS, Math.min(steps, (part + 1) * CHUNK_BLOCKS));
            }
        };
        int count = (units + together - 1) / together * parts;
        if (elements >= SHARED) {
            Workers.run(count, work);
            return;
        }
        for (int i = 0; i < count; i++) {
            work.run(i);
        }
    }

    /** Chunks per unit. */
    int parts() {
        return (steps + CHUNK_BLOCKS - 1) / CHUNK_BLOCKS;
    }

    /** Elements that each channel has in the blocks from {@code from} to {@code to} of a unit. */
    int count(int from, int to) {
        int lanes = 0;
        for (int step = from; step < to; step++) {
            lanes += size(0, step);
        }
        return lanes / channelCount(0);
    }

    /** Where block {@code step} of a unit begins, from the tensor's first element. */
    int start(int unit, int step) {
        return switch (kind) {
            case ROWS -> (unit * length + step * perBlock) * width;
            case COLUMNS -> (unit / pieces * length + step) * width + unit % pieces * BLOCK;
            case CHANNELS -> (step * width + unit * perBlock) * length;
            case POSITIONS -> (step / pieces * width + unit) * length + step % pieces * BLOCK;
        };
    }

    /** Elements of block {@code step} of a unit; no block has more than the first. */
    int size(int unit, int step) {
        return switch (kind) {
            case ROWS -> Math.min(perBlock, length - step * perBlock) * width;
            case COLUMNS -> Math.min(BLOCK, width - unit % pieces * BLOCK);
            case CHANNELS -> Math.min(perBlock, width - unit * perBlock) * length;
            case POSITIONS -> Math.min(BLOCK, length - step % pieces * BLOCK);
        };
    }

    /** The first channel of a unit. */
    int firstChannel(int unit) {
        return switch (kind) {
            case ROWS -> unit * width;
            case COLUMNS -> unit / pieces * width + unit % pieces * BLOCK;
            case CHANNELS, POSITIONS -> unit * perBlock;
        };
    }

    /** How many channels a unit has. */
    int channelCount(int unit) {
        return switch (kind) {
            case ROWS -> width;
            case COLUMNS, CHANNELS -> size(unit, 0) / run();
            case POSITIONS -> 1;
        };
    }

    /** Lanes of one channel that follow each other; after the last channel the first comes again. */
    int run() {
        return switch (kind) {
            case ROWS, COLUMNS -> 1;
            case CHANNELS -> length;
            case POSITIONS -> Math.min(BLOCK, length);
        };
    }
}
