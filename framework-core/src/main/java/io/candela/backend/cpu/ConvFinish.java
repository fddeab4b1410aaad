package io.candela.backend.cpu;

import io.candela.backend.ConvEpilogue;
import io.candela.tensor.Tensor;

/** A {@link ConvEpilogue} of float32 on some images of a channels-last result, in place: best right after they were made, in the same thread. */
final class ConvFinish {
    private static final int TOGETHER = 512 << 10; // bytes that are still in the second-level cache

    private final ConvEpilogue after;
    private final Tensor out;
    private final NormAffine affine; // null for no normalization

    ConvFinish(ConvEpilogue after, Tensor out) {
        this.after = after;
        this.out = out;
        affine = after.mean() == null ? null : new NormAffine(out, after.mean(), after.inverse(), after.weight(), after.bias());
    }

    /** How many images should be made before they are finished. */
    static int images(int bytesPerImage) {
        return Math.max(1, TOGETHER / bytesPerImage);
    }

    void run(int first, int count) {
        Tensor part = out.narrow(0, first, count);
        Tensor residual = after.residual() == null ? null : after.residual().narrow(0, first, count);
        ChannelWalk walk = new ChannelWalk(part, false);
        walk.forChunks(() -> new NormFloats(part, residual, part), (lanes, unit, number, from, to) -> {
            if (affine != null) {
                affine.coefficients(lanes, walk, unit);
            }
            for (int step = from; step < to; step++) {
                ((NormFloats) lanes).finish(walk.start(unit, step), walk.size(unit, step), affine != null, after.activation());
            }
        });
    }
}
