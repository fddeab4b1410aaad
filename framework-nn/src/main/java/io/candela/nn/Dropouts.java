package io.candela.nn;

import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Supplier;

/** The functions behind dropout layers; they draw PyTorch's masks from the default generator. */
final class Dropouts {
    private static final double ALPHA = 1.7580993408473766; // minus what SELU tends to for small x

    private Dropouts() {}

    static void check(String who, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException(who + ": p must be between 0 and 1, got " + p);
        }
    }

    /** Elements. */
    static Tensor plain(Tensor x, double p, boolean training) {
        check("dropout", p);
        Tensor fused = training && p > 0 && p < 1 && x.numel() > 0 ? io.candela.ops.Dropout.apply(x, p) : null;
        return fused != null ? fused : apply("dropout", x, p, training, false, () -> elementMask(x, 1 - p));
    }

    /** Elements, set to what SELU tends to. */
    static Tensor alpha(Tensor x, double p, boolean training) {
        return apply("alphaDropout", x, p, training, true, () -> elementMask(x, 1 - p));
    }

    /** Whole channels of {@code (n, channels, …)}, or of {@code (channels, …)} if {@code x} has {@code unbatched} dimensions. */
    static Tensor features(String who, Tensor x, double p, boolean training, int unbatched, int batched) {
        if (x.dim() != unbatched && x.dim() != batched) {
            throw new ShapeException("%s: input must have %d or %d dimensions, got %s", who, Math.min(unbatched, batched), Math.max(unbatched, batched),
                    x.shape());
        }
        boolean single = x.dim() == unbatched && unbatched < batched;
        return apply(who, x, p, training, false, () -> single ? channelMask(x.unsqueeze(0), 1 - p).squeeze(0) : channelMask(x, 1 - p));
    }

    /** Whole channels of {@code (n, channels, …)}, set to what SELU tends to. */
    static Tensor featuresAlpha(Tensor x, double p, boolean training) {
        if (x.dim() < 2) {
            throw new ShapeException("featureAlphaDropout: input must be (n, channels, ...), got %s", x.shape());
        }
        return apply("featureAlphaDropout", x, p, training, true, () -> channelMask(x, 1 - p));
    }

    /** @param drawn a mask of 0 and 1 that broadcasts to {@code x} */
    private static Tensor apply(String who, Tensor x, double p, boolean training, boolean alpha, Supplier<Tensor> drawn) {
        check(who, p);
        if (!training || p == 0 || x.numel() == 0) {
            return x;
        }
        if (p == 1) {
            return x.mul(Tensor.zeros(Shape.SCALAR, x.dtype(), x.device()));
        }
        Tensor mask = drawn.get();
        if (!alpha) {
            return x.mul(mask.divInPlace(1 - p));
        }
        double a = 1 / Math.sqrt((ALPHA * ALPHA * p + 1) * (1 - p));
        Tensor shift = mask.add(-1.0).mulInPlace(ALPHA * a).addInPlace(ALPHA * a * p);
        return x.mul(mask.mulInPlace(a)).add(shift);
    }

    private static Tensor draw(Shape shape, Tensor like, double keep) {
        return Tensor.empty(shape, like.dtype(), like.device()).bernoulliInPlace(keep);
    }

    private static Tensor channelMask(Tensor x, double keep) {
        int[] sizes = x.shape().toArray();
        Arrays.fill(sizes, 2, sizes.length, 1);
        return draw(Shape.of(sizes), x, keep);
    }

    private static Tensor elementMask(Tensor x, double keep) {
        return x.detach().emptyLike().bernoulliInPlace(keep);
    }
}
