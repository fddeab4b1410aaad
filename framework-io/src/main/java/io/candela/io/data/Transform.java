package io.candela.io.data;

import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Changes a picture {@code (*, height, width)}: {@code Transform.randomCrop(32, 32, 4).then(Transform.randomHorizontalFlip(0.5))}. Applied to a
 * dataset by {@code dataset.map(sample -> sample.mapInput(transform))}. Random ones draw from {@link SampleRandom}, so the number of workers changes
 * nothing.
 */
@FunctionalInterface
public interface Transform extends UnaryOperator<Tensor> {
    /** This, then another. */
    default Transform then(Transform next) {
        return picture -> next.apply(apply(picture));
    }

    /**
     * Subtracts a mean from each channel of {@code (*, channels, height, width)} and divides by a deviation.
     *
     * @throws IllegalArgumentException if there are not as many means as deviations, or a deviation is 0
     */
    static Transform normalize(float[] mean, float[] std) {
        if (mean.length != std.length || mean.length == 0) {
            throw new IllegalArgumentException("normalize: there are %d means and %d deviations".formatted(mean.length, std.length));
        }
        for (float deviation : std) {
            if (deviation == 0) {
                throw new IllegalArgumentException("normalize: a deviation is 0");
            }
        }
        Tensor means = Tensor.of(mean, mean.length, 1, 1);
        Tensor deviations = Tensor.of(std, std.length, 1, 1);
        return picture -> {
            if (picture.dim() < 3 || picture.size(-3) != mean.length) {
                throw new ShapeException("normalize: picture %s must have %d channels, as there are so many means", picture.shape(), mean.length);
            }
            return picture.sub(means).div(deviations);
        };
    }

    /** Left and right exchanged. */
    static Transform horizontalFlip() {
        return picture -> picture.flip(-1);
    }

    /** Left and right exchanged with a probability. */
    static Transform randomHorizontalFlip(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("randomHorizontalFlip: probability must be from 0 to 1, got " + probability);
        }
        return picture -> {
            float[] draw = new float[1];
            SampleRandom.generator().uniform(draw, 0, 1, 0, 1);
            return draw[0] < probability ? picture.flip(-1) : picture;
        };
    }

    /**
     * The middle; of an odd rest the larger half is below and to the right. A view.
     *
     * @throws ShapeException when applied to a picture that is smaller
     */
    static Transform centerCrop(int height, int width) {
        return picture -> {
            checkFits("centerCrop", picture, height, width, 0);
            return crop(picture, (picture.size(-2) - height) / 2, (picture.size(-1) - width) / 2, height, width);
        };
    }

    /**
     * A part at a random place, of the picture with {@code padding} zeros on each side.
     *
     * @throws ShapeException when applied to a picture that is smaller with its padding
     */
    static Transform randomCrop(int height, int width, int padding) {
        if (padding < 0) {
            throw new IllegalArgumentException("randomCrop: padding must be 0 or more, got " + padding);
        }
        return picture -> {
            checkFits("randomCrop", picture, height, width, padding);
            Tensor padded = pad(picture, padding);
            int top = below(padded.size(-2) - height + 1);
            int left = below(padded.size(-1) - width + 1);
            return crop(padded, top, left, height, width);
        };
    }

    private static int below(int end) {
        long[] draw = new long[1];
        SampleRandom.generator().randint(draw, 0, 1, 0, end);
        return (int) draw[0];
    }

    private static void checkFits(String who, Tensor picture, int height, int width, int padding) {
        if (picture.dim() < 2 || picture.size(-2) + 2L * padding < height || picture.size(-1) + 2L * padding < width) {
            throw new ShapeException("%s: picture %s with padding %d has no part of %d by %d", who, picture.shape(), padding, height, width);
        }
    }

    private static Tensor pad(Tensor picture, int padding) {
        if (padding == 0) {
            return picture;
        }
        int[] sizes = picture.shape().toArray();
        int rank = sizes.length;
        sizes[rank - 2] += 2 * padding;
        sizes[rank - 1] += 2 * padding;
        Tensor padded = Tensor.zeros(sizes).to(picture.dtype());
        crop(padded, padding, padding, picture.size(-2), picture.size(-1)).copyFrom(picture);
        return padded;
    }

    private static Tensor crop(Tensor picture, int top, int left, int height, int width) {
        return picture.slice(-2, top, top + height).slice(-1, left, left + width);
    }
}
