package io.candela.benchmarks;

import io.candela.autograd.Autograd;
import io.candela.nn.Conv2d;
import io.candela.nn.ConvOptions;
import io.candela.nn.F;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** {@link ConvWork} in Candela. */
public abstract class CandelaConv {
    private static final ConvOptions OPTIONS = Conv2d.options().withPadding(ConvWork.PADDING);
    private final Tensor inputs;
    private final Tensor weight;
    private final Tensor bias = Tensor.of(ConvWork.bias()).setRequiresGrad(true);
    private final Tensor[] outputs; // with their graph
    private final Tensor[] gradients;

    CandelaConv(MemoryFormat format) {
        inputs = activations(ConvWork.inputs()).contiguous(format).setRequiresGrad(true);
        weight = Tensor.of(ConvWork.weight(), ConvWork.CHANNELS, ConvWork.CHANNELS, ConvWork.KERNEL, ConvWork.KERNEL).contiguous(format).setRequiresGrad(true);
        gradients = new Tensor[] {activations(ConvWork.gradient()).contiguous(format)};
        outputs = new Tensor[] {F.conv2d(inputs, weight, bias, OPTIONS)};
    }

    private static Tensor activations(float... values) {
        return Tensor.of(values, ConvWork.BATCH, ConvWork.CHANNELS, ConvWork.SIZE, ConvWork.SIZE);
    }

    public Tensor forward() {
        return Autograd.noGrad(() -> F.conv2d(inputs, weight, bias, OPTIONS));
    }

    /** Gradients of input, weight and bias. */
    public Tensor[] backward() {
        return Autograd.grad(outputs, new Tensor[] {inputs, weight, bias}, gradients, true, false, false);
    }

    /** Everything as a user has it who thinks of no layout. */
    @State(Scope.Thread)
    public static class Plain extends CandelaConv {
        public Plain() {
            super(MemoryFormat.CONTIGUOUS);
        }
    }

    /** Inputs, weight and the output's gradient with channels last. */
    @State(Scope.Thread)
    public static class ChannelsLast extends CandelaConv {
        public ChannelsLast() {
            super(MemoryFormat.CHANNELS_LAST);
        }
    }
}
