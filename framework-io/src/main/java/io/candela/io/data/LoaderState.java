package io.candela.io.data;

import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a {@link DataLoader} stands.
 *
 * @param epoch    its number
 * @param position batches handed out
 * @param seed     of the epoch; -1 between epochs
 * @param plan     null between epochs and for streams
 */
record LoaderState(long epoch, int position, long seed, EpochPlan plan) {
    static final LoaderState START = between(0);

    /** Before the epoch with this number. */
    static LoaderState between(long epoch) {
        return new LoaderState(epoch, 0, -1, null);
    }

    boolean underWay() {
        return seed >= 0;
    }

    LoaderState at(int batches) {
        return new LoaderState(epoch, batches, seed, plan);
    }

    /**
     * What of a loader its state must fit.
     *
     * @param samples          of the dataset, -1 if it is a stream
     * @param batchSize        of a stream: its position counts batches
     * @param generator        null if none was given to the loader
     * @param samplerGenerator null if none was given to the sampler, or the loader's
     */
    record Fit(int samples, int batchSize, Generator generator, Generator samplerGenerator) {
    }

    Map<String, Object> toMap(Fit fit) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("epoch", epoch);
        map.put("position", (long) position);
        map.put("seed", seed);
        map.put("samples", (long) fit.samples);
        if (fit.samples < 0) {
            map.put("batch_size", (long) fit.batchSize);
        }
        if (plan != null) {
            map.put("order", Tensor.of(plan.order()));
            map.put("ends", Tensor.of(plan.ends()));
        }
        put(map, "generator", fit.generator);
        put(map, "sampler_generator", fit.samplerGenerator);
        return map;
    }

    private static void put(Map<String, Object> map, String key, Generator generator) {
        if (generator != null) {
            map.put(key, Tensor.of(generator.getState()));
        }
    }

    /** Checks everything, then gives the generators their states. */
    static LoaderState fromMap(Map<?, ?> map, Fit fit) {
        int samples = fit.samples;
        long epoch = number(map, "epoch", 0, Long.MAX_VALUE);
        long seed = number(map, "seed", -1, Long.MAX_VALUE);
        long saved = number(map, "samples", -1, Integer.MAX_VALUE);
        if (saved != samples) {
            throw bad("the dataset has %s, the state is of one with %s", count(samples), count(saved));
        }
        long savedSize = samples < 0 ? number(map, "batch_size", 1, Integer.MAX_VALUE) : fit.batchSize;
        if (savedSize != fit.batchSize && seed >= 0) {
            throw bad("the batch size is %d, the state is of a stream in batches of %d", fit.batchSize, savedSize);
        }
        EpochPlan plan = null;
        if (samples >= 0 && seed >= 0) {
            plan = new EpochPlan(seed, longs(map, "order"), longs(map, "ends"));
            String problem = problem(plan, samples);
            if (problem != null) {
                throw bad("%s", problem);
            }
        }
        int position = (int) number(map, "position", 0, plan != null ? plan.batches() : samples < 0 && seed >= 0 ? Integer.MAX_VALUE : 0);
        byte[] state = generatorState(map, "generator", fit.generator);
        byte[] samplerState = generatorState(map, "sampler_generator", fit.samplerGenerator);
        if (state != null) {
            fit.generator.setState(state);
        }
        if (samplerState != null) {
            fit.samplerGenerator.setState(samplerState);
        }
        return new LoaderState(epoch, position, seed, plan);
    }

    /** What keeps a plan from being used with a dataset of so many samples; null if nothing. */
    static String problem(EpochPlan plan, int samples) {
        long end = 0;
        for (long next : plan.ends()) {
            if (next <= end || next > plan.order().length) {
                return "a batch ends at %d, after one that ends at %d, of %d samples".formatted(next, end, plan.order().length);
            }
            end = next;
        }
        if (end != plan.order().length) {
            return "the batches have %d samples, the order has %d".formatted(end, plan.order().length);
        }
        for (long index : plan.order()) {
            if (index < 0 || index >= samples) {
                return "sample %d is outside the dataset of %d samples".formatted(index, samples);
            }
        }
        return null;
    }

    private static String count(long samples) {
        return samples < 0 ? "no known size" : samples + " samples";
    }

    private static long number(Map<?, ?> map, String key, long least, long most) {
        Object value = map.get(key);
        if (!(value instanceof Long || value instanceof Integer)) {
            throw bad("%s must be an integer, got %s", key, value);
        }
        long number = ((Number) value).longValue();
        if (number < least || number > most) {
            throw bad("%s must be from %d to %d, got %d", key, least, most, number);
        }
        return number;
    }

    private static long[] longs(Map<?, ?> map, String key) {
        return tensor(map, key, DType.INT64).toLongArray();
    }

    private static Tensor tensor(Map<?, ?> map, String key, DType dtype) {
        Object value = map.get(key);
        if (value instanceof Tensor tensor && tensor.dtype() == dtype && tensor.dim() == 1) {
            return tensor;
        }
        throw bad("%s must be a tensor of %s in one dimension, got %s", key, dtype,
                value instanceof Tensor tensor ? tensor.dtype() + " " + tensor.shape() : value);
    }

    private static byte[] generatorState(Map<?, ?> map, String key, Generator generator) {
        if (generator == null) {
            if (map.containsKey(key)) {
                throw bad("the state has a %s, this loader has none", key);
            }
            return null;
        }
        ByteBuffer bytes = tensor(map, key, DType.UINT8).toByteBuffer();
        byte[] state = new byte[bytes.remaining()];
        bytes.get(state);
        new Generator().setState(state); // throws if it is none, before anything is changed
        return state;
    }

    private static IllegalArgumentException bad(String format, Object... values) {
        return new IllegalArgumentException("DataLoader.loadStateDict: " + format.formatted(values));
    }
}
