package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import io.candela.backend.ConvGeometry;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;

/**
 * One float32 convolution by oneDNN, with channels last: batches are cut so that every thread has images of its own. Weights go to the layout
 * that oneDNN asks for and stay there ({@link PackedWeights}).
 */
final class ConvDnn {
    /** Multiplications per thread below which sharing costs more than it saves. */
    private static final long SHARE = 256 << 10;
    /** Weights from which on their gradient is not summed over threads, if there is other work for the rest of them. */
    private static final int LARGE_WEIGHT = 32 << 10;

    private enum Pass { FORWARD, INPUT, WEIGHT }

    private final ConvGeometry geometry;
    private final Shape input; // of all images
    private final Shape weight;
    private final Shape result;
    private final boolean paired; // see ConvPairs
    private final int images;
    private final int parts; // into how many parts the images fall

    ConvDnn(Tensor x, Tensor w, ConvGeometry g, Tensor y) {
        Shape in = x.shape();
        geometry = g;
        input = in;
        weight = w.shape();
        result = y.shape();
        images = in.dim(0);
        paired = ConvPairs.fit(weight.dim(0), weight.dim(-1), result.dim(-1), g);
        long work = (long) y.numel() * (w.numel() / weight.dim(0));
        parts = (int) Math.max(1, Math.min(Math.min(Workers.threads(), images), work / SHARE));
    }

    private record Key(Pass pass, boolean bias, boolean paired, int images, Shape input, Shape weight, Shape result, ConvGeometry geometry) {}

    /** A primitive for a number of images, and the layout of its weight. */
    private static final class Part extends Dnn.Primitive {
        final DnnLayout layout;

        Part(org.bytedeco.dnnl.primitive primitive, memory.desc weight, int[] ids, memory.desc... descs) {
            super("convolution", primitive, ids, descs);
            layout = DnnLayout.of(weight);
        }
    }

    // ---- running ----

    /** Images {@code first} to {@code first + count} of a part. */
    private interface Images {
        void run(int part, int first, int count);
    }

    private static int step(int images, int parts) {
        return (images + parts - 1) / parts;
    }

    void forward(Tensor x, Tensor w, Tensor bias, Tensor out) {
        int step = step(images, parts);
        Tensor wideBias = paired && bias != null ? Tensor.cat(0, bias.detach(), bias.detach()) : bias;
        long source = address(x);
        long target = address(out);
        long added = wideBias == null ? 0 : address(wideBias);
        DnnLayout layout = part(Pass.FORWARD, added != 0, Math.min(step, images)).layout;
        PackedWeights packed = PackedWeights.of(w, geometry.groups(), layout, paired);
        run(parts, 0, (part, first, count) -> {
            Part p = part(Pass.FORWARD, added != 0, count);
            PackedWeights own = p.layout == layout ? packed : PackedWeights.of(w, geometry.groups(), p.layout, paired);
            long from = source + bytesPerImage(input) * first;
            long to = target + bytesPerImage(result) * first;
            Dnn dnn = HostThread.current().dnn();
            if (added == 0) {
                dnn.run(p, from, own.address(), to);
            } else {
                dnn.run(p, from, own.address(), to, added);
            }
            java.lang.ref.Reference.reachabilityFence(own);
        });
        java.lang.ref.Reference.reachabilityFence(packed);
        java.lang.ref.Reference.reachabilityFence(wideBias);
    }

