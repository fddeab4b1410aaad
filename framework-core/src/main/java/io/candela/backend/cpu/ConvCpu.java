package io.candela.backend.cpu;

import io.candela.backend.Backend;
import io.candela.backend.ConvEpilogue;
import io.candela.backend.ConvGeometry;
import io.candela.backend.ConvKernels;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;

/** Convolutions: oneDNN for float32, with channels last; plain loops for float64. */
final class ConvCpu implements ConvKernels {
    @Override
    public MemoryFormat format(Tensor x, Tensor weight) {
        return MemoryFormat.CHANNELS_LAST;
    }

    @Override
    public boolean hasEpilogue(DType dtype) {
        return dtype == DType.FLOAT32;
    }

    @Override
    public void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor out, ConvEpilogue after) {
        if (out.numel() > 0) {
            forward(x, weight, bias, geometry, out, new ConvFinish(after, out));
        }
    }

    @Override
    public void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        if (out.dtype() != DType.FLOAT32) {
            ConvLoops.forward(x, weight, bias, geometry, out);
            return;
        }
        Tensor result = target(out);
        forward(x, weight, bias, geometry, result, (ConvFinish) null);
        finish(result, out);
    }

    private static void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor result, ConvFinish finish) {
        Tensor input = channelsLast(x);
        Tensor filters = dense(weight);
        Tensor added = bias == null ? null : bias.contiguous();
        new ConvDnn(input, filters, geometry, result).forward(input, filters, added, result, finish);
        Reference.reachabilityFence(filters);
        Reference.reachabilityFence(input);
        Reference.reachabilityFence(added);
    }

    @Override
    public void backward(Tensor x, Tensor weight, Tensor g, ConvGeometry geometry, Tensor gradInput, Tensor gradWeight, Tensor gradBias) {
        if (g.numel() == 0 || g.dtype() != DType.FLOAT32) {
            plainBackward(x, weight, g, geometry, gradInput, gradWeight, gradBias);
            return;
        }
        Tensor gradient = channelsLast(g);
        if (gradBias != null && !ReduceDnn.channels(gradient, gradBias)) {
            ConvLoops.gradBias(g, gradBias);
        }
        if (gradInput == null && gradWeight == null) {
            return;
        }
        Tensor input = gradWeight == null ? null : channelsLast(x);
        Tensor result = gradInput == null ? null : target(gradInput);
        ConvDnn conv = new ConvDnn(gradInput == null ? x : gradInput, gradWeight == null ? weight : gradWeight, geometry, g);
        Tensor filters = gradInput == null ? null : dense(weight);
        conv.backward(input, filters, gradient, result, gradWeight);
        Reference.reachabilityFence(filters);
        if (gradInput != null) {
            finish(result, gradInput);
        }
        Reference.reachabilityFence(input);
        Reference.reachabilityFence(gradient);
    }

    private static void plainBackward(Tensor x, Tensor weight, Tensor g, ConvGeometry geometry, Tensor gradInput, Tensor gradWeight,
            Tensor gradBias) {
        if (gradInput != null) {
            ConvLoops.gradInput(weight, g, geometry, gradInput);
        }
        if (gradWeight != null) {
            ConvLoops.gradWeight(x, g, geometry, gradWeight);
        }
        if (gradBias != null) {
            ConvLoops.gradBias(g, gradBias);
        }
    }

    private static Tensor channelsLast(Tensor x) {
        if (x.isContiguous(MemoryFormat.CHANNELS_LAST)) {
            return x;
        }
        Tensor copy = Tensor.empty(x.shape(), x.dtype(), x.device(), MemoryFormat.CHANNELS_LAST);
        Backend.of(x).pointwise().copy(x, copy);
        return copy;
    }

    private static Tensor dense(Tensor weight) {
        return weight.isContiguous(MemoryFormat.CHANNELS_LAST) ? weight : weight.contiguous();
    }

    private static Tensor target(Tensor out) {
        return out.isContiguous(MemoryFormat.CHANNELS_LAST) ? out : Tensor.empty(out.shape(), out.dtype(), out.device(), MemoryFormat.CHANNELS_LAST);
    }

    private static void finish(Tensor result, Tensor out) {
        if (result != out) {
            Backend.of(out).pointwise().copy(result, out);
        }
    }
}
