package io.candela.benchmarks;

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

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** {@link ConvWork} by oneDNN called bare: primitives, memories in the layouts that each of them asks for, and argument maps are built once and stay. */
@State(Scope.Thread)
public class OneDnnConv {
    private static final long[] ACTIVATIONS = {ConvWork.BATCH, ConvWork.CHANNELS, ConvWork.SIZE, ConvWork.SIZE};
    private static final long[] WEIGHT = {ConvWork.CHANNELS, ConvWork.CHANNELS, ConvWork.KERNEL, ConvWork.KERNEL};
    private static final long[] BIAS = {ConvWork.CHANNELS};
    private static final long[] STRIDE = {1, 1};
    private static final long[] PADDING = {ConvWork.PADDING, ConvWork.PADDING};

    private final engine cpu = new engine(engine.kind.cpu, 0);
    private final stream stream = new stream(cpu);
    private final memory.desc activations = free(ACTIVATIONS);
    private final memory.desc weights = free(WEIGHT);
    private final memory.desc biases = new memory.desc(BIAS, memory.data_type.f32, memory.format_tag.a);

    private final convolution_forward.primitive_desc forward = new convolution_forward.primitive_desc(cpu, dnnl_forward_training, dnnl_convolution_direct,
            activations, weights, biases, activations, STRIDE, PADDING, PADDING);
    private final convolution_backward_data.primitive_desc backwardData = new convolution_backward_data.primitive_desc(cpu, dnnl_convolution_direct,
            activations, weights, activations, STRIDE, PADDING, PADDING, forward);
    private final convolution_backward_weights.primitive_desc backwardWeights = new convolution_backward_weights.primitive_desc(cpu,
            dnnl_convolution_direct, activations, weights, biases, activations, STRIDE, PADDING, PADDING, forward);

    private final memory output = memory(forward.dst_desc());
    private final memory inputGradient = memory(backwardData.diff_src_desc());
    private final memory weightGradient = memory(backwardWeights.diff_weights_desc());
    private final memory biasGradient = memory(biases);

    private final convolution_forward convolution = new convolution_forward(forward);
    private final IntMemoryMap arguments = new IntMemoryMap()
            .put(DNNL_ARG_SRC, filled(forward.src_desc(), ACTIVATIONS, ConvWork.inputs()))
            .put(DNNL_ARG_WEIGHTS, filled(forward.weights_desc(), WEIGHT, ConvWork.weight()))
            .put(DNNL_ARG_BIAS, new memory(biases, cpu, OneDnn.aligned(ConvWork.bias())))
            .put(DNNL_ARG_DST, output);
    private final convolution_backward_data ofInput = new convolution_backward_data(backwardData);
    private final IntMemoryMap argumentsOfInput = new IntMemoryMap()
            .put(DNNL_ARG_DIFF_DST, filled(backwardData.diff_dst_desc(), ACTIVATIONS, ConvWork.gradient()))
            .put(DNNL_ARG_WEIGHTS, filled(backwardData.weights_desc(), WEIGHT, ConvWork.weight()))
            .put(DNNL_ARG_DIFF_SRC, inputGradient);
    private final convolution_backward_weights ofWeight = new convolution_backward_weights(backwardWeights);
    private final IntMemoryMap argumentsOfWeight = new IntMemoryMap()
            .put(DNNL_ARG_SRC, filled(backwardWeights.src_desc(), ACTIVATIONS, ConvWork.inputs()))
            .put(DNNL_ARG_DIFF_DST, filled(backwardWeights.diff_dst_desc(), ACTIVATIONS, ConvWork.gradient()))
            .put(DNNL_ARG_DIFF_WEIGHTS, weightGradient)
            .put(DNNL_ARG_DIFF_BIAS, biasGradient);

    public Pointer forward() {
        convolution.execute(stream, arguments);
        stream._wait();
        return output;
    }

    /** Gradients of input, weight and bias; returns the last. */
    public Pointer backward() {
        ofInput.execute(stream, argumentsOfInput);
        ofWeight.execute(stream, argumentsOfWeight);
        stream._wait();
        return biasGradient;
    }

    /** Runs both; output, then gradients of input, weight and bias, row by row. */
    public float[][] results() {
        forward();
        backward();
        return new float[][] {
            values(output, ACTIVATIONS), values(inputGradient, ACTIVATIONS), values(weightGradient, WEIGHT), values(biasGradient, BIAS)
        };
    }

    /** A shape whose layout oneDNN chooses. */
    private static memory.desc free(long... shape) {
        return new memory.desc(shape, memory.data_type.f32, memory.format_tag.any);
    }

    private memory memory(memory.desc desc) {
        return new memory(desc, cpu, OneDnn.aligned(new float[Math.toIntExact(desc.get_size() / Float.BYTES)]));
    }

    private memory filled(memory.desc desc, long[] shape, float... values) {
        memory target = memory(desc);
        copy(new memory(rows(shape), cpu, OneDnn.aligned(values)), target);
        return target;
    }

    private float[] values(memory source, long... shape) {
        memory.desc rows = rows(shape);
        float[] values = new float[Math.toIntExact(rows.get_size() / Float.BYTES)];
        FloatPointer target = OneDnn.aligned(values);
        copy(source, new memory(rows, cpu, target));
        target.get(values);
        return values;
    }

    private void copy(memory source, memory target) {
        new reorder(source, target).execute(stream, source, target);
        stream._wait();
    }

    private static memory.desc rows(long... shape) {
        return new memory.desc(shape, memory.data_type.f32, shape.length == 1 ? memory.format_tag.a : memory.format_tag.abcd);
    }
}
