package io.candela.nn;

import io.candela.tensor.Tensor;

/** Channels become pixels: {@code (*, c·r², h, w)} to {@code (*, c, h·r, w·r)}. */
public final class PixelShuffle extends HookedLayer {
    private final int upscaleFactor;

    /**
     * With r.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public PixelShuffle(int upscaleFactor) {
        if (upscaleFactor < 1) {
            throw new IllegalArgumentException("PixelShuffle: upscaleFactor must be 1 or more, got " + upscaleFactor);
        }
        this.upscaleFactor = upscaleFactor;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.pixelShuffle(x, upscaleFactor);
    }

    @Override
    protected String describe() {
        return "upscale_factor=" + upscaleFactor;
    }
}
