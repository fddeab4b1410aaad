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
            run(l, to.numel(), wideRange ? 2 : 4, generator);
        } else {
            Launch l = kernel(name(distribution) + (wide ? "_float64" : "_float32")).tensor(to).number(type.ordinal()).number(to.numel());
            if (wide) {
                l.number(first).number(second);
            } else {
                boolean bounds = distribution == Distribution.UNIFORM;
                l.number(bounds ? Half.round(type, (float) first) : (float) first).number(bounds ? Half.round(type, (float) second) : (float) second);
            }
            run(l, to.numel(), wide ? 2 : 4, generator);
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

    /** Adds where numbers come from, and launches. */
    private void run(Launch launch, int n, int perStep, Generator generator) {
        int most = device.properties.multiprocessors() * (device.properties.threadsPerMultiprocessor() / BLOCK);
        int blocks = Math.min(most, (n - 1) / BLOCK + 1);
        long count = ((n - 1) / ((long) BLOCK * blocks * perStep) + 1) * 4;
        Generator.Place place = generator.reserve(count);
        Captured captured = CudaThread.current().captured(device);
        if (captured == null) {
            launch.longs(place.seed(), place.offset(), 0);
        } else {
            launch.longs(0, captured.offset(generator, place, count), captured.place(generator));
        }
        launch.run(blocks, BLOCK, 0);
    }
}
