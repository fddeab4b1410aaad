package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/**
 * The loops of {@link NormCpu} over one block, in the heap blocks of a thread: an input, a gradient, up to five coefficients per lane, and
 * two sums per lane. One form per type of element.
 */
abstract sealed class NormLanes permits NormFloats, NormDoubles {
    /** Coefficient 0: what is subtracted from the input. */
    static final int MEAN = 0;
    /** Coefficient 1: the factor of the input, or of the gradient. */
    static final int SCALE = 1;
    /** Coefficient 2: what is added. */
    static final int SHIFT = 2;
    /** Coefficient 3: the factor of the input in a gradient. */
    static final int SLOPE = 3;
    /** Coefficient 4: what is added in a gradient. */
    static final int OFFSET = 4;
    /** Coefficients there are. */
    static final int COEFFICIENTS = 5;
    /** Numbers of the tensors: the first three as in {@link #of}, then those of {@link #rectify}. */
    static final int X = 0;
    static final int G = 1;
    static final int OUT = 2;
    static final int Y = 3;
    static final int KEPT = 4;
    /** Tensors there are. */
    static final int TENSORS = 5;

    /** For blocks of {@code x} and {@code g}, a gradient or a residual, with results in {@code out}; null for what is not used. */
    static NormLanes of(Tensor x, Tensor g, Tensor out) {
        return (x != null ? x : g).dtype() == DType.FLOAT32 ? new NormFloats(x, g, out) : new NormDoubles(x, g, out);
    }

    /**
     * From now on g counts only where {@link #rectified} gave a number above 0 or NaN, and is 0 elsewhere; returns this.
     *
     * @param y    that result; null if there was no residual: it is then computed again from x, MEAN, SCALE and SHIFT
     * @param kept where g is written as it then is; or null
     */
    abstract NormLanes rectify(Tensor y, Tensor kept);

    /** What a coefficient becomes in the type of the elements. */
    static double rounded(DType dtype, double value) {
        return dtype == DType.FLOAT32 ? (float) value : value;
    }

    /** Fills a coefficient's lanes with values, one per channel of the unit, from index {@code at}. */
    abstract void coefficient(int number, ChannelWalk walk, int unit, double[] values, int at);

    /** As {@link #coefficient(int, ChannelWalk, int, double[], int)}, with one value per channel of the walk. */
    final void coefficient(int number, ChannelWalk walk, int unit, double[] values) {
        coefficient(number, walk, unit, values, walk.firstChannel(unit));
    }

    /** Sets the sums to 0. */
    abstract void clear();

    /** Adds x to the first sum. */
    abstract void addInput(int start, int n);

    /** Adds x − MEAN to the first sum, and its square to the second. */
    abstract void addMoments(int start, int n);

    /** Adds g to the first sum, and g · (x − MEAN) to the second. */
    abstract void addProducts(int start, int n);

    /** Writes (x − MEAN) · SCALE + SHIFT. */
    abstract void affine(int start, int n);

    /** Writes the larger of (x − MEAN) · SCALE + SHIFT, plus g if there is one, and 0; NaN stays. */
    abstract void rectified(int start, int n);

    /** Writes g · SCALE. */
    abstract void scale(int start, int n);

    /** Writes g · SCALE + (x − MEAN) · SLOPE + OFFSET. */
    abstract void gradient(int start, int n);

    /**
     * Adds a sum's lanes, by channel, to an array with one element per channel of the unit from index {@code at}. Overwrites the blocks of x and g.
     *
     * @param sum 0 for the first, 1 for the second
     */
    final void fold(int sum, ChannelWalk walk, int unit, double[] into, int at) {
        int run = walk.run();
        int count = walk.channelCount(unit);
        if (run == 1) {
            foldRows(sum, count, walk.size(unit, 0), into, at);
        } else {
            foldRuns(sum, run, count, into, at);
        }
    }

    /** {@code run} lanes of a channel follow each other. */
    abstract void foldRuns(int sum, int run, int count, double[] into, int at);

    /** Each channel has one of {@code count} lanes, again and again. */
    abstract void foldRows(int sum, int count, int lanes, double[] into, int at);
}
