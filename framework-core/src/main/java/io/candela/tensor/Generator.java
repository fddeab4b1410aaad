package io.candela.tensor;

import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A source of random numbers whose streams are PyTorch's CPU streams, bit for bit: after {@code manualSeed(s)} each method writes what
 * PyTorch writes after {@code torch.manual_seed(s)}, and leaves a state from which both continue alike.
 *
 * <p>The engine is MT19937. The distributions follow the definitions of PyTorch 2.13 ({@code ATen/core/DistributionsHelper.h},
 * {@code ATen/native/cpu/DistributionTemplates.h}). Where the processor shows in the last bit, the reference is the x86-64 wheel on one
 * with AVX2 and FMA, where {@code torch.backends.cpu.get_cpu_capability()} is {@code AVX2} or {@code AVX512}; both give the same numbers.
 * On ARM, or with {@code ATEN_CPU_CAPABILITY=default}, PyTorch's own normal numbers and uniform numbers outside (0, 1) differ from these
 * in the last bits; the draws and the state do not. Double normal and exponential numbers have the rounding of the GNU C library 2.36.
 *
 * <p>The fill methods write what PyTorch writes into a contiguous tensor of {@code count} elements. A count of 0 draws nothing. Arguments
 * are checked before anything is drawn or written.
 *
 * <p>A GPU's generator is {@code torch.Generator("cuda")}: a seed and an offset, from which kernels compute their numbers by Philox 4x32-10. It fills
 * tensors of its GPU; the methods that draw on the host throw {@link DeviceException}. A generator of the CPU fills tensors of a GPU, too, by way of
 * the host, with the CPU's numbers.
 *
 * <p>Safe for several threads: a method holds the generator's lock from its first draw to its last. Which thread gets which numbers is
 * then a matter of order; for reproducible results give each thread a generator of its own.
 */
public final class Generator {
    /** The seed of {@code torch.Generator()}. */
    public static final long DEFAULT_SEED = 67280421310721L;

    private static final int RAW = 1024; // draws fetched at once: amortizes the engine's bookkeeping, stays in the first-level cache
    private static final int GROUP = BoxMuller.GROUP;
    private static final int SINK_BLOCK = 512 * GROUP;
    private static final long MANTISSA = (1L << 53) - 1; // the bits of a 64-bit draw that a double takes
    private static final long WIDE_RANGE = 1L << 28; // from here on integers take 64-bit draws, to keep the skew of the remainder small
    private static final int WIDE_PERMUTATION = 214_748_364; // likewise: (2^32 - 1) / 20

    private final Object lock = new Object();
    private final MersenneTwister engine; // null for a GPU's
    private final PhiloxState philox; // null for the CPU's
    private final Device device;
    private final int[] raw = new int[RAW];
    // Box–Muller makes two numbers at a time; the second waits here. Only counts below 16 use it, in double whatever the element type.
    private Double nextDouble;
    private Float nextFloat; // never used by PyTorch's CPU generator, but part of its state

    /** Takes normal numbers block by block: {@code block[0, length)} are elements {@code position} and following; the array is reused. */
    @FunctionalInterface
    public interface FloatSink {
        /** Takes one block. */
        void accept(long position, float[] block, int length);
    }

    /** {@link FloatSink} in double precision. */
    @FunctionalInterface
    public interface DoubleSink {
        /** Takes one block. */
        void accept(long position, double[] block, int length);
    }

    /**
     * Where a kernel takes its random numbers: they are functions of these and of the number's place.
     *
     * @param seed   64 bits
     * @param offset how many numbers each thread's stream has given so far, a multiple of 4
     */
    public record Place(long seed, long offset) {}

    /** A generator with {@link #DEFAULT_SEED}, like {@code torch.Generator()}. */
    public Generator() {
        this(Device.CPU);
    }

    /**
     * A generator with {@link #DEFAULT_SEED} for tensors of a device, like {@code torch.Generator(device)}; the device need not be there. A GPU's
     * draws nothing on the host: see the class.
     */
    public Generator(Device device) {
        boolean host = device.type() == Device.Type.CPU;
        this.device = device;
        engine = host ? new MersenneTwister(DEFAULT_SEED) : null;
        philox = host ? null : new PhiloxState(DEFAULT_SEED, 0);
    }

    /** The device for whose tensors it draws. */
    public Device device() {
        return device;
    }

    /**
     * The generator used wherever none is given, one per process. As in PyTorch it starts from a fresh seed in every process; call
     * {@link #manualSeed} for a reproducible run.
     */
    public static Generator getDefault() {
        return DefaultGenerators.ofCpu();
    }

