package io.candela.optim;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** Start values and gradients of {@code tools/golden/optim.py}: a tensor of any size repeats the script's seven elements. */
final class Sequence {
    static final int PERIOD = 7;

    private Sequence() {
    }

    static Tensor start(DType dtype, int... shape) {
        return start(Device.CPU, dtype, shape);
    }

    static Tensor start(Device device, DType dtype, int... shape) {
        Tensor t = Tensor.zeros(Shape.of(shape), dtype, device);
        double[] values = new double[t.numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((i % PERIOD * 29 + 7) % 61 - 30) / 32.0;
        }
        return t.copyFrom(Tensor.of(values, shape)).setRequiresGrad(true);
    }

    static Tensor gradient(int step, Tensor param) {
        double[] values = new double[param.numel()];
        int scale = step % 50 == 0 ? 3 : 1;
        for (int i = 0; i < values.length; i++) {
            int e = i % PERIOD;
            values[i] = (double) (((step * 37 + e * 101 + step * e * 13) % 129 - 56) * scale) / 64;
        }
        return Tensor.of(values, param.shape().toArray()).to(param.dtype()).to(param.device());
    }

    /** Steps number {@code from} to {@code to} with one parameter's gradients set before each. */
    static void run(Optimizer optimizer, int from, int to, Tensor... params) {
        for (int step = from; step <= to; step++) {
            for (Tensor p : params) {
                p.setGrad(gradient(step, p));
            }
            optimizer.step();
        }
    }
}
