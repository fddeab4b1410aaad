package io.candela.nn.models;

import io.candela.nn.AvgPool2d;
import io.candela.nn.Conv2d;
import io.candela.nn.Described;
import io.candela.nn.Flatten;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.Sequential;
import io.candela.nn.Tanh;
import io.candela.tensor.Tensor;

/**
 * LeNet-5 of LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998), with plain averages for its
 * subsampling and a linear output: {@code (n, 1, 28, 28)} to logits {@code (n, 10)}; keys {@code conv1}, {@code conv2}, {@code fc1} to {@code fc3}.
 */
public final class LeNet5 extends Layer implements Described {
    private final Conv2d conv1 = register("conv1", new Conv2d(1, 6, 5, Conv2d.options().withPadding(2)));
    private final AvgPool2d pool = register("pool", new AvgPool2d(2, 2));
    private final Conv2d conv2 = register("conv2", new Conv2d(6, 16, 5));
    private final Linear fc1 = register("fc1", new Linear(16 * 5 * 5, 120));
    private final Linear fc2 = register("fc2", new Linear(120, 84));
    private final Linear fc3 = register("fc3", new Linear(84, 10));
    private final Tanh tanh = new Tanh(); // no state, no key
    private final Sequential all = new Sequential(conv1, tanh, pool, conv2, tanh, pool, new Flatten(), fc1, tanh, fc2, tanh, fc3); // likewise

    @Override
    public Tensor forward(Tensor x) {
        return all.forward(x);
    }
}
