package io.candela.backend.cpu;

import io.candela.backend.OptimKernels;
import io.candela.backend.UpdateRule;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;

/**
 * Optimizer updates in one pass: blocks of parameter, gradient and state are read, updated in vectorized loops, and written back. Small float32
 * parameters are gathered until they fill a block; large ones are shared by the threads, and done by {@link NativeUpdates} where that can.
 */
final class OptimCpu implements OptimKernels {
    private static final int BLOCK = HostThread.BLOCK;
    /** Elements at a time of large parameters: with more of them, reading from beyond the caches takes half as long again. */
    private static final int RUN = 512;
    /** The fewest elements worth another thread. */
    private static final int CHUNK = 16 * BLOCK;
    private static final int CHUNKS_PER_THREAD = 4;
    /** Parameters up to this size are gathered. */
    private static final int SMALL = 256;
    /** The role that is not written back. */
    private static final int GRADIENT = 1;

    @Override
    public void update(UpdateRule rule, int count, Tensor[]... roles) {
        int first = 0;
        int filled = 0;
        long large = 0;
        for (int i = 0; i < count; i++) {
            Tensor p = roles[0][i];
            int n = p.numel();
            if (isSmall(p)) {
                if (filled + n > BLOCK) {
                    gathered(first, i, filled, rule, roles);
                    first = i;
                    filled = 0;
                }
                filled += n;
            } else {
                large += n;
            }
        }
        if (filled > 0) {
            gathered(first, count, filled, rule, roles);
        }
        if (large > 0) {
            shared(large, count, rule, roles);
        }
    }

    private static boolean isSmall(Tensor p) {
        return p.dtype() == DType.FLOAT32 && p.numel() <= SMALL;
    }

    /** Updates the small parameters among those from {@code first} to {@code end}, {@code filled} elements in all. */
    private static void gathered(int first, int end, int filled, UpdateRule rule, Tensor[]... roles) {
        float[][] block = HostThread.current().floats();
        for (int r = 0; r < roles.length; r++) {
            for (int i = first, at = 0; i < end; i++) {
                if (isSmall(roles[0][i])) {
                    HostStorage.read(roles[r][i], block[r], at);
                    at += roles[0][i].numel();
                }
            }
        }
        FloatUpdates.run(rule, block, filled);
        for (int r = 0; r < roles.length; r++) {
            for (int i = first, at = 0; r != GRADIENT && i < end; i++) {
                if (isSmall(roles[0][i])) {
                    HostStorage.write(roles[r][i], block[r], at);
                    at += roles[0][i].numel();
                }
            }
        }
    }

    /**
     * Updates the parameters that are not small, {@code total} elements in all: as if they stood end to end, cut into few long chunks. So many
     * parameters wake the other threads once, and memory is read in long runs.
     */
    private static void shared(long total, int count, UpdateRule rule, Tensor[]... roles) {
        long[] starts = new long[count + 1];
        for (int i = 0; i < count; i++) {
            Tensor p = roles[0][i];
            starts[i + 1] = starts[i] + (isSmall(p) ? 0 : p.numel());
        }
        int chunks = (int) Math.min((total + CHUNK - 1) / CHUNK, (long) CHUNKS_PER_THREAD * Workers.threads());
        long size = (total / chunks / RUN + 1) * RUN;
        NativeUpdates inC = NativeUpdates.of(rule);
        Workers.run(chunks, c -> {
            long from = c * size;
            long to = Math.min(total, from + size);
            for (int i = 0; i < count; i++) {
                long begin = Math.max(from, starts[i]);
                long end = Math.min(to, starts[i + 1]);
                if (begin < end && inC != null && NativeUpdates.takes(i, roles)) {
                    inC.run((int) (begin - starts[i]), (int) (end - starts[i]), i, roles);
                } else if (begin < end) {
                    part(i, (int) (begin - starts[i]), (int) (end - starts[i]), rule, roles);
                }
            }
        });
        Reference.reachabilityFence(roles);
    }

    /** Updates elements {@code begin} to {@code end} of one parameter. */
    private static void part(int index, int begin, int end, UpdateRule rule, Tensor[]... roles) {
        Blocks[] tensors = blocks(index, roles);
        if (roles[0][index].dtype() == DType.FLOAT64) {
            doubles(tensors, begin, end, rule);
        } else {
            floats(tensors, begin, end, rule);
        }
    }

    private static void floats(Blocks[] tensors, int begin, int end, UpdateRule rule) {
        float[][] block = HostThread.current().floats();
        for (int at = begin; at < end; at += RUN) {
            int n = Math.min(RUN, end - at);
            for (int r = 0; r < tensors.length; r++) {
                tensors[r].read(at, block[r], n);
            }
            FloatUpdates.run(rule, block, n);
            for (int r = 0; r < tensors.length; r++) {
                if (r != GRADIENT) {
                    tensors[r].write(at, block[r], n);
                }
            }
        }
    }

    private static void doubles(Blocks[] tensors, int begin, int end, UpdateRule rule) {
        double[][] block = HostThread.current().doubles();
        for (int at = begin; at < end; at += RUN) {
            int n = Math.min(RUN, end - at);
            for (int r = 0; r < tensors.length; r++) {
                tensors[r].read(at, block[r], n);
            }
            DoubleUpdates.run(rule, block, n);
            for (int r = 0; r < tensors.length; r++) {
                if (r != GRADIENT) {
                    tensors[r].write(at, block[r], n);
                }
            }
        }
    }

    private static Blocks[] blocks(int index, Tensor[]... roles) {
        Blocks[] tensors = new Blocks[roles.length];
        for (int r = 0; r < roles.length; r++) {
            tensors[r] = new Blocks(roles[r][index], roles[0][index].shape());
        }
        return tensors;
    }
}
