package io.candela.tensor;

import java.util.Locale;
import java.util.Objects;

/**
 * The numbers of one of the CPU's generators: the draws of MT19937, and what {@link Generator}'s methods of the same names make of them. Arguments are
 * checked before anything is drawn. That of a GPU's generator checks, too, and throws where it should draw.
 *
 * <p>Not thread-safe: {@link Generator} holds its lock around every call.
 */
final class HostStream {
    private static final int RAW = 1024; // draws fetched at once: amortizes the engine's bookkeeping, stays in the first-level cache
    private static final int GROUP = BoxMuller.GROUP;
    private static final int SINK_BLOCK = 512 * GROUP;
    private static final long MANTISSA = (1L << 53) - 1; // the bits of a 64-bit draw that a double takes
    private static final long WIDE_RANGE = 1L << 28; // from here on integers take 64-bit draws, to keep the skew of the remainder small
    private static final int WIDE_PERMUTATION = 214_748_364; // likewise: (2^32 - 1) / 20

    private final Device device;
    private final MersenneTwister engine; // null for a GPU's
    private final int[] raw = new int[RAW];
    // Box–Muller makes two numbers at a time; the second waits here. Only counts below 16 use it, in double whatever the element type.
    private Double nextDouble;
    private Float nextFloat; // never used by PyTorch's CPU generator, but part of its state

    HostStream(Device device, long seed) {
        this.device = device;
        engine = device.type() == Device.Type.CPU ? new MersenneTwister(seed) : null;
    }

    private MersenneTwister engine() {
        if (engine == null) {
            throw new DeviceException("Generator: it draws on %s, and was used on the host; make one with new Generator()", device);
        }
        return engine;
    }

    void seed(long seed) {
        engine().seed(seed);
        nextDouble = null;
        nextFloat = null;
    }

    long seed() {
        return engine().seed();
    }

    GeneratorState state() {
        return engine().state(nextDouble, nextFloat);
    }

    void restore(GeneratorState state) {
        engine().restore(state);
        nextDouble = state.nextDouble();
        nextFloat = state.nextFloat();
    }

    int nextInt() {
        return engine().nextInt();
    }

    long nextLong() {
        return engine().nextLong();
    }

