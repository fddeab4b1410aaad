package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;

/**
 * Normalization in C of float32 where the elements of each statistic, a row, follow each other in memory, in runs of one channel each: group
 * normalization of row-major pictures. {@link NormRows} and the walks of {@link NormCpu} do the same without C.
 */
final class NativeNorm {
    private static final long STATISTICS = NativeKernels.find("NORM_STATISTICS");
    private static final long RESULTS = NativeKernels.find("NORM_ROWS");
    private static final long GRADIENTS = NativeKernels.find("NORM_ROWS_GRAD");
    /** The shortest run that is worth a loop of its own. */
    private static final int SHORTEST = 8;
    /** Elements of a row up to which single rows need not be shared by the threads. */
    private static final int LONGEST = 32 << 10;
    /** Rows from which they can be shared whatever their length. */
    private static final int MANY = 8;
    private static final int CHUNK = 16 << 10;

    // places of the arguments in the C struct rows
    private static final int X = 0;
    private static final int G = 1;
    private static final int OUT = 2;
    private static final int WEIGHT = 3;
    private static final int BIAS = 4;
    private static final int MEAN = 5;
    private static final int VARIANCE = 6;
    private static final int INVERSE = 7;
    private static final int SUMS = 8;
    private static final int PRODUCTS = 9;
    private static final int LENGTH = 10;
    private static final int RUN = 11;
    private static final int CHANNELS = 12;
    private static final int EPS = 13;
    private static final int ARGUMENTS = 14;

    private final Tensor[] tensors = new Tensor[LENGTH]; // also keeps their memory from being recycled
    private final int rows;
    private final int length;
    private final HostBlock arguments = HostThread.current().numbers();

    private NativeNorm(Tensor x, Tensor mean) {
        rows = mean.numel();
        length = x.numel() / rows;
        for (int i = 0; i < ARGUMENTS; i++) {
            arguments.longs.put(i, 0);
        }
        arguments.longs.put(LENGTH, length);
        arguments.longs.put(RUN, run(x));
        arguments.longs.put(CHANNELS, x.size(1));
        set(X, x);
        set(MEAN, mean);
    }

    private static int run(Tensor x) {
        return x.numel() / x.size(0) / x.size(1);
    }

    private void set(int place, Tensor t) {
        if (t != null) {
            tensors[place] = t.contiguous();
            arguments.longs.put(place, HostStorage.of(tensors[place]).address() + (long) t.dtype().bytes() * tensors[place].offset());
        }
    }

    /** Whether it takes an input with these statistics. */
    static boolean fits(Tensor x, Tensor mean) {
        return GRADIENTS != 0 && x.dtype() == DType.FLOAT32 && x.isContiguous() && mean.dim() == 2 && mean.isContiguous() && x.numel() > 0
                && run(x) >= SHORTEST && !isSingle(x, mean) && (mean.numel() >= MANY || x.numel() / mean.numel() <= LONGEST);
    }

    /** Whether a row is one short run, as in instance normalization: oneDNN is faster then. */
    private static boolean isSingle(Tensor x, Tensor mean) {
        return mean.size(1) == x.size(1) && NormRows.fits(x, mean);
    }

    /** Writes the result, means and variances; returns the inverse of the deviation. */
    static Tensor standardize(Tensor x, double eps, Tensor weight, Tensor bias, Tensor mean, Tensor variance, Tensor out) {
        NativeNorm norm = new NativeNorm(x, mean);
        Tensor inverse = Tensor.empty(mean.shape(), DType.FLOAT64, mean.device());
        norm.set(OUT, out);
        norm.set(WEIGHT, weight);
        norm.set(BIAS, bias);
        norm.set(VARIANCE, variance);
        norm.set(INVERSE, inverse);
        norm.arguments.doubles.put(EPS, eps);
        norm.run(STATISTICS, RESULTS);
        return inverse;
    }

    /** Writes the result with statistics that are given. */
    static void normalize(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor out) {
        NativeNorm norm = new NativeNorm(x, mean);
        norm.set(OUT, out);
        norm.set(WEIGHT, weight);
        norm.set(BIAS, bias);
        norm.set(INVERSE, inverse);
        norm.run(RESULTS);
    }

    /** Writes the gradients that are not null. */
    static void gradients(Tensor g, Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor gradX, Tensor gradWeight, Tensor gradBias) {
        NativeNorm norm = new NativeNorm(x, mean);
        norm.set(G, g);
        norm.set(OUT, gradX);
        norm.set(WEIGHT, weight);
        norm.set(INVERSE, inverse);
        Tensor[] grads = {gradBias, gradWeight};
        for (int i = 0; i < grads.length; i++) {
            if (grads[i] != null) {
                norm.set(SUMS + i, Tensor.empty(Shape.of(x.size(0), x.size(1)), DType.FLOAT64, x.device()));
            }
        }
        norm.run(GRADIENTS);
        for (int i = 0; i < grads.length; i++) {
            if (grads[i] != null) {
                Tensor byRun = norm.tensors[SUMS + i];
                NormCpu.write(NormGradient.bySamples(NormCpu.read(byRun), x.size(1)), grads[i]);
                byRun.release();
            }
        }
    }

    /** Runs kernels one after the other over a few rows, which then are in the cache. */
    private void run(long... kernels) {
        int step = Math.max(1, CHUNK / length);
        long at = arguments.address();
        Workers.run((rows + step - 1) / step, chunk -> {
            int from = chunk * step;
            for (long kernel : kernels) {
                NativeKernels.part(kernel, at, from, Math.min(rows, from + step));
            }
        });
        Reference.reachabilityFence(tensors);
    }
}
