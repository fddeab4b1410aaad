package io.candela.backend.cuda;

import io.candela.backend.Backend;
import io.candela.backend.NnKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Softmax and the loss of classes, each in one kernel per row; random numbers and dropout. */
final class CudaNn implements NnKernels {
    private static final int WARP = 32;
    private static final int ROWS_PER_BLOCK = 8; // of rows that a warp does
    private static final int LONGEST_OF_WARP = 1024;
    private static final int BLOCK = 256;
    private static final int LOSS_BLOCK = 1024;

    private final CudaDevice device;
    private final CudaRandom random;

    /** @param host draws for generators of the CPU */
    CudaNn(CudaDevice device, NnKernels host) {
        this.device = device;
        this.random = new CudaRandom(device, host);
    }

    private Launch kernel(String name, DType type) {
        return Launch.of(device.kernels.get("nn.cu", name + type.torchName()));
    }

    private static void overRows(Launch launch, int rows, int n) {
        if (n <= LONGEST_OF_WARP) {
            launch.run((rows + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK, 1, 1, WARP, ROWS_PER_BLOCK, 1, 0);
        } else {
            launch.run(rows, BLOCK, 0);
        }
    }

    @Override
    public void softmax(Tensor x, boolean logarithm, Tensor out) {
        if (x.numel() == 0) {
            return;
        }
        int n = x.dim() == 0 ? 1 : x.size(-1);
        Tensor in = Dense.of(x);
        Tensor to = Dense.target(out);
        overRows(kernel("softmax_", x.dtype()).tensor(in).tensor(to).number(x.numel() / n).number(n).number(logarithm ? 1 : 0), x.numel() / n, n);
        Dense.finish(to, out);
    }

    @Override
    public void softmaxGrad(Tensor g, Tensor y, boolean logarithm, Tensor out) {
        if (y.numel() == 0) {
            return;
        }
        int n = y.dim() == 0 ? 1 : y.size(-1);
        Tensor gradient = Dense.of(g.shape().equals(y.shape()) ? g : g.expand(y.shape().toArray()));
        Tensor result = Dense.of(y);
        Tensor to = Dense.target(out);
        overRows(kernel("softmax_grad_", y.dtype()).tensor(gradient).tensor(result).tensor(to).number(y.numel() / n).number(n)
                .number(logarithm ? 1 : 0), y.numel() / n, n);
        Dense.finish(to, out);
    }

    @Override
    public void nllLoss(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Tensor losses, Tensor sum, boolean mean, Tensor totalWeight) {
        int rows = logp.size(0);
        int classes = logp.size(1);
        Tensor labels = Dense.of(target, DType.INT64);
        Tensor weights = weight == null ? null : Dense.of(weight, logp.dtype());
        Tensor each = losses == null ? null : Dense.target(losses);
        Launch l = kernel("nll_loss_", logp.dtype()).tensor(logp).number(logp.strides()[0]).number(logp.strides()[1]).tensor(labels).tensor(weights)
                .number(ignoreIndex).number(rows).number(classes).tensor(each).tensor(losses == null ? sum : null).number(mean ? 1 : 0)
                .tensor(totalWeight);
        device.indexErrors.addTo(l, (label, position) -> new ShapeException(
                "nllLoss: target %d at position %d is out of range for %d classes; use 0 to %d, or ignoreIndex %d", label, position, classes,
                classes - 1, ignoreIndex)).run(1, rows >= LOSS_BLOCK ? LOSS_BLOCK : Math.max(WARP, 2 * Integer.highestOneBit(Math.max(1, rows - 1))), 0);
        if (losses != null) {
            Dense.finish(each, losses);
        }
    }

    @Override
    public void nllLossGrad(Tensor g, Tensor target, Tensor weight, long ignoreIndex, Tensor divisor, Tensor out) {
        int rows = out.size(0);
        Tensor labels = Dense.of(target, DType.INT64);
        Tensor weights = weight == null ? null : Dense.of(weight, out.dtype());
        Tensor to = Dense.target(out);
        Backend.of(out).pointwise().fill(to, 0);
        kernel("nll_loss_grad_", out.dtype()).tensor(g).number(g.numel() == 1 ? 0 : g.strides()[0]).tensor(labels).tensor(weights).number(ignoreIndex)
                .tensor(divisor).number(rows).number(out.size(1)).tensor(to).over(rows);
        Dense.finish(to, out);
    }

    @Override
    public void random(Distribution distribution, double first, double second, Generator generator, Tensor out) {
        random.fill(distribution, first, second, generator, out);
    }

    @Override
    public boolean hasDropout() {
        return true;
    }

    @Override
    public void dropout(Tensor x, double keep, Generator generator, Tensor out, Tensor kept) {
        random.dropout(inOrder(x, out), keep, generator, out, kept);
    }

    @Override
    public void dropoutGrad(Tensor g, Tensor kept, double scale, Tensor out) {
        random.dropoutGrad(inOrder(g, out), kept, scale, out);
    }

    @Override
    public void poisson(Tensor rates, Generator generator, Tensor out) {
        if (out.numel() > 0) {
            random.poisson(Dense.of(rates), generator, out);
        }
    }

    /** The tensor in the order of a dense one, or a copy that is. */
    private static Tensor inOrder(Tensor x, Tensor like) {
        if (Arrays.equals(x.strides(), like.strides())) {
            return x;
        }
        Tensor out = Tensor.emptyStrided(like.shape(), like.strides(), x.dtype(), x.device());
        Backend.of(x).pointwise().copy(x, out);
        return out;
    }
}
