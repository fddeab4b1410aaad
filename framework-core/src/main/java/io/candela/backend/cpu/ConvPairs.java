package io.candela.backend.cpu;

import io.candela.backend.ConvGeometry;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * A convolution with few filters leaves most of a vector empty. Two neighbouring positions of the last dimension are then computed as one, with
 * twice the filters: the kernel becomes one element wider and moves by two, the second half of the filters being the first half shifted by one.
 * With channels last the result lies in memory as before, so nothing is moved. For six filters of width 5 this takes two thirds of the time.
 */
final class ConvPairs {
    private static final int MOST_FILTERS = 8; // two of them fill a vector of 16
    private static final int LEAST_WIDTH = 8; // of narrower results little is to be gained, and oneDNN errs where the wide kernel covers padding alone

    private ConvPairs() {}

    static boolean fit(int filters, int kernelWidth, int width, ConvGeometry g) {
        int last = g.rank() - 1;
        return filters <= MOST_FILTERS && kernelWidth > 1 && width >= LEAST_WIDTH && width % 2 == 0 && g.groups() == 1 && g.stride(last) == 1 && g.dilation(last) == 1;
    }

    /** {@code (o, c, *, k)} to {@code (2o, c, *, k+1)}: the filters followed by a 0, then 0 followed by the filters. */
    static Tensor widen(Tensor weight) {
        float[] narrow = weight.toFloatArray();
        int k = weight.size(-1);
        int rows = narrow.length / k;
        float[] wide = new float[2 * rows * (k + 1)];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(narrow, row * k, wide, row * (k + 1), k);
            System.arraycopy(narrow, row * k, wide, (rows + row) * (k + 1) + 1, k);
        }
        Tensor out = Tensor.empty(wideShape(weight.shape()), DType.FLOAT32, Device.CPU);
        HostStorage.write(out, wide);
        return out;
    }

    static Shape wideShape(Shape weight) {
        return weight.with(0, 2 * weight.dim(0)).with(weight.rank() - 1, weight.dim(-1) + 1);
    }

    /** The gradient of a weight from that of its wide form: the inverse of {@link #widen}, with sums. */
    static void fold(Tensor wideGrad, Tensor grad) {
        float[] wide = wideGrad.toFloatArray();
        int k = grad.size(-1);
        float[] narrow = new float[grad.numel()];
        int rows = narrow.length / k;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < k; i++) {
                narrow[row * k + i] = wide[row * (k + 1) + i] + wide[(rows + row) * (k + 1) + 1 + i];
            }
        }
        HostStorage.write(grad, narrow);
    }
}
