package io.candela.backend.cuda;

import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.backend.RecurrentKernels;
import io.candela.backend.Reduction;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * Recurrent layers: at each step one matrix product with the states, and one kernel for all that follows. The products of the inputs and the
 * gradients of the weights are the caller's, of all steps at once. Steps are queued without waiting, so a whole sequence can be captured in a graph.
 */
final class CudaRecurrent implements RecurrentKernels {
    private final CudaDevice device;

    CudaRecurrent(CudaDevice device) {
        this.device = device;
    }

    private Launch kernel(String name) {
        return Launch.of(device.kernels.get("rnn.cu", name));
    }

    private static Launch width(Launch launch, int items, int n) {
        return Divisor.addTo(launch.number(items), new int[0], n);
    }

    /** Some rows of a contiguous matrix. */
    private static Tensor rows(Tensor x, int first, int count) {
        int width = x.size(1);
        return x.viewOf(Shape.of(count, width), new int[] {width, 1}, x.offset() + first * width);
    }

    /** Which rows belong to each step. */
    private static final class Steps {
        final boolean reverse;
        final int[] sizes;
        final int[] starts; // number of each step's first row

        Steps(boolean reverse, int... sizes) {
            this.reverse = reverse;
            this.sizes = sizes;
            starts = new int[sizes.length];
            for (int t = 1; t < sizes.length; t++) {
                starts[t] = starts[t - 1] + sizes[t - 1];
            }
        }

        /** The step that comes at place {@code s}. */
        int at(int s) {
            return reverse ? sizes.length - 1 - s : s;
        }

        Tensor of(Tensor x, int t) {
            return rows(x, starts[t], sizes[t]);
        }

        /** Those rows of the step before {@code t} that go on in it; null at the first. */
        Tensor before(Tensor x, int t) {
            int before = reverse ? t + 1 : t - 1;
            return before < 0 || before == sizes.length ? null : rows(x, starts[before], Math.min(sizes[before], sizes[t]));
        }
    }

    @Override
    public void forward(Cell cell, boolean reverse, int[] sizes, Tensor weight, Tensor bias, Tensor gates, Tensor extra, Tensor h, Tensor c,
            Tensor out) {
        int n = out.size(1);
        Steps steps = new Steps(reverse, sizes);
        Tensor parts = Tensor.empty(Shape.of(sizes[0], gates.size(1)), gates.dtype(), gates.device());
        for (int s = 0; s < sizes.length; s++) {
            int t = steps.at(s);
            int items = sizes[t] * n;
            Tensor part = rows(parts, 0, sizes[t]);
            Backend.of(h).matrix().linear(rows(h, 0, sizes[t]), weight, bias, part);
            Tensor gatesNow = steps.of(gates, t);
            Tensor outNow = steps.of(out, t);
            switch (cell) {
                case LSTM -> width(kernel("lstm").tensor(gatesNow).tensor(part).tensor(steps.of(extra, t)).tensor(h).tensor(c).tensor(outNow), items, n)
                        .over(items);
                case GRU -> width(kernel("gru").tensor(gatesNow).tensor(part).tensor(steps.of(extra, t)).tensor(h).tensor(outNow), items, n).over(items);
                default -> kernel("simple").tensor(gatesNow).tensor(part).tensor(h).tensor(outNow).number(items).number(cell == Cell.RELU ? 1 : 0)
                        .over(items);
            }
        }
        parts.release();
    }

    @Override
    public void backward(Cell cell, boolean reverse, int[] sizes, Tensor weight, Tensor gates, Tensor extra, Tensor out, Tensor h0, Tensor c0,
            Tensor g, Tensor dh, Tensor dc, Tensor dInput, Tensor dRecurrent, Tensor dBias) {
        int n = out.size(1);
        Steps steps = new Steps(reverse, sizes);
        Tensor products = cell == Cell.GRU ? Tensor.empty(dh.shape(), dh.dtype(), dh.device()) : null;
        for (int s = sizes.length - 1; s >= 0; s--) {
            int t = steps.at(s);
            int items = sizes[t] * n;
            Tensor gatesNow = steps.of(gates, t);
            Tensor gNow = steps.of(g, t);
            Tensor dGates = steps.of(dInput, t);
            Tensor dState = rows(dh, 0, sizes[t]);
            switch (cell) {
                case LSTM -> {
                    Launch l = kernel("lstm_grad").tensor(gatesNow).tensor(steps.of(extra, t));
                    width(states(l, steps.before(extra, t), c0).tensor(gNow).tensor(dState).tensor(dc).tensor(dGates), items, n).over(items);
                }
                case GRU -> {
                    Launch l = kernel("gru_grad").tensor(gatesNow).tensor(steps.of(extra, t));
                    width(states(l, steps.before(out, t), h0).tensor(gNow).tensor(dState).tensor(dGates).tensor(steps.of(dRecurrent, t)), items, n)
                            .over(items);
                }
                default -> kernel("simple_grad").tensor(gatesNow).tensor(gNow).tensor(dState).tensor(dGates).number(items)
                        .number(cell == Cell.RELU ? 1 : 0).over(items);
            }
            if (cell == Cell.GRU) {
                Tensor product = rows(products, 0, sizes[t]);
                Backend.of(dh).matrix().matmul(steps.of(dRecurrent, t), weight, product);
                Backend.of(dh).pointwise().binary(BinaryKernel.ADD, dState, product, dState.dtype(), dState);
            } else {
                Backend.of(dh).matrix().matmul(dGates, weight, dState);
            }
        }
        if (products != null) {
            products.release();
        }
        if (dBias != null) {
            Tensor columns = dInput.viewOf(dInput.shape().transposed(), new int[] {1, dInput.size(1)}, dInput.offset());
            Backend.of(dBias).reduce().reduce(Reduction.SUM, columns, 1, dBias);
        }
    }

    /** Adds where the states before a step are. */
    private static Launch states(Launch launch, Tensor before, Tensor initial) {
        return launch.tensor(before).number(before == null ? 0 : before.size(0)).tensor(initial);
    }
}
