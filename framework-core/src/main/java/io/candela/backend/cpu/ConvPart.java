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
import java.util.Arrays;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;

/** oneDNN's primitives for a part of a float32 convolution: some of its images, or some of its filters. */
final class ConvPart extends Dnn.Primitive {
    /** What a primitive computes. */
    enum Pass { FORWARD, INPUT, WEIGHT }

    /** Input channels up to which the input's gradient is faster in oneDNN's blocks of channels, though it must be reordered before and after. */
    private static final int FEW_CHANNELS = 8;

    final DnnLayout weight;
    final DnnLayout blockedInput; // of the input's gradient, where it is not computed channels-last; else null
    final DnnLayout blockedResult;

    private ConvPart(org.bytedeco.dnnl.primitive primitive, memory.desc weight, DnnLayout blockedInput, DnnLayout blockedResult, int[] ids,
            memory.desc... descs) {
        super("convolution", primitive, ids, descs);
        this.weight = DnnLayout.of(weight);
        this.blockedInput = blockedInput;
        this.blockedResult = blockedResult;
    }

    /** Everything that a primitive depends on; shapes are those of its part, the weight's and the result's without pairing. */
    record Key(Pass pass, boolean bias, boolean paired, Shape input, Shape weight, Shape result, ConvGeometry geometry) {}

    /** The primitive on this thread, built at its first use. */
    static ConvPart of(Key key) {
        return (ConvPart) HostThread.current().dnn().primitive(key, () -> build(key));
    }

    private static ConvPart build(Key k) {
        Shape weight = k.paired ? ConvPairs.wideShape(k.weight) : k.weight;
        Shape result = k.paired ? k.result.with(1, 2 * k.result.dim(1)).with(k.result.rank() - 1, k.result.dim(-1) / 2) : k.result;
        boolean blocked = k.pass == Pass.INPUT && k.geometry.groups() == 1 && k.input.dim(1) <= FEW_CHANNELS && result.dim(1) > FEW_CHANNELS;
        memory.desc x = blocked ? any(ReorderDnn.longs(k.input.dims())) : activations(k.input);
        memory.desc y = blocked ? any(ReorderDnn.longs(result.dims())) : activations(result);
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
        var forward = k.bias && k.pass == Pass.FORWARD
                ? new convolution_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, algorithm, x, w, b, y, stride, dilation, before, after)
                : new convolution_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, algorithm, x, w, y, stride, dilation, before, after);
        return switch (k.pass) {
            case FORWARD -> {
                memory.desc chosen = forward.weights_desc();
                int[] ids = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS};
                yield k.bias ? new ConvPart(new convolution_forward(forward), chosen, null, null, ids, x, chosen, y, b)
                        : new ConvPart(new convolution_forward(forward), chosen, null, null, Arrays.copyOf(ids, 3), x, chosen, y);
            }
            case INPUT -> {
                var description = new convolution_backward_data.primitive_desc(Dnn.engine(), algorithm, x, w, y, stride, dilation, before, after, forward);
                memory.desc chosen = description.weights_desc();
                memory.desc in = description.diff_src_desc();
                memory.desc out = description.diff_dst_desc();
                yield new ConvPart(new convolution_backward_data(description), chosen, blocked ? DnnLayout.of(in) : null, blocked ? DnnLayout.of(out) : null,
                        new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC}, out, chosen, in);
            }
            case WEIGHT -> {
                var description = k.bias
                        ? new convolution_backward_weights.primitive_desc(Dnn.engine(), algorithm, x, w, b, y, stride, dilation, before, after, forward)
                        : new convolution_backward_weights.primitive_desc(Dnn.engine(), algorithm, x, w, y, stride, dilation, before, after, forward);
                memory.desc chosen = description.diff_weights_desc();
                int[] ids = {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS};
                yield k.bias ? new ConvPart(new convolution_backward_weights(description), chosen, null, null, ids, x, y, chosen, b)
                        : new ConvPart(new convolution_backward_weights(description), chosen, null, null, Arrays.copyOf(ids, 3), x, y, chosen);
            }
        };
    }

    private static memory.desc any(long... dims) {
        return new memory.desc(dims, memory.data_type.f32, memory.format_tag.any);
    }

    private static memory.desc activations(Shape shape) {
        return ReorderDnn.desc(shape, io.candela.tensor.MemoryFormat.CHANNELS_LAST.strides(shape));
    }

    /** {@link Pass#INPUT}: the input's gradient of these images at {@code target} from the result's at {@code gradient}, both channels-last. */
    void runInput(Key key, long gradient, long packedWeight, long target) {
        Dnn dnn = HostThread.current().dnn();
        if (blockedInput == null) {
            dnn.run(this, gradient, packedWeight, target);
            return;
        }
        HostPool.Lease result = HostPool.INSTANCE.lease(blockedResult.bytes);
        HostPool.Lease input = HostPool.INSTANCE.lease(blockedInput.bytes);
        try {
            ReorderDnn.block(key.result(), blockedResult, gradient, result.block.address(), true);
            dnn.run(this, result.block.address(), packedWeight, input.block.address());
            ReorderDnn.block(key.input(), blockedInput, target, input.block.address(), false);
        } finally {
            result.end();
            input.end();
        }
    }
}