    /** The generator used for tensors of a device wherever none is given; of a GPU from the seed of the last {@link Tensor#manualSeed}, if there was one. */
    public static Generator getDefault(Device device) {
        return DefaultGenerators.of(device);
    }

    /** The default generators that there are: the CPU's, then those of the GPUs for which one was asked. */
    public static List<Generator> defaults() {
        return DefaultGenerators.all();
    }

    /** Seeds the default generators of all GPUs, those to come too: {@code torch.cuda.manual_seed_all}. */
    public static void manualSeedDevices(long seed) {
        DefaultGenerators.seedDevices(seed);
    }

    /**
     * Starts over from {@code seed}, forgetting a normal number that waits. The seed counts as 64 unsigned bits: -1 is PyTorch's
     * {@code 2**64 - 1}, which is also what PyTorch makes of -1. The low 32 bits decide the stream.
     *
     * @return this generator
     */
    public Generator manualSeed(long seed) {
        synchronized (lock) {
            if (philox != null) {
                philox.set(seed, 0);
                return this;
            }
            engine.seed(seed);
            nextDouble = null;
            nextFloat = null;
        }
        return this;
    }

    /** The seed last set, as 64 unsigned bits. */
    public long initialSeed() {
        synchronized (lock) {
            return philox != null ? philox.seed() : engine.seed();
        }
    }

    /** Starts over from a seed of the operating system's, like {@code torch.seed()}; returns it, as 64 unsigned bits. */
    public long seed() {
        long fresh = entropy();
        manualSeed(fresh);
        return fresh;
    }

    /**
     * The state in the layout of {@code torch.Generator.get_state()}, which PyTorch's {@code set_state} accepts: 5056 bytes, of a GPU's generator 16,
     * seed and offset.
     */
    public byte[] getState() {
        GeneratorState state;
        synchronized (lock) {
            if (philox != null) {
                return philox.toBytes();
            }
            state = engine.state(nextDouble, nextFloat);
        }
        return state.toBytes();
    }

    /**
     * Continues from a state that {@link #getState()} or PyTorch's {@code get_state()} gave.
     *
     * @throws IllegalArgumentException if it has another size or impossible counters; this generator is then unchanged
     */
    public void setState(byte[] state) {
        if (philox != null) {
            Place place = PhiloxState.parse(state);
            synchronized (lock) {
                philox.set(place.seed, place.offset);
            }
            return;
        }
        GeneratorState parsed = GeneratorState.parse(state);
        synchronized (lock) {
            engine.restore(parsed);
            nextDouble = parsed.nextDouble();
            nextFloat = parsed.nextFloat();
        }
    }

    /**
     * For backends, of a GPU's generator: takes up to {@code count} numbers per thread for one kernel, counted in fours.
     *
     * @throws DeviceException if this is the CPU's
     */
    public Place reserve(long count) {
        synchronized (lock) {
            Place place = philox("reserve").place();
            philox.set(place.seed, place.offset + (count + 3 & -4));
            return place;
        }
    }

    /**
     * How many numbers each thread's stream has given: {@code torch.Generator.get_offset()}.
     *
     * @throws DeviceException if this is the CPU's
     */
    public long offset() {
        synchronized (lock) {
            return philox("offset").place().offset;
        }
    }

    /**
     * Goes to another place of the same seed's streams: {@code torch.Generator.set_offset}.
     *
     * @throws IllegalArgumentException if the offset is no multiple of 4
     * @throws DeviceException          if this is the CPU's
     */
    public void setOffset(long offset) {
        synchronized (lock) {
            philox("setOffset").set(philox.seed(), PhiloxState.checked(offset));
        }
    }

    private PhiloxState philox(String who) {
        if (philox == null) {
            throw new DeviceException("Generator.%s: the CPU's generators have no offset, only those of GPUs do", who);
        }
        return philox;
    }

    private MersenneTwister engine() {
        if (engine == null) {
            throw new DeviceException("Generator: it draws on %s, and was used on the host; make one with new Generator()", device);
        }
        return engine;
    }

    /** The next 32 bits of the engine. */
    public int nextInt() {
        synchronized (lock) {
            return engine().nextInt();
        }
    }

    /** The next 64 bits: two draws, the first is the upper half. */
    public long nextLong() {
        synchronized (lock) {
            return engine().nextLong();
        }
    }

