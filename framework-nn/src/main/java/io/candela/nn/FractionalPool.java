package io.candela.nn;

import io.candela.tensor.DTypeException;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.util.Arrays;

/** Max pooling over windows at random places, each sample and channel its own. */
final class FractionalPool {
    private FractionalPool() {}

    /** One ratio per spatial dimension. */
    static double[] ratios(String who, int spatial, double... outputRatio) {
        if (outputRatio.length != 1 && outputRatio.length != spatial) {
            throw new IllegalArgumentException("%s: outputRatio must have 1 or %d numbers, got %s".formatted(who, spatial, Arrays.toString(outputRatio)));
        }
        double[] all = new double[spatial];
        for (int i = 0; i < spatial; i++) {
            all[i] = outputRatio[outputRatio.length == 1 ? 0 : i];
            if (!(all[i] > 0 && all[i] < 1)) {
                throw new IllegalArgumentException("%s: outputRatio must be between 0 and 1, got %s".formatted(who, Arrays.toString(outputRatio)));
            }
        }
        return all;
    }

    /** How many windows these ratios give. */
    static int[] sizes(String who, Tensor x, double... outputRatio) {
        int spatial = outputRatio.length;
        checkRank(who, x, spatial);
        int[] sizes = new int[spatial];
        for (int i = 0; i < spatial; i++) {
            sizes[i] = (int) (x.size(i - spatial) * outputRatio[i]);
        }
        return sizes;
    }

    private static void checkRank(String who, Tensor x, int spatial) {
        if (x.dim() != spatial + 1 && x.dim() != spatial + 2) {
            throw new ShapeException("%s: input must have %d or %d dimensions, got %s", who, spatial + 1, spatial + 2, x.shape());
        }
        if (!x.dtype().isFloating()) {
            throw new DTypeException("%s: input needs floating point, got %s; convert with to(DType.FLOAT32)", who, x.dtype());
        }
    }

    /** @param randomSamples {@code (n, c, spatial)}; null to draw them */
    static ValuesAndIndices apply(String who, int spatial, Tensor x, int[] kernel, int[] size, Tensor randomSamples) {
        checkRank(who, x, spatial);
        int[] in = new int[spatial];
        for (int i = 0; i < spatial; i++) {
            in[i] = x.size(i - spatial);
            if (size[i] < 1 || size[i] + kernel[i] - 1 > in[i]) {
                throw new ShapeException("%s: %s windows of kernel %s need more than input %s; use fewer or smaller ones", who, Arrays.toString(size),
                        Arrays.toString(kernel), x.shape());
            }
        }
        int lead = x.dim() - spatial;
        int samples = lead == 1 ? 1 : x.size(0);
        Shape drawn = Shape.of(samples, x.size(lead - 1), spatial);
        Tensor random = randomSamples != null ? randomSamples : Tensor.empty(drawn, x.dtype(), x.device()).uniformInPlace(0, 1);
        if (!random.shape().equals(drawn)) {
            throw new ShapeException("%s: randomSamples must be %s for input %s, got %s", who, drawn, x.shape(), random.shape());
        }
        int planes = samples * x.size(lead - 1);
        int windows = product(size);
        int elements = product(kernel);
        Tensor picks = picks(random, planes, in, kernel, size).to(x.device());
        Tensor flat = x.reshape(planes, product(in));
        Tensor seen = flat.gather(1, picks).view(planes, windows, elements);
        Tensor best = seen.detach().argmax(2, true);
        int[] shape = Arrays.copyOf(x.shape().toArray(), x.dim());
        System.arraycopy(size, 0, shape, lead, spatial);
        return new ValuesAndIndices(seen.gather(2, best).view(shape), picks.view(planes, windows, elements).gather(2, best).view(shape));
    }

    private static int product(int... values) {
        return Arrays.stream(values).reduce(1, Math::multiplyExact);
    }

    /** For each plane the positions of all elements of all windows. */
    private static Tensor picks(Tensor random, int planes, int[] in, int[] kernel, int[] size) {
        int spatial = in.length;
        double[] r = random.toDoubleArray();
        boolean single = random.dtype() == DType.FLOAT32;
        int windows = product(size);
        int elements = product(kernel);
        long[] out = new long[planes * windows * elements];
        int at = 0;
        for (int p = 0; p < planes; p++) {
            int[][] starts = new int[spatial][];
            for (int i = 0; i < spatial; i++) {
                int sample = spatial == 2 ? 1 - i : i; // PyTorch draws the width first in two dimensions, last in three
                starts[i] = starts(r[p * spatial + sample], single, in[i], size[i], kernel[i]);
            }
            for (int w = 0; w < windows; w++) {
                for (int e = 0; e < elements; e++) {
                    long position = 0;
                    int window = windows;
                    int element = elements;
                    for (int i = 0; i < spatial; i++) {
                        window /= size[i];
                        element /= kernel[i];
                        position = position * in[i] + starts[i][w / window % size[i]] + e / element % kernel[i];
                    }
                    out[at++] = position;
                }
            }
        }
        return Tensor.of(out, planes, windows * elements);
    }

    private static int[] starts(double sample, boolean single, int in, int out, int kernel) {
        int[] starts = new int[out];
        for (int i = 0; out > 1 && i < out - 1; i++) {
            if (single) { // rounded where PyTorch rounds
                float alpha = (float) (in - kernel) / (out - 1);
                starts[i] = (int) ((i + (float) sample) * alpha) - (int) ((float) sample * alpha);
            } else {
                double alpha = (double) (in - kernel) / (out - 1);
                starts[i] = (int) ((i + sample) * alpha) - (int) (sample * alpha);
            }
        }
        starts[out - 1] = in - kernel;
        return starts;
    }
}
