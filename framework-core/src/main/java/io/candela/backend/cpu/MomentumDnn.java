package io.candela.backend.cpu;

import static io.candela.backend.cpu.DnnChain.Operand.NUMBER;
import static io.candela.backend.cpu.DnnChain.Operand.OUT;
import static io.candela.backend.cpu.DnnChain.Operand.SECOND;
import static io.candela.backend.cpu.DnnChain.Operand.X;
import static io.candela.backend.cpu.DnnChain.Operand.Y;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;

import io.candela.backend.UpdateRule;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@link UpdateRule.Momentum} of large float32 parameters by oneDNN: chains over native memory, one after another over a stretch that stays in the
 * second-level cache. Java loops vectorize over heap blocks alone, and so have to copy. The bits are those of {@link FloatUpdates}.
 *
 * <p>Adam in three such chains was as fast as the Java loop: its arithmetic costs more than the copies.
 */
final class MomentumDnn {
    /** The fewest elements of a parameter for which calling oneDNN is worth while. */
    private static final int LEAST = 8 << 10;
    /** Elements at a time: three tensors of so many fit the second-level cache. With fewer of them the calls weigh more. */
    private static final int LENGTH = 64 << 10;

    private static final int PARAMETER = 0;
    private static final int GRADIENT = 1;
    private static final int BUFFER = 2;
    private static final int SCRATCH = 3;

    private static final DnnChain DECAY = DnnChain.of(X).then(dnnl_binary_mul, NUMBER).then(dnnl_binary_add, Y);
    private static final DnnChain KEEP = DnnChain.of(OUT).then(dnnl_binary_mul, NUMBER).then(dnnl_binary_add, X);
    private static final DnnChain MOVE = DnnChain.of(X).then(dnnl_binary_mul, NUMBER).then(dnnl_binary_add, OUT);
    private static final DnnChain LOOK_AHEAD = DnnChain.of(X).then(dnnl_binary_mul, NUMBER).then(dnnl_binary_add, Y).then(dnnl_binary_mul, SECOND)
            .then(dnnl_binary_add, OUT);

    /** A chain, what it writes, and what it reads as X and as Y. */
    private record Pass(DnnChain chain, int out, int x, int y) {
    }

    private final List<Pass> passes;
    private final float[] numbers;

    private MomentumDnn(UpdateRule.Momentum rule) {
        boolean decays = rule.weightDecay() != 0;
        int gradient = decays ? SCRATCH : GRADIENT;
        Pass keep = new Pass(KEEP, BUFFER, gradient, gradient);
        Pass move = new Pass(rule.nesterov() ? LOOK_AHEAD : MOVE, PARAMETER, BUFFER, gradient);
        passes = decays ? List.of(new Pass(DECAY, SCRATCH, PARAMETER, GRADIENT), keep, move) : List.of(keep, move);
        float momentum = (float) rule.momentum();
        float lr = (float) -rule.lr();
        numbers = new float[] {(float) rule.weightDecay(), 0, momentum, 0, rule.nesterov() ? momentum : lr, lr};
    }

    /**
     * Prepares a step.
     *
     * @return null if the rule is another, it takes none of the {@code count} parameters, or oneDNN has no vectors on this machine
     */
    static MomentumDnn of(UpdateRule rule, int count, Tensor[]... roles) {
        if (!(rule instanceof UpdateRule.Momentum r) || r.maximize() || r.first() || r.momentum() == 0 || r.dampening() != 0
                || IntStream.range(0, count).noneMatch(i -> takes(i, roles))) {
            return null;
        }
        MomentumDnn step = new MomentumDnn(r);
        return step.passes.stream().allMatch(pass -> pass.chain.hasVectors(LENGTH)) ? step : null;
    }

    /** Whether it takes a parameter with its gradient and buffer. */
    static boolean takes(int index, Tensor[]... roles) {
        for (Tensor[] role : roles) {
            if (role[index].dtype() != DType.FLOAT32 || !role[index].isContiguous()) {
                return false;
            }
        }
        return roles[PARAMETER][index].numel() >= LEAST;
    }

    /** Updates elements {@code begin} to {@code end} of a parameter. */
    void run(int begin, int end, int index, Tensor[]... roles) {
        HostThread thread = HostThread.current();
        HostBlock block = thread.numbers();
        block.floats.put(0, numbers);
        long scratch = passes.get(0).out == SCRATCH ? thread.scratchBlock(LENGTH * Float.BYTES).address() : 0;
        long[] at = new long[SCRATCH + 1];
        for (int from = begin; from < end; from += LENGTH) {
            int n = Math.min(LENGTH, end - from);
            for (int r = 0; r < roles.length; r++) {
                at[r] = HostStorage.floatsAddress(roles[r][index]) + (long) Float.BYTES * from;
            }
            at[SCRATCH] = scratch;
            long number = block.address() + (3 - passes.size()) * 2L * Float.BYTES; // two for each pass
            for (Pass pass : passes) {
                pass.chain.run(thread, n, at[pass.x], at[pass.y], at[pass.out], number);
                number += 2L * Float.BYTES;
            }
        }
    }
}
