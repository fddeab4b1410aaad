package io.candela.nn;

import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.tensor.Tensor;

/** The error function, 2/√π ∫ e^(−t²) dt from 0 to x. */
final class Erf extends UnaryOp {
    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

    private Saved x;

    @Override
    public String name() {
        return "erf";
    }

    @Override
    protected Tensor forward(Tensor a) {
        x = save(a);
        double[] values = a.toDoubleArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = erf(values[i]);
        }
        return Tensor.of(values).view(a.shape().toArray()).to(a.dtype()).to(a.device());
    }

    static double erf(double x) {
        double size = Math.abs(x);
        if (!(size < 6)) {
            return Double.isNaN(x) ? x : Math.signum(x);
        }
        double term = size;
        double sum = size;
        for (int n = 1; term > sum * 1e-17; n++) { // all terms are positive: nothing cancels
            term *= 2 * size * size / (2 * n + 1);
            sum += term;
        }
        return Math.copySign(TWO_OVER_ROOT_PI * Math.exp(-size * size) * sum, x);
    }

    @Override
    protected Tensor grad(Tensor g) {
        return g.mul(x.get().square().neg().exp().mul(TWO_OVER_ROOT_PI));
    }
}
