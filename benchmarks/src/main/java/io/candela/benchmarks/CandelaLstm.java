package io.candela.benchmarks;

import io.candela.autograd.Autograd;
import io.candela.nn.LSTM;
import io.candela.nn.MSELoss;
import io.candela.optim.Adam;
import io.candela.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** {@link LstmWork} in Candela. */
@State(Scope.Thread)
public class CandelaLstm {
    private final LSTM model = new LSTM(LstmWork.SIZE, LstmWork.SIZE, LSTM.options().withNumLayers(LstmWork.LAYERS));
    private final MSELoss lossFn = new MSELoss();
    private final Adam optimizer = new Adam(model.parameters(), Workload.LEARNING_RATE);
    private final Tensor inputs = Tensor.of(LstmWork.inputs(), LstmWork.STEPS, LstmWork.BATCH, LstmWork.SIZE);
    private final Tensor targets = Tensor.of(LstmWork.targets(), LstmWork.STEPS, LstmWork.BATCH, LstmWork.SIZE);

    public CandelaLstm() {
        List<Tensor> parameters = model.parameters();
        Autograd.noGrad(() -> {
            for (int i = 0; i < parameters.size(); i++) {
                parameters.get(i).copyFrom(Tensor.of(LstmWork.parameter(i)).view(parameters.get(i).shape().toArray()));
            }
        });
    }

    /** Trains one step; returns the loss. */
    public Tensor step() {
        optimizer.zeroGrad();
        Tensor loss = lossFn.forward(model.forward(inputs).output(), targets);
        loss.backward();
        optimizer.step();
        return loss;
    }
}