    /** What is not wanted is null; the bias' gradient comes with the weight's. */
    void backward(Tensor x, Tensor w, Tensor g, Tensor gradInput, Tensor gradWeight, Tensor gradBias) {
        // One thread does the weight's gradient of all images while others do the input's: sums of large weights over threads cost more.
        boolean alone = gradWeight != null && gradInput != null && gradWeight.numel() >= LARGE_WEIGHT && Workers.threads() <= 3;
        int weightParts = gradWeight == null ? 0 : alone ? 1 : parts;
        int inputParts = gradInput == null ? 0 : alone ? Math.min(images, 2 * parts) : parts;
        WeightSum sum = weightParts == 0 ? null : new WeightSum(weightParts, gradBias != null);
        PackedWeights packed = inputParts == 0 ? null
                : PackedWeights.of(w, geometry.groups(), part(Pass.INPUT, false, Math.min(step(images, inputParts), images)).layout, false);
        long source = x == null ? 0 : address(x);
        long gradient = address(g);
        long target = gradInput == null ? 0 : address(gradInput);
        run(weightParts, inputParts, (part, first, count) -> {
            Dnn dnn = HostThread.current().dnn();
            long from = gradient + bytesPerImage(result) * first;
            if (part >= 0) {
                sum.run(dnn, part, source + bytesPerImage(input) * first, from, count);
            } else {
                Part p = part(Pass.INPUT, false, count);
                PackedWeights own = PackedWeights.of(w, geometry.groups(), p.layout, false);
                dnn.run(p, from, own.address(), target + bytesPerImage(input) * first);
                java.lang.ref.Reference.reachabilityFence(own);
            }
        });
        java.lang.ref.Reference.reachabilityFence(packed);
        if (sum != null) {
            sum.finish(gradWeight, gradBias);
        }
    }

    /** Runs both kinds of parts together: the first kind gets its number, the second −1. */
    private void run(int firstKind, int secondKind, Images work) {
        int first = firstKind == 0 ? 0 : (images + step(images, firstKind) - 1) / step(images, firstKind);
        int second = secondKind == 0 ? 0 : (images + step(images, secondKind) - 1) / step(images, secondKind);
        Workers.run(first + second, i -> {
            boolean isFirst = i < first;
            int size = step(images, isFirst ? firstKind : secondKind);
            int from = (isFirst ? i : i - first) * size;
            work.run(isFirst ? i : -1, from, Math.min(size, images - from));
        });
    }

    /** The weight's gradient: one sum per part, in oneDNN's layout; then their sum in ours. */
    private final class WeightSum {
        private final boolean bias;
        private final HostPool.Lease[] sums;
        private final HostPool.Lease[] biasSums;
        private final DnnLayout[] layouts;

        WeightSum(int parts, boolean bias) {
            this.bias = bias;
            sums = new HostPool.Lease[parts];
            biasSums = new HostPool.Lease[parts];
            layouts = new DnnLayout[parts];
        }

        void run(Dnn dnn, int part, long source, long gradient, int count) {
            Part p = part(Pass.WEIGHT, bias, count);
            layouts[part] = p.layout;
            sums[part] = HostPool.INSTANCE.lease(p.layout.bytes);
            if (bias) {
                biasSums[part] = HostPool.INSTANCE.lease(4L * filters());
                dnn.run(p, source, gradient, sums[part].block.address(), biasSums[part].block.address());
            } else {
                dnn.run(p, source, gradient, sums[part].block.address());
            }
        }

        void finish(Tensor gradWeight, Tensor gradBias) {
            Shape shape = paired ? ConvPairs.wideShape(weight) : weight;
            Tensor total = paired ? Tensor.empty(shape, gradWeight.dtype(), gradWeight.device()) : gradWeight;
            Tensor more = sums.length > 1 && sums[1] != null ? Tensor.empty(shape, total.dtype(), total.device()) : null;
            for (int i = 0; i < sums.length && sums[i] != null; i++) {
                ReorderDnn.unpack(layouts[i], sums[i].block.address(), geometry.groups(), i == 0 ? total : more);
                if (i > 0) {
                    CpuBackend.INSTANCE.pointwise().binary(io.candela.backend.BinaryKernel.ADD, total, more, total.dtype(), total);
                }
                sums[i].end();
            }
            if (more != null) {
                more.release();
            }
            if (paired) {
                ConvPairs.fold(total, gradWeight);
                total.release();
            }
            if (bias) {
                sumBias(gradBias);
            }
        }

        private void sumBias(Tensor gradBias) {
            int n = gradBias.numel();
            float[] total = new float[n];
            float[] one = new float[filters()];
            for (int i = 0; i < biasSums.length && biasSums[i] != null; i++) {
                biasSums[i].block.floats.get(0, one);
                for (int j = 0; j < one.length; j++) {
                    total[j % n] += one[j];
                }
                biasSums[i].end();
            }
            HostStorage.write(gradBias, total);
        }
    }

    private int filters() {
        return paired ? 2 * weight.dim(0) : weight.dim(0);
    }

