package io.candela.benchmarks.peers;

import static org.bytedeco.pytorch.global.torch.lstm;
import static org.bytedeco.pytorch.global.torch.mse_loss;
import static org.bytedeco.pytorch.global.torch.zeros;

import io.candela.benchmarks.LstmWork;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** {@link LstmWork} in libtorch: its fused function over its own tensors, one PointerScope per step. */
@State(Scope.Thread)
public class LibTorchLstm implements PeerNet {
    private final Tensor inputs;
    private final Tensor targets;
    private final Tensor[] parameters = new Tensor[LstmWork.LAYERS * LstmWork.PER_LAYER];
    private final TensorVector states;
    private final TensorVector weights;
    private final LibTorchAdam adam;

    public LibTorchLstm() {
        LibTorch.prepare(false);
        inputs = LibTorch.tensor(LstmWork.inputs(), LstmWork.STEPS, LstmWork.BATCH, LstmWork.SIZE);
        targets = LibTorch.tensor(LstmWork.targets(), LstmWork.STEPS, LstmWork.BATCH, LstmWork.SIZE);
        for (int i = 0; i < parameters.length; i++) {
            float[] values = LstmWork.parameter(i);
            Tensor start = LstmWork.isWeight(i) ? LibTorch.tensor(values, 4 * LstmWork.SIZE, LstmWork.SIZE) : LibTorch.tensor(values, values.length);
            parameters[i] = start.set_requires_grad(true);
        }
        Tensor zero = zeros(LstmWork.LAYERS, LstmWork.BATCH, LstmWork.SIZE);
        states = new TensorVector(zero, zero);
        weights = new TensorVector(parameters);
        adam = new LibTorchAdam(parameters, false);
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
        return mse_loss(forward(), targets);
    }

    private Tensor forward() {
        return lstm(inputs, states, weights, true, LstmWork.LAYERS, 0, true, false, false).get0();
    }
}
