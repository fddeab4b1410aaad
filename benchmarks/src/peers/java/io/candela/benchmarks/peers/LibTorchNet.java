package io.candela.benchmarks.peers;

import static org.bytedeco.pytorch.global.torch.cross_entropy;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.nll_loss;
import static org.bytedeco.pytorch.global.torch.relu;
import static org.bytedeco.pytorch.global.torch.tensor;

import io.candela.benchmarks.Workload;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A {@link Workload} in libtorch: its C++ functions over its own tensors, one PointerScope per step. */
public abstract class LibTorchNet implements PeerNet {
    private final Workload work;
    private final Tensor[] weights;
    private final Tensor[] biases;
    private final Tensor inputs;
    private final Tensor labels;
    private final LibTorchAdam adam;

    LibTorchNet(Workload work) {
        LibTorch.prepare(work.tiny());
        this.work = work;
        inputs = LibTorch.tensor(work.inputs(), work.batch(), work.features());
        labels = tensor(Arrays.stream(work.labels()).asLongStream().toArray());
        weights = new Tensor[work.layers()];
        biases = new Tensor[work.layers()];
        for (int i = 0; i < work.layers(); i++) {
            weights[i] = LibTorch.tensor(work.weight(i), work.widths()[i + 1], work.widths()[i]).set_requires_grad(true);
            biases[i] = LibTorch.tensor(work.bias(i), work.widths()[i + 1]).set_requires_grad(true);
        }
        adam = new LibTorchAdam(Stream.of(weights, biases).flatMap(Arrays::stream).toArray(Tensor[]::new), work.tiny());
    }

    @Override
    public void step() {
        try (var scope = new PointerScope()) {
            adam.zeroGrad();
            loss().backward();
            adam.step();
        }
    }

    @Override
    public void infer() {
        try (var scope = new PointerScope(); var mode = new InferenceMode()) {
            forward();
        }
    }

    @Override
    public double lossNow() {
        try (var scope = new PointerScope()) {
            return loss().item_float();
        }
    }

    private Tensor loss() {
        return work.logSoftmax() ? nll_loss(forward(), labels) : cross_entropy(forward(), labels);
    }

    private Tensor forward() {
        Tensor x = inputs;
        for (int i = 0; i < weights.length; i++) {
            x = linear(i == 0 ? x : relu(x), weights[i], biases[i]);
        }
        return work.logSoftmax() ? log_softmax(x, 1) : x;
    }

    @State(Scope.Thread)
    public static class Iris extends LibTorchNet {
        public Iris() {
            super(Workload.IRIS);
        }
    }

    @State(Scope.Thread)
    public static class Mlp extends LibTorchNet {
        public Mlp() {
            super(Workload.MLP);
        }
    }
}
