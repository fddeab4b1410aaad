package io.candela.backend.cpu;

import io.candela.backend.ConvGeometry;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * Convolution by definition, in double: for float64, and as the second opinion on oneDNN in tests. Fewer than three spatial dimensions are
 * preceded by ones of size 1.
 */
final class ConvLoops {
    private final double[] x;
    private final double[] weight;
    private final double[] out;
    private final int images;
    private final int channels;
    private final int filters;
    private final int groups;
    private final int[] in;
    private final int[] kernel;
    private final int[] result;
    private final int[] stride = {1, 1, 1};
    private final int[] before = new int[3];
    private final int[] dilation = {1, 1, 1};

    private ConvLoops(Shape input, Shape weights, Shape output, ConvGeometry geometry, double[] x, double[] weight, double[] out) {
        this.x = x;
        this.weight = weight;
        this.out = out;
        images = input.dim(0);
        channels = input.dim(1);
        filters = weights.dim(0);
        groups = geometry.groups();
        in = spatial(input);
        kernel = spatial(weights);
        result = spatial(output);
        for (int i = 0; i < geometry.rank(); i++) {
            int at = 3 - geometry.rank() + i;
            stride[at] = geometry.stride(i);
            before[at] = geometry.before(i);
            dilation[at] = geometry.dilation(i);
        }
    }

    private static int[] spatial(Shape shape) {
        int[] out = {1, 1, 1};
        for (int i = 2; i < shape.rank(); i++) {
            out[3 - shape.rank() + i] = shape.dim(i);
        }
        return out;
    }

    /** What is done with a run of multiplications along the last dimension. */
    private interface Run {
        /** For {@code count} positions: {@code x} from {@code input} on, {@code step} apart, and the result from {@code output} on; one weight. */
        void accept(int input, int step, int weight, int output, int count);
    }

    static void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor out) {
        double[] sum = new double[out.numel()];
        if (bias != null) {
            double[] b = bias.toDoubleArray();
            int plane = out.numel() / Math.max(1, out.size(0) * b.length);
            for (int i = 0; i < sum.length; i++) {
                sum[i] = b[i / plane % b.length];
            }
        }
        ConvLoops loops = new ConvLoops(x.shape(), weight.shape(), out.shape(), geometry, x.toDoubleArray(), weight.toDoubleArray(), sum);
        Workers.run(loops.images, image -> loops.walk(image, image + 1, 0, loops.filters, loops::add));
        write(sum, out);
    }

    static void gradInput(Tensor weight, Tensor g, ConvGeometry geometry, Tensor gradInput) {
        double[] sum = new double[gradInput.numel()];
        ConvLoops loops = new ConvLoops(gradInput.shape(), weight.shape(), g.shape(), geometry, sum, weight.toDoubleArray(), g.toDoubleArray());
        Workers.run(loops.images, image -> loops.walk(image, image + 1, 0, loops.filters, loops::addToInput));
        write(sum, gradInput);
    }

    static void gradWeight(Tensor x, Tensor g, ConvGeometry geometry, Tensor gradWeight) {
        double[] sum = new double[gradWeight.numel()];
        ConvLoops loops = new ConvLoops(x.shape(), gradWeight.shape(), g.shape(), geometry, x.toDoubleArray(), sum, g.toDoubleArray());
        Workers.run(loops.filters, filter -> loops.walk(0, loops.images, filter, filter + 1, loops::addToWeight));
        write(sum, gradWeight);
    }

    static void gradBias(Tensor g, Tensor gradBias) {
        double[] values = g.toDoubleArray();
        double[] sum = new double[gradBias.numel()];
        int plane = values.length / Math.max(1, g.size(0) * sum.length);
        for (int i = 0; i < values.length; i++) {
            sum[i / plane % sum.length] += values[i];
        }
        write(sum, gradBias);
    }

    private static void write(double[] from, Tensor out) {
        new Blocks(out, out.shape()).write(0, from, from.length);
    }

    private void add(int input, int step, int w, int output, int count) {
        double factor = weight[w];
        for (int i = 0, p = input; i < count; i++, p += step) {
            out[output + i] += factor * x[p];
        }
    }

    private void addToInput(int input, int step, int w, int output, int count) {
        double factor = weight[w];
        for (int i = 0, p = input; i < count; i++, p += step) {
            x[p] += factor * out[output + i];
        }
    }

    private void addToWeight(int input, int step, int w, int output, int count) {
        double sum = 0;
        for (int i = 0, p = input; i < count; i++, p += step) {
            sum += x[p] * out[output + i];
        }
        weight[w] += sum;
    }

    /** Visits every product of an input element with a weight, for these images and filters, in runs along the last dimension. */
    private void walk(int firstImage, int lastImage, int firstFilter, int lastFilter, Run run) {
        int depth = channels / groups;
        int kernelSize = kernel[0] * kernel[1] * kernel[2];
        for (int image = firstImage; image < lastImage; image++) {
            for (int filter = firstFilter; filter < lastFilter; filter++) {
                int group = filter / (filters / groups);
                for (int c = 0; c < depth; c++) {
                    for (int k = 0; k < kernelSize; k++) {
                        int weightAt = (filter * depth + c) * kernelSize + k;
                        plane(image * channels + group * depth + c, k, weightAt, image * filters + filter, run);
                    }
                }
            }
        }
    }

    /** One channel, one element of the kernel, one filter. */
    private void plane(int inputPlane, int k, int weightAt, int outputPlane, Run run) {
        int kz = k / (kernel[1] * kernel[2]) * dilation[0] - before[0];
        int ky = k / kernel[2] % kernel[1] * dilation[1] - before[1];
        int kx = k % kernel[2] * dilation[2] - before[2];
        int first = Math.max(0, -Math.floorDiv(kx, stride[2]));
        int last = Math.min(result[2] - 1, Math.floorDiv(in[2] - 1 - kx, stride[2]));
        if (last < first) {
            return;
        }
        for (int z = 0; z < result[0]; z++) {
            int fromZ = z * stride[0] + kz;
            for (int y = 0; y < result[1]; y++) {
                int fromY = y * stride[1] + ky;
                if (fromZ >= 0 && fromZ < in[0] && fromY >= 0 && fromY < in[1]) {
                    int input = ((inputPlane * in[0] + fromZ) * in[1] + fromY) * in[2] + first * stride[2] + kx;
                    int output = ((outputPlane * result[0] + z) * result[1] + y) * result[2] + first;
                    run.accept(input, stride[2], weightAt, output, last - first + 1);
                }
            }
        }
    }
}
