package io.candela.benchmarks.peers;

import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.convolution_backward;

import io.candela.benchmarks.ConvWork;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** {@link ConvWork} in libtorch: its function and, without a graph, that function's gradients. */
public abstract class LibTorchConv {
    private static final long[] ONE = {1, 1};
    private static final long[] PADDING = {ConvWork.PADDING, ConvWork.PADDING};
    private static final long[] NONE = {0, 0};
    private static final long[] BIAS = {ConvWork.CHANNELS};
    private final Tensor inputs;
    private final Tensor weight;
    private final TensorOptional bias;
    private final Tensor gradient;
    private final BoolPointer all;

    LibTorchConv(boolean channelsLast) {
        LibTorch.prepare(false);
        MemoryFormat format = channelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        inputs = activations(ConvWork.inputs()).contiguous(format);
        weight = LibTorch.tensor(ConvWork.weight(), ConvWork.CHANNELS, ConvWork.CHANNELS, ConvWork.KERNEL, ConvWork.KERNEL).contiguous(format);
        bias = new TensorOptional(LibTorch.tensor(ConvWork.bias(), ConvWork.CHANNELS));
        gradient = activations(ConvWork.gradient()).contiguous(format);
        all = new BoolPointer(3).put(0, true).put(1, true).put(2, true);
    }

    private static Tensor activations(float... values) {
        return LibTorch.tensor(values, ConvWork.BATCH, ConvWork.CHANNELS, ConvWork.SIZE, ConvWork.SIZE);
    }

    public void forward() {
        try (var scope = new PointerScope(); var mode = new InferenceMode()) {
            output();
        }
    }

    /** Gradients of input, weight and bias. */
    public void backward() {
        try (var scope = new PointerScope(); var mode = new InferenceMode()) {
            gradients();
        }
    }

    private Tensor output() {
        return conv2d(inputs, weight, bias, ONE, PADDING, ONE, 1);
    }

    private T_TensorTensorTensor_T gradients() {
        return convolution_backward(gradient, inputs, weight, BIAS, ONE, PADDING, ONE, false, NONE, 1, all);
    }

    /** Output, then gradients of input, weight and bias, row by row. */
    float[][] results() {
        try (var scope = new PointerScope()) {
            T_TensorTensorTensor_T gradients = gradients();
            return new float[][] {
                LibTorch.values(output()), LibTorch.values(gradients.get0()), LibTorch.values(gradients.get1()), LibTorch.values(gradients.get2())
            };
        }
    }

    /** Everything in PyTorch's default layout. */
    @State(Scope.Thread)
    public static class Plain extends LibTorchConv {
        public Plain() {
            super(false);
        }
    }

    /** Inputs, weight and the output's gradient with channels last. */
    @State(Scope.Thread)
    public static class ChannelsLast extends LibTorchConv {
        public ChannelsLast() {
            super(true);
        }
    }
}
