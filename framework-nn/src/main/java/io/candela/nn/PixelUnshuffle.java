package io.candela.nn;

import io.candela.tensor.Tensor;

/** Pixels become channels: {@code (*, c, h·r, w·r)} to {@code (*, c·r², h, w)}. */
public final class PixelUnshuffle extends HookedLayer {
    private final int downscaleFactor;

    /**
     * With r.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public PixelUnshuffle(int downscaleFactor) {
        if (downscaleFactor < 1) {
            throw new IllegalArgumentException("PixelUnshuffle: downscaleFactor must be 1 or more, got " + downscaleFactor);
        }
        this.downscaleFactor = downscaleFactor;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.pixelUnshuffle(x, downscaleFactor);
    }

    @Override
    protected String describe() {
        return "downscale_factor=" + downscaleFactor;
    }
}
