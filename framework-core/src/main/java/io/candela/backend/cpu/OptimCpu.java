package io.candela.backend.cpu;

import io.candela.backend.OptimKernels;
import io.candela.backend.UpdateRule;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/**
 * Optimizer updates in one pass: blocks of parameter, gradient and state are read, updated in vectorized loops, and written back. Small float32
 * parameters are gathered until they fill a block; large ones are shared by the threads.
 */
final class OptimCpu implements OptimKernels {
    private static final int BLOCK = HostThread.BLOCK;
    private static final int CHUNK = 16 * BLOCK;
    /** Parameters up to this size are gathered. */
    private static final int SMALL = 256;
    /** The role that is not written back. */
    private static final int GRADIENT = 1;

    @Override
    public void update(UpdateRule rule, int count, Tensor[]... roles) {
        int first = 0;
        int filled = 0;
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
            } else if (p.dtype() == DType.FLOAT64) {
                doubles(i, rule, roles);
            } else {
                floats(i, rule, roles);
            }
        }
        if (filled > 0) {
            gathered(first, count, filled, rule, roles);
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

    private static void floats(int index, UpdateRule rule, Tensor[]... roles) {
        Blocks[] tensors = blocks(index, roles);
        int size = roles[0][index].numel();
        Workers.run((size + CHUNK - 1) / CHUNK, c -> {
            float[][] block = HostThread.current().floats();
            int end = Math.min(size, (c + 1) * CHUNK);
            for (int at = c * CHUNK; at < end; at += BLOCK) {
                int n = Math.min(BLOCK, end - at);
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
        });
    }

    private static void doubles(int index, UpdateRule rule, Tensor[]... roles) {
        Blocks[] tensors = blocks(index, roles);
        int size = roles[0][index].numel();
        Workers.run((size + CHUNK - 1) / CHUNK, c -> {
            double[][] block = HostThread.current().doubles();
            int end = Math.min(size, (c + 1) * CHUNK);
            for (int at = c * CHUNK; at < end; at += BLOCK) {
                int n = Math.min(BLOCK, end - at);
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
        });
    }

    private static Blocks[] blocks(int index, Tensor[]... roles) {
        Blocks[] tensors = new Blocks[roles.length];
        for (int r = 0; r < roles.length; r++) {
            tensors[r] = new Blocks(roles[r][index], roles[0][index].shape());
        }
        return tensors;
    }
}
