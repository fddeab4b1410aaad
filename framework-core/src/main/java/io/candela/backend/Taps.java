package io.candela.backend;

/**
 * A linear map along one dimension, sparse: element o of the result is the weighted sum of the operand's elements {@code index[i]}, for i from
 * {@code start[o]} to below {@code start[o + 1]}. The arrays are live and never written.
 *
 * @param in     size of the operand's dimension
 * @param start  one more than there are elements of the result
 * @param index  positions in the operand
 * @param weight one per index
 */
public record Taps(int in, int[] start, int[] index, double[] weight) {
    /** Size of the result's dimension. */
    public int out() {
        return start.length - 1;
    }

    /** A map that picks: −1 stands for 0. */
    public static Taps picking(int in, int... from) {
        int[] start = new int[from.length + 1];
        int[] index = new int[from.length];
        double[] weight = new double[from.length];
        int n = 0;
        for (int o = 0; o < from.length; o++) {
            if (from[o] >= 0) {
                index[n] = from[o];
                weight[n++] = 1;
            }
            start[o + 1] = n;
        }
        return new Taps(in, start, index, weight);
    }

    /** The map of gradients. */
    public Taps transposed() {
        int[] begin = new int[in + 1];
        int n = start[out()];
        for (int i = 0; i < n; i++) {
            begin[index[i] + 1]++;
        }
        for (int i = 0; i < in; i++) {
            begin[i + 1] += begin[i];
        }
        int[] next = begin.clone();
        int[] to = new int[n];
        double[] moved = new double[n];
        for (int o = 0; o < out(); o++) {
            for (int i = start[o]; i < start[o + 1]; i++) {
                int at = next[index[i]]++;
                to[at] = o;
                moved[at] = weight[i];
            }
        }
        return new Taps(out(), begin, to, moved);
    }
}
