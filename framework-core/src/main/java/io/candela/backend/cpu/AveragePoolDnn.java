package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_include_padding;

import io.candela.backend.PoolRegions;
import io.candela.backend.cpu.PoolPrimitives.Pass;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;

/** Averages of equal windows in float32, and their transpose, by oneDNN. */
final class AveragePoolDnn {
    /** Blocks of a row-major tensor that oneDNN turns round to compute in vectors; fewer are not worth it. */
    private static final int LANES = 16;
    private static final int CHUNK = 32 << 10;

    private AveragePoolDnn() {}

    /** Does the work if it takes these tensors; false if not. */
    static boolean forward(Tensor x, PoolShape shape, int divisor, Tensor out) {
        return run(false, x, shape, divisor, out);
    }

    /** As {@link #forward}. */
    static boolean backward(Tensor g, PoolShape shape, int divisor, Tensor out) {
        return run(true, g, shape, divisor, out);
    }

    private static boolean run(boolean backward, Tensor from, PoolShape shape, int divisor, Tensor to) {
        int algorithm = from.dtype() == DType.FLOAT32 && divisor == 0 ? algorithm(shape.regions()) : 0;
        if (algorithm == 0 || shape.inner() == 1 && shape.outer() < LANES) {
            return false;
        }
        PoolPrimitives primitives = new PoolPrimitives(algorithm, shape);
        Pass pass = backward ? Pass.BACKWARD : Pass.EVALUATION;
        int together = shape.inner() > 1 ? Math.max(1, CHUNK / shape.block()) : Math.max(1, CHUNK / shape.block() / LANES) * LANES;
        if (primitives.of(HostThread.current(), pass, Math.min(together, shape.outer())) == null) {
            return false;
        }
        long start = HostStorage.floatsAddress(from);
        long end = HostStorage.floatsAddress(to);
        int fromBlock = backward ? shape.outBlock() : shape.block();
        int toBlock = backward ? shape.block() : shape.outBlock();
        Workers.run((shape.outer() + together - 1) / together, i -> {
            long first = (long) i * together;
            int outer = (int) Math.min(together, shape.outer() - first);
            HostThread thread = HostThread.current();
            thread.dnn().run(primitives.of(thread, pass, outer), start + Float.BYTES * first * fromBlock, end + Float.BYTES * first * toBlock);
        });
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(to);
        return true;
    }

    /** Whether windows count their positions inside of the input, or all; 0 if some count otherwise, or windows differ. */
    private static int algorithm(PoolRegions r) {
        boolean inside = r.isUniform();
        boolean all = inside;
        for (int dim = 0; dim < 3 && (inside || all); dim++) {
            if (r.step()[dim] != 1) {
                return 0;
            }
            for (int window = 0; window < r.out()[dim]; window++) {
                int counted = r.counted()[dim][window];
                inside &= counted == r.end()[dim][window] - r.start()[dim][window];
                all &= counted == r.kernel()[dim];
            }
        }
        return inside ? dnnl_pooling_avg_exclude_padding : all ? dnnl_pooling_avg_include_padding : 0;
    }
}
