package io.candela.backend.cuda;

import io.candela.backend.NnKernels;
import io.candela.backend.NnKernels.Distribution;
import io.candela.tensor.DType;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Generator;
import io.candela.tensor.Half;
import io.candela.tensor.Tensor;

/**
 * Random numbers by Philox, in PyTorch's layout: thread i of a launch has the stream i of the seed, and takes from it, four numbers (of double
 * precision two) at a time, from the generator's offset on. Grid and offsets are those of {@code calc_execution_policy} in PyTorch 2.13. That the
 * numbers are PyTorch's for the same GPU was not verified on one; Philox itself is, by its authors' examples.
 */
final class CudaRandom {
    private static final int BLOCK = 256; // as in random.cu, and as in PyTorch
    private static final long WIDE_RANGE = 1L << 28; // from here on integers take 64 bits
    private static final long POISSON_NUMBERS = 256; // hardly an element takes more
    private static final Generator CHECKS = new Generator(); // draws nothing

    private final CudaDevice device;
    private final NnKernels host;

    /** @param host draws for generators of the CPU */
    CudaRandom(CudaDevice device, NnKernels host) {
        this.device = device;
        this.host = host;
    }

    void fill(Distribution distribution, double first, double second, Generator generator, Tensor out) {
        if (!generator.device().equals(out.device())) {
            if (!generator.device().equals(io.candela.tensor.Device.CPU)) {
                throw new DeviceException("random: the generator is for %s, the tensor on %s", generator.device(), out.device());
            }
            host.random(distribution, first, second, generator, out);
            return;
        }
        DType type = out.dtype();
        boolean wide = type == DType.FLOAT64;
        check(distribution, first, second, wide);
        if (out.numel() == 0) {
            return;
        }
        Tensor to = Dense.target(out);
        if (distribution == Distribution.INTEGER) {
            long low = (long) first;
            long range = (long) second - low;
            boolean wideRange = Long.compareUnsigned(range, WIDE_RANGE) >= 0;
            Launch l = kernel(wideRange ? "integers_64" : "integers_32").tensor(to).number(type.ordinal()).number(to.numel()).number(range).number(low);
            run(l, to.numel(), count(to.numel(), wideRange ? 2 : 4), generator);
        } else {
            Launch l = kernel(name(distribution) + (wide ? "_float64" : "_float32")).tensor(to).number(type.ordinal()).number(to.numel());
            if (wide) {
                l.number(first).number(second);
            } else {
                boolean bounds = distribution == Distribution.UNIFORM;
                l.number(bounds ? Half.round(type, (float) first) : (float) first).number(bounds ? Half.round(type, (float) second) : (float) second);
            }
            run(l, to.numel(), count(to.numel(), wide ? 2 : 4), generator);
        }
        Dense.finish(to, out);
    }

    private Launch kernel(String name) {
        return Launch.of(device.kernels.get("random.cu", name));
    }

    private static String name(Distribution distribution) {
        return switch (distribution) {
            case UNIFORM -> "uniform";
            case NORMAL -> "normal";
            case BERNOULLI -> "bernoulli";
            case EXPONENTIAL -> "exponential";
            case LOG_NORMAL -> "logNormal";
            default -> throw new AssertionError(distribution);
        };
    }

    /** As the host's generators check: of no numbers, they draw none. */
    private static void check(Distribution distribution, double first, double second, boolean wide) {
        switch (distribution) {
            case UNIFORM -> {
                if (wide) {
                    CHECKS.uniform(new double[0], 0, 0, first, second);
                } else {
                    CHECKS.uniform(new float[0], 0, 0, first, second);
                }
            }
            case NORMAL, LOG_NORMAL -> CHECKS.normal(new float[0], 0, 0, first, second);
            case BERNOULLI -> CHECKS.bernoulli(new float[0], 0, 0, first);
            case EXPONENTIAL -> CHECKS.exponential(new float[0], 0, 0, first);
            default -> CHECKS.randint(new long[0], 0, 0, (long) first, (long) second);
        }
    }

    private int blocks(int n) {
        int most = device.properties.multiprocessors() * (device.properties.threadsPerMultiprocessor() / BLOCK);
        return Math.min(most, (n - 1) / BLOCK + 1);
    }

    /** How far a stream gets by {@code n} elements, of which each step of a thread makes {@code perStep} of four numbers. */
    private long count(int n, int perStep) {
        return ((n - 1) / ((long) BLOCK * blocks(n) * perStep) + 1) * 4;
    }

    /**
     * Dropout as {@link NnKernels#dropout} says, as many neighbours per thread at a time as 16 bytes hold, if all lie so.
     *
     * @param x dense, in the order of the others
     */
    void dropout(Tensor x, double keep, Generator generator, Tensor out, Tensor kept) {
        int n = x.numel();
        int pack = pack(x, out, kept);
        Launch l = dropoutKernel("dropout_" + pack, x.dtype()).tensor(x).tensor(out).tensor(kept).number(n);
        if (x.dtype() == DType.FLOAT64) {
            l.number(keep).number(1 / keep);
        } else {
            l.number((float) keep).number((float) (1.0 / (float) keep));
        }
        // PyTorch takes four numbers for four elements to be enough for packs of two and of eight, too, and then draws some of them twice
        run(l, n, pack == 8 ? Math.max(count(n, 4), 2 * count(n, 8)) : count(n, pack == 2 ? 2 : 4), generator);
    }

    /** {@code g · kept · scale}; all dense, in one order. */
    void dropoutGrad(Tensor g, Tensor kept, double scale, Tensor out) {
        int n = g.numel();
        int pack = pack(g, out, kept);
        Launch l = dropoutKernel("dropout_grad_" + pack, g.dtype()).tensor(g).tensor(kept).tensor(out).number(n);
        (g.dtype() == DType.FLOAT64 ? l.number(scale) : l.number((float) scale)).over((n - 1) / pack + 1);
    }

    /** Numbers of events at rates; all row-major. */
    void poisson(Tensor rates, Generator generator, Tensor out) {
        int n = out.numel();
        run(kernel("poisson").tensor(rates).tensor(out).number(out.dtype().ordinal()).number(n), n, POISSON_NUMBERS, generator);
    }

    private Launch dropoutKernel(String name, DType type) {
        return Launch.of(device.kernels.get("dropout.cu", name + '_' + type.torchName()));
    }

    private static int pack(Tensor x, Tensor out, Tensor kept) {
        int width = x.dtype().bytes();
        int pack = 16 / width;
        long addresses = CudaStorage.address(x) | CudaStorage.address(out);
        while (x.numel() % pack != 0 || addresses % (pack * width) != 0 || CudaStorage.address(kept) % pack != 0) {
            pack /= 2;
        }
        return pack;
    }

    /** Adds where numbers come from, {@code count} of each stream, and launches. */
    private void run(Launch launch, int n, long count, Generator generator) {
        Generator.Place place = generator.reserve(count);
        Captured captured = CudaThread.current().captured(device);
        if (captured == null) {
            launch.longs(place.seed(), place.offset(), 0);
        } else {
            launch.longs(0, captured.offset(generator, place, count), captured.place(generator));
        }
        launch.run(blocks(n), BLOCK, 0);
    }
}
