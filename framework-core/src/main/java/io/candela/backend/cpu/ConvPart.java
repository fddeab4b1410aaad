package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
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
import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_desc;

/** oneDNN's primitives for a part of a float32 convolution: some of its images, or some of its filters. */
final class ConvPart extends Dnn.Primitive {
    /** What a primitive computes. */
    enum Pass { FORWARD, INPUT, WEIGHT }

    /** oneDNN's kernels of this name are not its first choice, but the faster ones for few channels; see {@link #isNarrow}. */
    private static final String NARROW = "jit:avx512_core";

    final DnnLayout weight;

    private ConvPart(org.bytedeco.dnnl.primitive primitive, memory.desc weight, int[] ids, memory.desc... descs) {
        super("convolution", primitive, ids, descs);
        this.weight = DnnLayout.of(weight);
    }

    /** Everything that a primitive depends on; shapes are those of its part, the weight's and the result's without pairing. Only forward has a bias. */
    record Key(Pass pass, boolean bias, boolean paired, Shape input, Shape weight, Shape result, ConvGeometry geometry) {}

    /** The primitive on this thread, built at its first use. */
    static ConvPart of(Key key) {
        return (ConvPart) HostThread.current().dnn().primitive(key, () -> build(key));
    }

    private static ConvPart build(Key k) {
        Shape weight = k.paired ? ConvPairs.wideShape(k.weight) : k.weight;
        Shape result = k.paired ? k.result.with(1, 2 * k.result.dim(1)).with(k.result.rank() - 1, k.result.dim(-1) / 2) : k.result;
        memory.desc x = activations(k.input);
        memory.desc y = activations(result);
        memory.desc w = any(ReorderDnn.weightDims(weight, k.geometry.groups()));
        memory.desc b = new memory.desc(new long[] {weight.dim(0)}, memory.data_type.f32, new long[] {1});
        int rank = k.geometry.rank();
        long[] stride = new long[rank];
        long[] dilation = new long[rank];
        long[] before = new long[rank];
        long[] after = new long[rank];
        for (int i = 0; i < rank; i++) {
            stride[i] = k.paired && i == rank - 1 ? 2 : k.geometry.stride(i);
            dilation[i] = k.geometry.dilation(i) - 1; // oneDNN counts the gaps
            before[i] = k.geometry.before(i);
            // Negative where the stride leaves positions at the end that no kernel covers: oneDNN wants sizes to fit exactly.
            after[i] = k.geometry.reach(i, weight.dim(i + 2)) + (result.dim(i + 2) - 1) * stride[i] - k.input.dim(i + 2) - before[i];
        }
        int algorithm = dnnl_convolution_direct;
        Supplier<convolution_forward.primitive_desc> any = () -> k.bias
                ? new convolution_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, algorithm, x, w, b, y, stride, dilation, before, after)
                : new convolution_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, algorithm, x, w, y, stride, dilation, before, after);
        boolean narrow = isNarrow(k.pass, weight);
        return switch (k.pass) {
            case FORWARD -> {
                var description = choose(narrow, any);
                memory.desc chosen = description.weights_desc();
                int[] ids = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS};
                yield k.bias ? new ConvPart(new convolution_forward(description), chosen, ids, x, chosen, y, b)
                        : new ConvPart(new convolution_forward(description), chosen, Arrays.copyOf(ids, 3), x, chosen, y);
            }
            case INPUT -> {
                var forward = any.get();
                var description = choose(narrow, () ->
                        new convolution_backward_data.primitive_desc(Dnn.engine(), algorithm, x, w, y, stride, dilation, before, after, forward));
                memory.desc chosen = description.weights_desc();
                yield new ConvPart(new convolution_backward_data(description), chosen,
                        new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC}, y, chosen, x);
            }
            case WEIGHT -> {
                var description = new convolution_backward_weights.primitive_desc(Dnn.engine(), algorithm, x, w, y, stride, dilation, before, after,
                        any.get());
                memory.desc chosen = description.diff_weights_desc();
                yield new ConvPart(new convolution_backward_weights(description), chosen,
                        new int[] {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS}, x, y, chosen);
            }
        };
    }

    /**
     * Whether {@link #NARROW} kernels are the faster ones: with few channels they take half to nine tenths of the time of those that oneDNN
     * prefers. Found by measuring both; not timed at run time, so that results do not depend on it.
     */
    private static boolean isNarrow(Pass pass, Shape weight) {
        int filters = weight.dim(0);
        int channels = weight.dim(1);
        return switch (pass) {
            case FORWARD -> filters <= 16 && channels <= 16 || channels <= 4 && weight.numel() / filters <= 4 * 25;
            case INPUT -> channels <= 16;
            case WEIGHT -> false; // the first choice already
        };
    }

    private static <D extends primitive_desc> D choose(boolean narrow, Supplier<D> descriptions) {
        if (narrow) {
            D description = descriptions.get();
            do {
                if (description.impl_info_str().getString().equals(NARROW)) {
                    return description;
                }
            } while (description.next_impl());
        }
        return descriptions.get();
    }

    private static memory.desc any(long... dims) {
        return new memory.desc(dims, memory.data_type.f32, memory.format_tag.any);
    }

    private static memory.desc activations(Shape shape) {
        return ReorderDnn.desc(shape, io.candela.tensor.MemoryFormat.CHANNELS_LAST.strides(shape));
    }
}