    void uniform(float[] out, int offset, int count, double from, double to) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkBounds(from, to, Float.MAX_VALUE);
        float low = (float) from;
        float high = (float) to;
        float range = high - low;
        for (int done = 0, length; done < count; done += length) {
            length = Math.min(RAW, count - done);
            engine().fill(raw, length);
            for (int i = 0; i < length; i++) {
                float value = Math.fma((raw[i] & 0xffffff) * 0x1p-24f, range, low);
                out[offset + done + i] = value == high ? low : value; // rounding can reach the excluded bound
            }
        }
    }

    void uniform(double[] out, int offset, int count, double from, double to) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkBounds(from, to, Double.MAX_VALUE);
        double range = to - from;
        for (int done = 0, length; done < count; done += length) {
            length = fetchLongs(count - done);
            for (int i = 0; i < length; i++) {
                double value = Math.fma(unit(fetched(i)), range, from);
                out[offset + done + i] = value == to ? from : value;
            }
        }
    }

    void normal(float[] out, int offset, int count, double mean, double std) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkStd(std);
        for (int i = 0; i < count && count < GROUP; i++) {
            out[offset + i] = (float) nextNormal(mean, std);
        }
        if (count >= GROUP) {
            uniform(out, offset, count, 0, 1);
            BoxMuller.transform(out, offset, count, (float) mean, (float) std);
            if (count % GROUP != 0) {
                normal(out, offset + count - GROUP, GROUP, mean, std);
            }
        }
    }

    void normal(double[] out, int offset, int count, double mean, double std) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkStd(std);
        for (int i = 0; i < count && count < GROUP; i++) {
            out[offset + i] = nextNormal(mean, std);
        }
        if (count >= GROUP) {
            uniform(out, offset, count, 0, 1);
            BoxMuller.transform(out, offset, count, mean, std);
            if (count % GROUP != 0) {
                normal(out, offset + count - GROUP, GROUP, mean, std);
            }
        }
    }

    void normalFloats(long count, double mean, double std, Generator.FloatSink sink) {
        checkCount(count);
        float[] block = new float[(int) Math.min(count, SINK_BLOCK + GROUP - 1)];
        for (long position = 0; position < count; ) {
            int length = blockLength(count - position);
            normal(block, 0, length, mean, std);
            sink.accept(position, block, length);
            position += length;
        }
    }

    void normalDoubles(long count, double mean, double std, Generator.DoubleSink sink) {
        checkCount(count);
        double[] block = new double[(int) Math.min(count, SINK_BLOCK + GROUP - 1)];
        for (long position = 0; position < count; ) {
            int length = blockLength(count - position);
            normal(block, 0, length, mean, std);
            sink.accept(position, block, length);
            position += length;
        }
    }

    void randint(long[] out, int offset, int count, long low, long high) {
        Objects.checkFromIndexSize(offset, count, out.length);
        if (low >= high) {
            throw error("randint: low must be less than high, got low %d, high %d", low, high);
        }
        long range = high - low; // unsigned: it may exceed Long.MAX_VALUE
        boolean wide = Long.compareUnsigned(range, WIDE_RANGE) >= 0;
        for (int i = 0; i < count; i++) {
            long draw = wide ? engine().nextLong() : engine().nextInt() & 0xffffffffL;
            out[offset + i] = low + (wide ? Long.remainderUnsigned(draw, range) : draw % range);
        }
    }

    long[] randperm(int n) {
        if (n < 0) {
            throw error("randperm: n must not be negative, got %d", n);
        }
        long[] out = new long[n];
        for (int i = 0; i < n; i++) {
            out[i] = i;
        }
        if (n >= WIDE_PERMUTATION) {
            for (int i = 0; i < n; i++) {
                swap(out, i, (int) Long.remainderUnsigned(engine().nextLong(), i + 1L));
            }
        } else {
            for (int i = 0; i < n - 1; i++) {
                swap(out, i, i + (int) ((engine().nextInt() & 0xffffffffL) % (n - i)));
            }
        }
        return out;
    }

    void bernoulli(float[] out, int offset, int count, double p) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkProbability(p);
        // u < p, asked of the 53 bits of u: scaling is exact, and the sign of a difference needs no branch, which would be mispredicted.
        long threshold = (long) Math.ceil(p * 0x1p53);
        for (int done = 0, length; done < count; done += length) {
            length = fetchLongs(count - done);
            for (int i = 0; i < length; i++) {
                out[offset + done + i] = (fetched(i) & MANTISSA) - threshold >>> 63;
            }
        }
    }

    void bernoulli(float[] out, int offset, int count, float[] p, int pOffset) {
        Objects.checkFromIndexSize(offset, count, out.length);
        Objects.checkFromIndexSize(pOffset, count, p.length);
        for (int i = 0; i < count; i++) {
            checkProbability(p[pOffset + i]);
        }
        for (int i = 0; i < count; i++) {
            out[offset + i] = (engine().nextInt() & 0xffffff) * 0x1p-24f < p[pOffset + i] ? 1 : 0;
        }
    }

    void bernoulli(double[] out, int offset, int count, double[] p, int pOffset) {
        Objects.checkFromIndexSize(offset, count, out.length);
        Objects.checkFromIndexSize(pOffset, count, p.length);
        for (int i = 0; i < count; i++) {
            checkProbability(p[pOffset + i]);
        }
        for (int i = 0; i < count; i++) {
            out[offset + i] = unit(engine().nextLong()) < p[pOffset + i] ? 1 : 0;
        }
    }

    void exponential(float[] out, int offset, int count, double lambda) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkLambda(lambda);
        for (int i = 0; i < count; i++) {
            out[offset + i] = (float) (-1 / lambda * GlibcMath.log1p(-unit(engine().nextLong())));
        }
    }

    void exponential(double[] out, int offset, int count, double lambda) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkLambda(lambda);
        for (int i = 0; i < count; i++) {
            out[offset + i] = -1 / lambda * GlibcMath.log1p(-unit(engine().nextLong()));
        }
    }

    /** One normal number by the pairwise transform. */
    private double nextNormal(double mean, double std) {
        Double value = nextDouble;
        nextDouble = null;
        if (value == null) {
            double angle = 2 * Math.PI * unit(engine().nextLong());
            double radius = Math.sqrt(-2 * GlibcMath.log1p(-unit(engine().nextLong())));
            nextDouble = radius * GlibcMath.sin(angle);
            value = radius * GlibcMath.cos(angle);
        }
        return Math.fma(value, std, mean);
    }

    /** Fetches the draws for up to {@code wanted} 64-bit numbers, returns for how many. */
    private int fetchLongs(int wanted) {
        int length = Math.min(RAW / 2, wanted);
        engine().fill(raw, 2 * length);
        return length;
    }

    private long fetched(int i) {
        return (long) raw[2 * i] << 32 | raw[2 * i + 1] & 0xffffffffL;
    }

    /** The uniform number in [0, 1) that a 64-bit draw makes. */
    private static double unit(long draw) {
        return (draw & MANTISSA) * 0x1p-53;
    }

    /** Whole groups of 16, and no remainder left that would be too short to be drawn anew by itself. */
    private static int blockLength(long remaining) {
        return remaining < SINK_BLOCK + GROUP ? (int) remaining : SINK_BLOCK;
    }

    private static void swap(long[] values, int i, int j) {
        long saved = values[i];
        values[i] = values[j];
        values[j] = saved;
    }

    private static void checkBounds(double from, double to, double max) {
        if (!(from <= to && from >= -max && to <= max && to - from <= max)) {
            throw error("uniform: from must not exceed to, and both and to - from must fit the type, got from %s, to %s", from, to);
        }
    }

    private static void checkStd(double std) {
        if (!(std >= 0)) {
            throw error("normal: std must not be negative, got %s", std);
        }
    }

    private static void checkCount(long count) {
        if (count < 0) {
            throw error("normal: count must not be negative, got %d", count);
        }
    }

    private static void checkProbability(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw error("bernoulli: p must be between 0 and 1, got %s", p);
        }
    }

    private static void checkLambda(double lambda) {
        if (!(lambda > 0)) {
            throw error("exponential: lambda must be greater than 0, got %s", lambda);
        }
    }

    private static IllegalArgumentException error(String format, Object... values) {
        return new IllegalArgumentException(String.format(Locale.ROOT, format, values));
    }
}
