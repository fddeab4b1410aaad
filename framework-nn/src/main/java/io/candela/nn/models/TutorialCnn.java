package io.candela.nn.models;

import io.candela.nn.Conv2d;
import io.candela.nn.Described;
import io.candela.nn.Flatten;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.MaxPool2d;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.tensor.Tensor;

/** The network of PyTorch's CIFAR-10 tutorial: {@code (n, 3, 32, 32)} to logits {@code (n, 10)}; keys {@code conv1}, {@code conv2}, {@code fc1} to {@code fc3}. */
public final class TutorialCnn extends Layer implements Described {
    private final Conv2d conv1 = register("conv1", new Conv2d(3, 6, 5));
    private final MaxPool2d pool = register("pool", new MaxPool2d(2, 2));
    private final Conv2d conv2 = register("conv2", new Conv2d(6, 16, 5));
    private final Linear fc1 = register("fc1", new Linear(16 * 5 * 5, 120));
    private final Linear fc2 = register("fc2", new Linear(120, 84));
    private final Linear fc3 = register("fc3", new Linear(84, 10));
    private final ReLU relu = new ReLU(); // no state, no key
    private final Sequential all = new Sequential(conv1, relu, pool, conv2, relu, pool, new Flatten(), fc1, relu, fc2, relu, fc3); // likewise

    @Override
    public Tensor forward(Tensor x) {
        return all.forward(x);
    }
}
