package io.candela.nn;

import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Batches of sequences of different lengths, padded or packed: PyTorch's {@code torch.nn.utils.rnn}. All are differentiable. */
public final class Sequences {
    private Sequences() {}

    /**
     * A padded batch with the lengths of its sequences.
     *
     * @param output  {@code (time, n, *)}, or {@code (n, time, *)}
     * @param lengths int64 {@code (n)}
     */
    public record Padded(Tensor output, Tensor lengths) {}

    /** {@link #packPaddedSequence(Tensor, Tensor, boolean, boolean)} of sorted sequences, with the batch second. */
    public static PackedSequence packPaddedSequence(Tensor input, Tensor lengths) {
        return packPaddedSequence(input, lengths, false, true);
    }

    /**
     * Leaves the padding out.
     *
     * @param input         {@code (time, n, *)}, or {@code (n, time, *)} if {@code batchFirst}; {@code time} may be more than the longest length
     * @param lengths       integers {@code (n)}
     * @param enforceSorted whether lengths must not grow; false sorts the sequences, and the result says how
     * @throws ShapeException if there are not {@code n} lengths, one is not in 1 … time, or they grow and must not
     */
    public static PackedSequence packPaddedSequence(Tensor input, Tensor lengths, boolean batchFirst, boolean enforceSorted) {
        if (input.dim() < 2) {
            throw new ShapeException("packPaddedSequence: input must have 2 dimensions at least, got %s", input.shape());
        }
        int time = input.size(batchFirst ? 1 : 0);
        int batch = input.size(batchFirst ? 0 : 1);
        if (lengths.dim() != 1 || lengths.size(0) != batch) {
            throw new ShapeException("packPaddedSequence: lengths must be (%d), one per sequence, got %s", batch, lengths.shape());
        }
        int[] given = lengths.toIntArray();
        for (int i = 0; i < batch; i++) {
            if (given[i] < 1 || given[i] > time) {
                throw new ShapeException("packPaddedSequence: length %d of sequence %d is not in 1 to %d, the steps of the input", given[i], i, time);
            }
        }
        int[] order = IntStream.range(0, batch).boxed().sorted(Comparator.comparingInt(i -> -given[i])).mapToInt(i -> i).toArray();
        if (enforceSorted) {
            for (int i = 1; i < batch; i++) {
                if (given[i] > given[i - 1]) {
                    throw new ShapeException("packPaddedSequence: lengths must not grow, got %s; pass enforceSorted=false to have them sorted",
                            Arrays.toString(given));
                }
            }
        }
        int[] sizes = new int[batch == 0 ? 0 : given[order[0]]];
        for (int length : given) {
            for (int t = 0; t < length; t++) {
                sizes[t]++;
            }
        }
        long[] rows = new long[Arrays.stream(sizes).sum()];
        for (int t = 0, at = 0; t < sizes.length; t++) {
            for (int i = 0; i < sizes[t]; i++) {
                rows[at++] = batchFirst ? (long) order[i] * time + t : (long) t * batch + order[i];
            }
        }
        Tensor data = input.flatten(0, 1).indexSelect(0, indices(input, rows));
        Tensor batchSizes = Tensor.of(Arrays.stream(sizes).asLongStream().toArray());
        if (enforceSorted) {
            return new PackedSequence(data, batchSizes, null, null);
        }
        Tensor sorted = indices(input, Arrays.stream(order).asLongStream().toArray());
        return new PackedSequence(data, batchSizes, sorted, invertPermutation(sorted));
    }

    private static Tensor indices(Tensor like, long... values) {
        return Tensor.of(values).to(like.device());
    }

    /** {@link #padPackedSequence(PackedSequence, boolean, double, Integer)} with zeros, with the batch second. */
    public static Padded padPackedSequence(PackedSequence sequence) {
        return padPackedSequence(sequence, false, 0, null);
    }