    /**
     * Uniform numbers in [from, to), as {@code Tensor.uniform_(from, to)}; from 0 to 1, as {@code torch.rand}. 24 bits of one draw each.
     *
     * @throws IllegalArgumentException if {@code from > to}, or if a bound or {@code to - from} is not a finite float
     */
    public void uniform(float[] out, int offset, int count, double from, double to) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkBounds(from, to, Float.MAX_VALUE);
        float low = (float) from;
        float high = (float) to;
        float range = high - low;
        synchronized (lock) {
            for (int done = 0, length; done < count; done += length) {
                length = Math.min(RAW, count - done);
                engine().fill(raw, length);
                for (int i = 0; i < length; i++) {
                    float value = Math.fma((raw[i] & 0xffffff) * 0x1p-24f, range, low);
                    out[offset + done + i] = value == high ? low : value; // rounding can reach the excluded bound
                }
            }
        }
    }

    /** {@link #uniform(float[], int, int, double, double)} in double precision: 53 bits of two draws each. */
    public void uniform(double[] out, int offset, int count, double from, double to) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkBounds(from, to, Double.MAX_VALUE);
        double range = to - from;
        synchronized (lock) {
            for (int done = 0, length; done < count; done += length) {
                length = fetchLongs(count - done);
                for (int i = 0; i < length; i++) {
                    double value = Math.fma(unit(fetched(i)), range, from);
                    out[offset + done + i] = value == to ? from : value;
                }
            }
        }
    }

    /**
     * Normal numbers, as {@code Tensor.normal_(mean, std)}; with 0 and 1, as {@code torch.randn}.
     *
     * <p>Fewer than 16 come in pairs from a transform in double precision, whose second number waits for the next such call. From 16 on,
     * all uniform numbers are drawn first and transformed in groups of 16; after an incomplete group the last 16 are drawn anew.
     *
     * @throws IllegalArgumentException if {@code std} is negative or NaN
     */
    public void normal(float[] out, int offset, int count, double mean, double std) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkStd(std);
        synchronized (lock) {
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
    }

    /** {@link #normal(float[], int, int, double, double)} in double precision. */
    public void normal(double[] out, int offset, int count, double mean, double std) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkStd(std);
        synchronized (lock) {
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
    }

    /**
     * The numbers of {@link #normal(float[], int, int, double, double)} for any count without an array of that length, in order and in
     * blocks. The lock is held throughout; {@code sink} must not use this generator.
     */
    public void normalFloats(long count, double mean, double std, FloatSink sink) {
        checkCount(count);
        float[] block = new float[(int) Math.min(count, SINK_BLOCK + GROUP - 1)];
        synchronized (lock) {
            for (long position = 0; position < count; ) {
                int length = blockLength(count - position);
                normal(block, 0, length, mean, std);
                sink.accept(position, block, length);
                position += length;
            }
        }
    }

    /** {@link #normalFloats} in double precision. */
    public void normalDoubles(long count, double mean, double std, DoubleSink sink) {
        checkCount(count);
        double[] block = new double[(int) Math.min(count, SINK_BLOCK + GROUP - 1)];
        synchronized (lock) {
            for (long position = 0; position < count; ) {
                int length = blockLength(count - position);
                normal(block, 0, length, mean, std);
                sink.accept(position, block, length);
                position += length;
            }
        }
    }

    /**
     * Integers in [low, high), as {@code torch.randint}: the remainder of a 32-bit draw, or of a 64-bit one if the range is 2^28 or more.
     *
     * @throws IllegalArgumentException unless {@code low < high}
     */
    public void randint(long[] out, int offset, int count, long low, long high) {
        Objects.checkFromIndexSize(offset, count, out.length);
        if (low >= high) {
            throw error("randint: low must be less than high, got low %d, high %d", low, high);
        }
        long range = high - low; // unsigned: it may exceed Long.MAX_VALUE
        boolean wide = Long.compareUnsigned(range, WIDE_RANGE) >= 0;
        synchronized (lock) {
            for (int i = 0; i < count; i++) {
                long draw = wide ? engine().nextLong() : engine().nextInt() & 0xffffffffL;
                out[offset + i] = low + (wide ? Long.remainderUnsigned(draw, range) : draw % range);
            }
        }
    }

    /**
     * The numbers 0 to {@code n - 1} in random order, as {@code torch.randperm(n)}: Fisher and Yates' shuffle with 32-bit draws from the
     * front; from n = 214 748 364 on with 64-bit draws, inside out.
     *
     * @throws IllegalArgumentException if {@code n} is negative
     */
    public long[] randperm(int n) {
        if (n < 0) {
            throw error("randperm: n must not be negative, got %d", n);
        }
        long[] out = new long[n];
        for (int i = 0; i < n; i++) {
            out[i] = i;
        }
        synchronized (lock) {
            if (n >= WIDE_PERMUTATION) {
                for (int i = 0; i < n; i++) {
                    swap(out, i, (int) Long.remainderUnsigned(engine().nextLong(), i + 1L));
                }
            } else {
                for (int i = 0; i < n - 1; i++) {
                    swap(out, i, i + (int) ((engine().nextInt() & 0xffffffffL) % (n - i)));
                }
            }
        }
        return out;
    }

    /**
     * Ones with probability {@code p} and zeros, as {@code Tensor.bernoulli_(p)} for a number {@code p}: two draws each. In training,
     * {@code F.dropout(x, q)} keeps the elements at which {@code bernoulli_(1 - q)} is one.
     *
     * @throws IllegalArgumentException unless {@code 0 <= p <= 1}
     */
    public void bernoulli(float[] out, int offset, int count, double p) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkProbability(p);
        // u < p, asked of the 53 bits of u: scaling is exact, and the sign of a difference needs no branch, which would be mispredicted.
        long threshold = (long) Math.ceil(p * 0x1p53);
        synchronized (lock) {
            for (int done = 0, length; done < count; done += length) {
                length = fetchLongs(count - done);
                for (int i = 0; i < length; i++) {
                    out[offset + done + i] = (fetched(i) & MANTISSA) - threshold >>> 63;
                }
            }
        }
    }

    /**
     * Ones with probability {@code p[pOffset + i]} and zeros, as {@code torch.bernoulli} of a float tensor: one draw each, hence not the
     * stream of {@link #bernoulli(float[], int, int, double)}.
     *
     * @throws IllegalArgumentException if a probability is outside [0, 1]
     */
    public void bernoulli(float[] out, int offset, int count, float[] p, int pOffset) {
        Objects.checkFromIndexSize(offset, count, out.length);
        Objects.checkFromIndexSize(pOffset, count, p.length);
        for (int i = 0; i < count; i++) {
            checkProbability(p[pOffset + i]);
        }
        synchronized (lock) {
            for (int i = 0; i < count; i++) {
                out[offset + i] = (engine().nextInt() & 0xffffff) * 0x1p-24f < p[pOffset + i] ? 1 : 0;
            }
        }
    }

    /** {@link #bernoulli(float[], int, int, float[], int)} for a double tensor: two draws each. */
    public void bernoulli(double[] out, int offset, int count, double[] p, int pOffset) {
        Objects.checkFromIndexSize(offset, count, out.length);
        Objects.checkFromIndexSize(pOffset, count, p.length);
        for (int i = 0; i < count; i++) {
            checkProbability(p[pOffset + i]);
        }
        synchronized (lock) {
            for (int i = 0; i < count; i++) {
                out[offset + i] = unit(engine().nextLong()) < p[pOffset + i] ? 1 : 0;
            }
        }
    }

    /**
     * Exponential numbers of density {@code λ exp(-λx)}, as {@code Tensor.exponential_(lambda)}: in double from two draws each.
     *
     * @throws IllegalArgumentException unless {@code lambda > 0}
     */
    public void exponential(float[] out, int offset, int count, double lambda) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkLambda(lambda);
        synchronized (lock) {
            for (int i = 0; i < count; i++) {
                out[offset + i] = (float) (-1 / lambda * GlibcMath.log1p(-unit(engine().nextLong())));
            }
        }
    }

    /** {@link #exponential(float[], int, int, double)} in double precision. */
    public void exponential(double[] out, int offset, int count, double lambda) {
        Objects.checkFromIndexSize(offset, count, out.length);
        checkLambda(lambda);
        synchronized (lock) {
            for (int i = 0; i < count; i++) {
                out[offset + i] = -1 / lambda * GlibcMath.log1p(-unit(engine().nextLong()));
            }
        }
    }

    /** One normal number by the pairwise transform; under the lock. */
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

    /** Fetches the draws for up to {@code wanted} 64-bit numbers, returns for how many; under the lock. */
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

    private static long entropy() {
        // Where the device exists it is asked directly, as PyTorch does: SecureRandom takes 30 ms to start.
        try (DataInputStream in = new DataInputStream(new FileInputStream("/dev/urandom"))) {
            return in.readLong();
        } catch (IOException e) {
            return new SecureRandom().nextLong();
        }
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
