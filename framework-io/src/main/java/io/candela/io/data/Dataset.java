package io.candela.io.data;

import io.candela.tensor.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/**
 * Samples by number, as PyTorch's map-style {@code Dataset}. A {@link DataLoader} with workers calls {@link #get} on several threads at once.
 *
 * @param <T> what a sample is
 */
public interface Dataset<T> {
    /** How many samples there are. */
    int size();

    /**
     * One sample. What it throws reaches the user of a {@link DataLoader} with the sample's number.
     *
     * @param index from 0 to {@code size() - 1}
     */
    T get(int index) throws Exception;

    /** These samples, each changed by a function when it is asked for. Several threads may call the function. */
    default <R> Dataset<R> map(Function<? super T, ? extends R> function) {
        Objects.requireNonNull(function, "function");
        Dataset<T> source = this;
        return new Dataset<>() {
            @Override
            public int size() {
                return source.size();
            }

            @Override
            public R get(int index) throws Exception {
                return function.apply(source.get(index));
            }
        };
    }

    /** A list as a dataset; changes of the list are seen. */
    static <T> Dataset<T> of(List<? extends T> samples) {
        Objects.requireNonNull(samples, "samples");
        return new Dataset<>() {
            @Override
            public int size() {
                return samples.size();
            }

            @Override
            public T get(int index) {
                return samples.get(index);
            }
        };
    }

    /** {@link #randomSplit(Generator, int...)} with the default generator. */
    default List<Subset<T>> randomSplit(int... lengths) {
        return randomSplit(Generator.getDefault(), lengths);
    }

    /**
     * Splits at random into parts of these lengths; the parts of {@code torch.utils.data.random_split} for the same seed.
     *
     * @throws IllegalArgumentException if a length is negative, or they do not sum to {@link #size()}
     */
    default List<Subset<T>> randomSplit(Generator generator, int... lengths) {
        long sum = Arrays.stream(lengths).asLongStream().sum();
        if (sum != size() || Arrays.stream(lengths).anyMatch(length -> length < 0)) {
            throw new IllegalArgumentException("randomSplit: lengths must be 0 or more and sum to the dataset's %d samples, got %s".formatted(size(),
                    Arrays.toString(lengths)));
        }
        long[] order = generator.randperm(size());
        List<Subset<T>> parts = new ArrayList<>();
        int start = 0;
        for (int length : lengths) {
            parts.add(new Subset<>(this, Arrays.stream(order, start, start + length).mapToInt(index -> (int) index).toArray()));
            start += length;
        }
        return parts;
    }

    /** {@link #randomSplit(Generator, double...)} with the default generator. */
    default List<Subset<T>> randomSplit(double... fractions) {
        return randomSplit(Generator.getDefault(), fractions);
    }

    /**
     * Splits at random into parts of {@code floor(fraction · size)} samples; those left over go one each to the parts from the front, in turn.
     *
     * @throws IllegalArgumentException if a fraction is outside [0, 1], or they do not sum to 1
     */
    default List<Subset<T>> randomSplit(Generator generator, double... fractions) {
        double sum = Arrays.stream(fractions).sum();
        if (!(Math.abs(sum - 1) <= 1e-9) || Arrays.stream(fractions).anyMatch(fraction -> !(fraction >= 0 && fraction <= 1))) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "randomSplit: fractions must be from 0 to 1 and sum to 1, got %s with sum %s",
                    Arrays.toString(fractions), sum));
        }
        int[] lengths = Arrays.stream(fractions).mapToInt(fraction -> (int) Math.floor(size() * fraction)).toArray();
        int left = size() - Arrays.stream(lengths).sum();
        for (int i = 0; i < left; i++) {
            lengths[i % lengths.length]++;
        }
        return randomSplit(generator, lengths);
    }
}
