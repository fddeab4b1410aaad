package io.candela.backend.cpu;

import io.candela.backend.SpecialKernels;
import io.candela.tensor.Tensor;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** {@link SpecialKernels}: one row per function, and a loop over blocks for all. */
final class SpecialCpu implements SpecialKernels {
    private static final int BLOCK = HostThread.BLOCK;

    private static DoubleUnaryOperator of(Unary function) {
        return switch (function) {
            case AIRY_AI -> CylinderFunctions::airy;
            case BESSEL_J0 -> x -> CylinderFunctions.first(0, x);
            case BESSEL_J1 -> x -> CylinderFunctions.first(1, x);
            case BESSEL_Y0 -> x -> CylinderFunctions.second(0, x);
            case BESSEL_Y1 -> x -> CylinderFunctions.second(1, x);
            case ENTR -> x -> x > 0 ? -x * Math.log(x) : x == 0 ? 0 : x != x ? x : Double.NEGATIVE_INFINITY;
            case ERFCX -> NormalFunctions::erfcx;
            case I0E -> x -> BesselFunctions.firstScaled(0, x);
            case I1E -> x -> BesselFunctions.firstScaled(1, x);
            case MODIFIED_BESSEL_K0 -> x -> BesselFunctions.second(0, x, false);
            case MODIFIED_BESSEL_K1 -> x -> BesselFunctions.second(1, x, false);
            case SCALED_MODIFIED_BESSEL_K0 -> x -> BesselFunctions.second(0, x, true);
            case SCALED_MODIFIED_BESSEL_K1 -> x -> BesselFunctions.second(1, x, true);
            case LOG_NDTR -> NormalFunctions::logNdtr;
            case NDTRI -> NormalFunctions::ndtri;
            case SPHERICAL_BESSEL_J0 -> x -> Double.isInfinite(x) ? 0 : Math.abs(x) < 1e-8 ? 1 : Math.sin(x) / x;
        };
    }

    private static DoubleBinaryOperator of(Binary function) {
        return switch (function) {
            case ZETA -> SpecialFunctions::zeta;
            case XLOG1PY -> (a, b) -> b != b ? b : a == 0 ? 0 : a * Math.log1p(b);
        };
    }

    @Override
    public void unary(Unary function, Tensor x, Tensor out) {
        DoubleUnaryOperator f = of(function);
        Blocks in = new Blocks(x, out.shape());
        Blocks to = new Blocks(out, out.shape());
        BlockLoops.forRange(out.numel(), (thread, from, end) -> {
            double[] a = thread.doubles(0);
            for (int p = from; p < end; p += BLOCK) {
                int n = Math.min(BLOCK, end - p);
                in.read(p, a, n);
                for (int i = 0; i < n; i++) {
                    a[i] = f.applyAsDouble(a[i]);
                }
                to.write(p, a, n);
            }
        });
    }

    @Override
    public void binary(Binary function, Tensor a, Tensor b, Tensor out) {
        DoubleBinaryOperator f = of(function);
        Blocks left = new Blocks(a, out.shape());
        Blocks right = new Blocks(b, out.shape());
        Blocks to = new Blocks(out, out.shape());
        BlockLoops.forRange(out.numel(), (thread, from, end) -> {
            double[] x = thread.doubles(0);
            double[] y = thread.doubles(1);
            for (int p = from; p < end; p += BLOCK) {
                int n = Math.min(BLOCK, end - p);
                left.read(p, x, n);
                right.read(p, y, n);
                for (int i = 0; i < n; i++) {
                    x[i] = f.applyAsDouble(x[i], y[i]);
                }
                to.write(p, x, n);
            }
        });
    }
}
