package io.candela.backend.cuda;

import io.candela.tensor.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What changes from one replay of a graph to the next, and so is no argument of its kernels: they read it from the device, where it is written
 * before each replay.
 */
final class Captured {
    private static final int MOST_WORDS = 12; // as in graph.cu

    private final CudaDevice device;
    private final long stream; // on which is captured
    private final List<Runnable> beforeReplay = new ArrayList<>();
    private final List<DeviceMemory.Lease> places = new ArrayList<>();
    private final Map<Generator, Stream> streams = new IdentityHashMap<>();

    /** What a generator gave while capturing. */
    private static final class Stream {
        final Generator.Place start;
        final long place;
        long count; // of numbers per thread, of all kernels

        Stream(Generator.Place start, long place) {
            this.start = start;
            this.place = place;
        }
    }

    Captured(CudaDevice device, long stream) {
        this.device = device;
        this.stream = stream;
    }

    CudaDevice device() {
        return device;
    }

    /** Calls something before each replay, in the order in which it was asked for. */
    void beforeReplay(Runnable action) {
        beforeReplay.add(action);
    }

    /**
     * A place on the device for numbers that are written before each replay.
     *
     * @param numbers gives them; up to 12 words, always as many
     * @return its address
     */
    long place(Supplier<long[]> numbers) {
        CudaThread thread = CudaThread.current();
        thread.divert(null, 0); // in the graph's own memory kernels that come earlier in the replay could write
        DeviceMemory.Lease lease;
        try {
            lease = device.memory.allocate(MOST_WORDS * Long.BYTES);
        } finally {
            thread.divert(device, stream);
        }
        places.add(lease);
        long address = lease.block.address;
        beforeReplay(() -> {
            long[] words = numbers.get();
            Launch.of(device.kernels.get("graph.cu", "store_words")).address(address).longs(Arrays.copyOf(words, MOST_WORDS)).number(words.length)
                    .run(1, 1, 0);
        });
        return address;
    }

    /**
     * Notes that a kernel takes numbers of a generator.
     *
     * @param place where they would begin if nothing was captured
     * @param count how many per thread
     * @return the offset from where the numbers of a replay begin
     * @throws CudaException if the generator was seeded since the capture began
     */
    long offset(Generator generator, Generator.Place place, long count) {
        Stream stream = streams.computeIfAbsent(generator, g -> new Stream(place, place(() -> next(g))));
        if (stream.start.seed() != place.seed()) {
            throw new CudaException("CudaGraph: a generator was seeded during the capture, which cannot be captured; seed it before");
        }
        long offset = place.offset() - stream.start.offset();
        stream.count = Math.max(stream.count, offset + count);
        return offset;
    }

    /** Where a generator's seed and the offset of a replay are. */
    long place(Generator generator) {
        return streams.get(generator).place;
    }

    private long[] next(Generator generator) {
        Generator.Place place = generator.reserve(streams.get(generator).count);
        return new long[] {place.seed(), place.offset()};
    }

    /** Ends the capture: it has drawn nothing. */
    void rewind() {
        streams.forEach((generator, stream) -> {
            if (generator.initialSeed() == stream.start.seed()) {
                generator.setOffset(stream.start.offset());
            }
        });
    }

    /** Writes the numbers of the next replay. */
    void prepare() {
        beforeReplay.forEach(Runnable::run);
    }

    /** Gives the places back; there will be no more replay. */
    void free() {
        places.forEach(DeviceMemory.Lease::end);
        places.clear();
    }
}
