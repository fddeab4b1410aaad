package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A copy of a model whose parameters are averages of the model's during training, as {@code torch.optim.swa_utils.AveragedModel}: their mean
 * (stochastic weight averaging), or an exponential moving average.
 *
 * <pre>{@code
 * var ema = new AveragedModel<>(model, AverageFunction.ema(0.999), false);
 * for (...) {
 *     optimizer.step();
 *     ema.updateParameters(model);
 * }
 * Tensor y = ema.module().forward(x);
 * }</pre>
 *
 * <p>State: {@code n_averaged}, how often it was updated, 0-d of int64, then that of the copy under {@code module}. The function is not saved.
 *
 * @param <M> the model's class
 */
public final class AveragedModel<M extends Module> extends Module {
    private final M module;
    private final Tensor averaged;
    private final AverageFunction function;
    private final boolean useBuffers;

    /** The mean of parameters; buffers are those of the model. */
    public AveragedModel(M model) {
        this(model, AverageFunction.mean(), false);
    }

    /**
     * A deep copy of a model.
     *
     * @param useBuffers whether buffers are averaged too; otherwise they are copied from the model at every update. After either, batch
     *     normalization may need {@link #updateBn}
     */
    public AveragedModel(M model, AverageFunction function, boolean useBuffers) {
        this.averaged = registerBuffer("n_averaged", Tensor.zeros(Shape.SCALAR, DType.INT64, Device.CPU));
        this.module = register("module", deepCopy(model));
        this.function = function;
        this.useBuffers = useBuffers;
    }

    /** The copy with the averages: call it as the model. */
    public M module() {
        return module;
    }

    /** How often the averages were updated. */
    public long countAveraged() {
        return (long) current(averaged).item();
    }

    /**
     * Takes the model's present parameters into the averages. The first time they are copied.
     *
     * @throws IllegalArgumentException if the model has other tensors than the copy; nothing was changed
     */
    public void updateParameters(M model) {
        List<Tensor> averages = tensors(module, useBuffers);
        List<Tensor> values = tensors(model, useBuffers);
        check(averages, values);
        check(module.buffers(), model.buffers());
        long count = countAveraged();
        Autograd.noGrad(() -> {
            for (int i = 0; i < averages.size(); i++) {
                Tensor average = averages.get(i).detach();
                Tensor value = values.get(i).detach().to(average.device());
                if (count == 0) {
                    average.copyFrom(value);
                } else {
                    function.update(average, value, count);
                }
            }
            if (!useBuffers) {
                List<Tensor> buffers = module.buffers();
                for (int i = 0; i < buffers.size(); i++) {
                    buffers.get(i).copyFrom(model.buffers().get(i).to(buffers.get(i).device()));
                }
            }
            current(averaged).addInPlace(1);
        });
    }

    private static List<Tensor> tensors(Module module, boolean withBuffers) {
        List<Tensor> tensors = new ArrayList<>(module.parameters());
        if (withBuffers) {
            tensors.addAll(module.buffers());
        }
        return tensors;
    }

    private void check(List<Tensor> own, List<Tensor> others) {
        for (int i = 0; i < Math.max(own.size(), others.size()); i++) {
            Shape mine = i < own.size() ? own.get(i).shape() : null;
            Shape other = i < others.size() ? others.get(i).shape() : null;
            if (mine == null || !mine.equals(other)) {
                throw new IllegalArgumentException(("AveragedModel.updateParameters: tensor %d is %s in the copy, %s in the model; was it made of "
                        + "another model?").formatted(i, mine == null ? "missing" : mine, other == null ? "missing" : other));
            }
        }
    }

    /**
     * Computes the running statistics of all batch normalization anew, as the mean over all batches. Averaged parameters need it, for the
     * statistics were gathered with others.
     *
     * @param batches inputs of the model, from one pass over the training data
     * @param model   usually the averaged one; it keeps its mode, which all its parts then have
     */
    public static void updateBn(Iterable<Tensor> batches, Layer model) {
        List<BatchNorm> norms = new ArrayList<>();
        for (Module part : model.modules()) {
            if (part instanceof BatchNorm norm) {
                norms.add(norm);
            }
        }
        if (norms.isEmpty()) {
            return;
        }
        boolean training = model.isTraining();
        try {
            norms.forEach(norm -> norm.gather(true));
            model.train();
            Autograd.noGrad(() -> batches.forEach(model::forward));
        } finally {
            norms.forEach(norm -> norm.gather(false));
            model.train(training);
        }
    }
}
