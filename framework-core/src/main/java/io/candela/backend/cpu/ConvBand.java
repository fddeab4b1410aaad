package io.candela.backend.cpu;

import io.candela.backend.ConvGeometry;
import io.candela.tensor.Shape;

/**
 * Some rows of a convolution's result, for one image with channels last, as a convolution of their own: of the rows of input that they need, padded
 * only where the image ends.
 *
 * @param from elements of input before its first row
 * @param to   elements of the result before its first row
 */
record ConvBand(Shape input, Shape result, ConvGeometry geometry, int from, int to) {
    private static final int ROWS = 2; // the dimension that is cut

    /** Rows {@code first} to {@code end} of the result; null if they are computed from padding alone. */
    static ConvBand of(Shape input, Shape weight, Shape result, ConvGeometry g, int first, int end) {
        int start = first * g.stride(0) - g.before(0);
        int stop = (end - 1) * g.stride(0) - g.before(0) + g.reach(0, weight.dim(ROWS));
        int from = Math.max(0, start);
        int to = Math.min(input.dim(ROWS), stop);
        if (from >= to) {
            return null;
        }
        return new ConvBand(input.with(ROWS, to - from), result.with(ROWS, end - first), g.padded(0, from - start, stop - to),
                from * (input.numel() / input.dim(ROWS)), first * (result.numel() / result.dim(ROWS)));
    }
}