    private static long bytesPerImage(Shape shape) {
        return 4L * (shape.numel() / shape.dim(0));
    }

    private static long address(Tensor t) {
        return HostStorage.of(t).address() + 4L * t.offset();
    }

    // ---- building ----

    private Part part(Pass pass, boolean bias, int count) {
        boolean wide = paired && pass != Pass.INPUT;
        Key key = new Key(pass, bias, wide, count, input, weight, result, geometry);
        return (Part) HostThread.current().dnn().primitive(key, () -> build(key));
    }

    private static Part build(Key k) {
        Shape weight = k.paired ? ConvPairs.wideShape(k.weight) : k.weight;
        Shape result = k.paired ? k.result.with(1, 2 * k.result.dim(1)).with(k.result.rank() - 1, k.result.dim(-1) / 2) : k.result;
        memory.desc x = activations(k.images, k.input);
        memory.desc y = activations(k.images, result);
        memory.desc w = new memory.desc(ReorderDnn.weightDims(weight, k.geometry.groups()), memory.data_type.f32, memory.format_tag.any);
        memory.desc b = new memory.desc(new long[] {weight.dim(0)}, memory.data_type.f32, new long[] {1});
        int rank = k.geometry.rank();
        long[] stride = new long[rank];
        long[] dilation = new long[rank];
        long[] before = new long[rank];
        long[] after = new long[rank];
        for (int i = 0; i < rank; i++) {
            stride[i] = k.geometry.stride(i);
            dilation[i] = k.geometry.dilation(i) - 1; // oneDNN counts the gaps
            before[i] = k.geometry.before(i);
            // What the kernel never reaches is cut off: oneDNN wants sizes to fit exactly.
            int reach = k.geometry.reach(i, weight.dim(i + 2)) + (result.dim(i + 2) - 1) * (int) step(k, i);
            after[i] = reach - k.input.dim(i + 2) - before[i];
            stride[i] = step(k, i);
        }
        int algorithm = dnnl_convolution_direct;
        var forward = k.bias && k.pass == Pass.FORWARD
                ? new convolution_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, algorithm, x, w, b, y, stride, dilation, before, after)
                : new convolution_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, algorithm, x, w, y, stride, dilation, before, after);
        return switch (k.pass) {
            case FORWARD -> {
                memory.desc chosen = forward.weights_desc();
                yield k.bias ? new Part(new convolution_forward(forward), chosen,
                        new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS}, x, chosen, y, b)
                        : new Part(new convolution_forward(forward), chosen, new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}, x, chosen, y);
            }
            case INPUT -> {
                var description = new convolution_backward_data.primitive_desc(Dnn.engine(), algorithm, x, w, y, stride, dilation, before, after, forward);
                memory.desc chosen = description.weights_desc();
                yield new Part(new convolution_backward_data(description), chosen, new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC},
                        y, chosen, x);
            }
            case WEIGHT -> {
                var description = k.bias
                        ? new convolution_backward_weights.primitive_desc(Dnn.engine(), algorithm, x, w, b, y, stride, dilation, before, after, forward)
                        : new convolution_backward_weights.primitive_desc(Dnn.engine(), algorithm, x, w, y, stride, dilation, before, after, forward);
                memory.desc chosen = description.diff_weights_desc();
                int[] ids = {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS};
                yield k.bias ? new Part(new convolution_backward_weights(description), chosen, ids, x, y, chosen, b)
                        : new Part(new convolution_backward_weights(description), chosen, Arrays.copyOf(ids, 3), x, y, chosen);
            }
        };
    }

    private static long step(Key k, int dim) {
        boolean last = dim == k.geometry.rank() - 1;
        return k.paired && last ? 2 : k.geometry.stride(dim);
    }

    private static memory.desc activations(int images, Shape shape) {
        long[] dims = ReorderDnn.longs(shape.dims());
        dims[0] = images;
        long[] strides = new long[dims.length];
        long stride = 1;
        for (int i = 0; i < dims.length; i++) {
            int dim = i == 0 ? 1 : i == dims.length - 1 ? 0 : dims.length - i; // channels, then from the last dimension to the third, then images
            strides[dim] = stride;
            stride *= dims[dim];
        }
        return new memory.desc(dims, memory.data_type.f32, strides);
    }
}
