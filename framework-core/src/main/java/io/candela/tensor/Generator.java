package io.candela.tensor;

import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;

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

    private final Object lock = new Object();
    private final HostStream stream; // of a GPU's without numbers
    private final PhiloxState philox; // null for the CPU's
    private final Device device;

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
        stream = new HostStream(device, DEFAULT_SEED);
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
            stream.seed(seed);
        }
        return this;
    }

    /** The seed last set, as 64 unsigned bits. */
    public long initialSeed() {
        synchronized (lock) {
            return philox != null ? philox.seed() : stream.seed();
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
            state = stream.state();
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
            stream.restore(parsed);
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

    /** The next 32 bits of the engine. */
    public int nextInt() {
        synchronized (lock) {
            return stream.nextInt();
        }
    }

    /** The next 64 bits: two draws, the first is the upper half. */
    public long nextLong() {
        synchronized (lock) {
            return stream.nextLong();
        }
    }

    /**
     * Uniform numbers in [from, to), as {@code Tensor.uniform_(from, to)}; from 0 to 1, as {@code torch.rand}. 24 bits of one draw each.
     *
     * @throws IllegalArgumentException if {@code from > to}, or if a bound or {@code to - from} is not a finite float
     */
    public void uniform(float[] out, int offset, int count, double from, double to) {
        synchronized (lock) {
            stream.uniform(out, offset, count, from, to);
        }
    }

    /** {@link #uniform(float[], int, int, double, double)} in double precision: 53 bits of two draws each. */
    public void uniform(double[] out, int offset, int count, double from, double to) {
        synchronized (lock) {
            stream.uniform(out, offset, count, from, to);
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
        synchronized (lock) {
            stream.normal(out, offset, count, mean, std);
        }
    }

    /** {@link #normal(float[], int, int, double, double)} in double precision. */
    public void normal(double[] out, int offset, int count, double mean, double std) {
        synchronized (lock) {
            stream.normal(out, offset, count, mean, std);
        }
    }

    /**
     * The numbers of {@link #normal(float[], int, int, double, double)} for any count without an array of that length, in order and in
     * blocks. The lock is held throughout; {@code sink} must not use this generator.
     */
    public void normalFloats(long count, double mean, double std, FloatSink sink) {
        synchronized (lock) {
            stream.normalFloats(count, mean, std, sink);
        }
    }

    /** {@link #normalFloats} in double precision. */
    public void normalDoubles(long count, double mean, double std, DoubleSink sink) {
        synchronized (lock) {
            stream.normalDoubles(count, mean, std, sink);
        }
    }

    /**
     * Integers in [low, high), as {@code torch.randint}: the remainder of a 32-bit draw, or of a 64-bit one if the range is 2^28 or more.
     *
     * @throws IllegalArgumentException unless {@code low < high}
     */
    public void randint(long[] out, int offset, int count, long low, long high) {
        synchronized (lock) {
            stream.randint(out, offset, count, low, high);
        }
    }

    /**
     * The numbers 0 to {@code n - 1} in random order, as {@code torch.randperm(n)}: Fisher and Yates' shuffle with 32-bit draws from the
     * front; from n = 214 748 364 on with 64-bit draws, inside out.
     *
     * @throws IllegalArgumentException if {@code n} is negative
     */
    public long[] randperm(int n) {
        synchronized (lock) {
            return stream.randperm(n);
        }
    }

    /**
     * Ones with probability {@code p} and zeros, as {@code Tensor.bernoulli_(p)} for a number {@code p}: two draws each. In training,
     * {@code F.dropout(x, q)} keeps the elements at which {@code bernoulli_(1 - q)} is one.
     *
     * @throws IllegalArgumentException unless {@code 0 <= p <= 1}
     */
    public void bernoulli(float[] out, int offset, int count, double p) {
        synchronized (lock) {
            stream.bernoulli(out, offset, count, p);
        }
    }

    /**
     * Ones with probability {@code p[pOffset + i]} and zeros, as {@code torch.bernoulli} of a float tensor: one draw each, hence not the
     * stream of {@link #bernoulli(float[], int, int, double)}.
     *
     * @throws IllegalArgumentException if a probability is outside [0, 1]
     */
    public void bernoulli(float[] out, int offset, int count, float[] p, int pOffset) {
        synchronized (lock) {
            stream.bernoulli(out, offset, count, p, pOffset);
        }
    }

    /** {@link #bernoulli(float[], int, int, float[], int)} for a double tensor: two draws each. */
    public void bernoulli(double[] out, int offset, int count, double[] p, int pOffset) {
        synchronized (lock) {
            stream.bernoulli(out, offset, count, p, pOffset);
        }
    }

    /**
     * Exponential numbers of density {@code λ exp(-λx)}, as {@code Tensor.exponential_(lambda)}: in double from two draws each.
     *
     * @throws IllegalArgumentException unless {@code lambda > 0}
     */
    public void exponential(float[] out, int offset, int count, double lambda) {
        synchronized (lock) {
            stream.exponential(out, offset, count, lambda);
        }
    }

    /** {@link #exponential(float[], int, int, double)} in double precision. */
    public void exponential(double[] out, int offset, int count, double lambda) {
        synchronized (lock) {
            stream.exponential(out, offset, count, lambda);
        }
    }

    private static long entropy() {
        // Where the device exists it is asked directly, as PyTorch does: SecureRandom takes 30 ms to start.
        try (DataInputStream in = new DataInputStream(new FileInputStream("/dev/urandom"))) {
            return in.readLong();
        } catch (IOException e) {
            return new SecureRandom().nextLong();
        }
    }
}