    /**
     * The inverse of {@link #packPaddedSequence(Tensor, Tensor, boolean, boolean)}, in the original order.
     *
     * @param totalLength steps of the result, at least as many as the longest sequence has; null for as many
     * @throws ShapeException if {@code totalLength} is too small
     */
    public static Padded padPackedSequence(PackedSequence sequence, boolean batchFirst, double paddingValue, Integer totalLength) {
        int[] sizes = sequence.batchSizes().toIntArray();
        int time = totalLength == null ? sizes.length : totalLength;
        if (time < sizes.length) {
            throw new ShapeException("padPackedSequence: totalLength %d is below the longest sequence's length %d", time, sizes.length);
        }
        int batch = sizes[0];
        long[] places = sequence.unsortedIndices() == null ? null : sequence.unsortedIndices().toLongArray();
        Tensor data = sequence.data();
        int total = data.size(0);
        long[] rows = new long[time * batch];
        Arrays.fill(rows, total); // the row of padding
        long[] lengths = new long[batch];
        for (int i = 0; i < batch; i++) {
            int place = places == null ? i : (int) places[i];
            for (int t = 0, start = 0; t < sizes.length && place < sizes[t]; start += sizes[t++]) {
                rows[batchFirst ? i * time + t : t * batch + i] = start + place;
                lengths[i]++;
            }
        }
        Shape row = data.shape().without(0);
        Tensor padding = Tensor.full(data.shape().with(0, 1), paddingValue, data.dtype(), data.device());
        int[] full = new int[row.rank() + 2];
        System.arraycopy(row.toArray(), 0, full, 2, row.rank());
        full[0] = batchFirst ? batch : time;
        full[1] = batchFirst ? time : batch;
        return new Padded(Tensor.cat(0, data, padding).indexSelect(0, indices(data, rows)).view(full), Tensor.of(lengths));
    }

    /** {@link #padSequence(List, boolean, double, boolean)} with zeros at the ends, with the batch second. */
    public static Tensor padSequence(List<Tensor> sequences) {
        return padSequence(sequences, false, 0, false);
    }

    /**
     * Puts sequences {@code (length, *)} side by side: {@code (longest, n, *)}, or {@code (n, longest, *)} if {@code batchFirst}.
     *
     * @param padLeft whether the padding comes first ({@code padding_side="left"})
     * @throws ShapeException if there is no sequence, or they differ in more than the first dimension
     */
    public static Tensor padSequence(List<Tensor> sequences, boolean batchFirst, double paddingValue, boolean padLeft) {
        if (sequences.isEmpty()) {
            throw new ShapeException("padSequence: there must be one sequence at least");
        }
        int longest = 0;
        for (Tensor s : sequences) {
            if (s.dim() == 0 || !s.shape().without(0).equals(sequences.get(0).shape().without(0))) {
                throw new ShapeException("padSequence: sequences must be (length, *) with the same rest, got %s and %s", sequences.get(0).shape(),
                        s.shape());
            }
            longest = Math.max(longest, s.size(0));
        }
        Tensor[] padded = new Tensor[sequences.size()];
        for (int i = 0; i < padded.length; i++) {
            Tensor s = sequences.get(i);
            if (s.size(0) < longest) {
                Tensor padding = Tensor.full(s.shape().with(0, longest - s.size(0)), paddingValue, s.dtype(), s.device());
                s = padLeft ? Tensor.cat(0, padding, s) : Tensor.cat(0, s, padding);
            }
            padded[i] = s;
        }
        return Tensor.stack(batchFirst ? 0 : 1, padded);
    }

    /** The first {@code lengths[i]} steps of each padded sequence, as views. */
    public static List<Tensor> unpadSequence(Tensor padded, Tensor lengths, boolean batchFirst) {
        int[] ends = lengths.toIntArray();
        if (ends.length != padded.size(batchFirst ? 0 : 1)) {
            throw new ShapeException("unpadSequence: %d lengths for %s", ends.length, padded.shape());
        }
        return IntStream.range(0, ends.length).mapToObj(i -> padded.select(batchFirst ? 0 : 1, i).slice(0, 0, ends[i])).toList();
    }

    /**
     * Packs sequences {@code (length, *)}.
     *
     * @param enforceSorted whether lengths must not grow; false sorts the sequences, and the result says how
     */
    public static PackedSequence packSequence(List<Tensor> sequences, boolean enforceSorted) {
        Tensor lengths = Tensor.of(sequences.stream().mapToLong(s -> s.dim() == 0 ? 0 : s.size(0)).toArray());
        return packPaddedSequence(padSequence(sequences), lengths, false, enforceSorted);
    }

    /** The inverse of {@link #packSequence}, in the original order. */
    public static List<Tensor> unpackSequence(PackedSequence sequence) {
        Padded padded = padPackedSequence(sequence);
        return unpadSequence(padded.output, padded.lengths, false);
    }

    /** Which place each of the numbers 0 … n−1 has in a permutation; null for null. */
    public static Tensor invertPermutation(Tensor permutation) {
        if (permutation == null) {
            return null;
        }
        long[] to = permutation.toLongArray();
        long[] inverse = new long[to.length];
        for (int i = 0; i < to.length; i++) {
            inverse[(int) to[i]] = i;
        }
        return indices(permutation, inverse);
    }
}
