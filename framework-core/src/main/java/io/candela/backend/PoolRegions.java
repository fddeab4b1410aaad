package io.candela.backend;

/**
 * Where the windows of a pooling lie, for three spatial dimensions. The arrays are live and never written.
 *
 * @param spatial spatial dimensions of the tensors, 1 to 3; missing ones come first here, with size 1
 * @param in      sizes of the input
 * @param out     sizes of the result: how many windows there are
 * @param start   per dimension and window, the first input position inside the input
 * @param end     per dimension and window, one behind the last such position; above {@code start}
 * @param counted per dimension and window, how many positions an average counts
 * @param step    per dimension, the distance of a window's neighbours
 * @param kernel  per dimension, the positions of every window; null if windows differ
 * @param stride  per dimension, the distance of windows; null if they differ
 * @param padding per dimension, how far the first window starts before the input; null if windows differ
 */
public record PoolRegions(int spatial, int[] in, int[] out, int[][] start, int[][] end, int[][] counted, int[] step, int[] kernel, int[] stride, int[] padding) {
    /** Whether every window has the same positions, from its own start. */
    public boolean isUniform() {
        return kernel != null;
    }

    /** Input positions of one sample and channel. */
    public int inputPlane() {
        return in[0] * in[1] * in[2];
    }

    /** Windows of one sample and channel. */
    public int outputPlane() {
        return out[0] * out[1] * out[2];
    }
}
