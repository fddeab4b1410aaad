package io.candela.backend.cuda;

import io.candela.backend.NormKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** Normalization: one pass over memory for sums, shared among blocks in parts that are put together in their order, and one for results. */
final class CudaNorm implements NormKernels {
    private static final int BLOCK = 256;
    private static final int COLUMNS = 32; // as in norm.cu
    private static final int ROWS = 8;
    private static final int PER_THREAD = 16; // elements from which on more parts pay
    private static final int MOMENTS = 3; // numbers of a state
    private static final int SUMS = 2;

    private final CudaDevice device;

    CudaNorm(CudaDevice device) {
        this.device = device;
    }

    @Override
    public boolean takesHalves() {
        return true;
    }

    private Launch kernel(String name, DType type) {
        return Launch.of(device.kernels.get("norm.cu", name + type.torchName()));
    }

    /** Into how many parts {@code blocks} blocks are cut so that all multiprocessors work, of at least some elements for each of a block's threads. */
    private int parts(int blocks, long perBlock) {
        long most = Math.max(1, perBlock / (BLOCK * PER_THREAD));
        long wanted = (4L * device.properties.multiprocessors() + blocks - 1) / Math.max(1, blocks);
        return (int) Math.max(1, Math.min(most, wanted));
    }

    private static int columnBlocks(NormShape shape) {
        return (shape.channels() + COLUMNS - 1) / COLUMNS;
    }

    /** Threads for runs of a length: few for short ones. */
    private static int threads(int length) {
        return Math.max(32, Math.min(BLOCK, Integer.highestOneBit(Math.max(1, length / 4 - 1)) * 2));
    }

    /** Adds the last arguments, and runs a kernel over columns. */
    private static void runColumns(Launch l, NormShape shape, Tensor states, int parts) {
        l.number(shape.samples() * shape.positions()).number(shape.channels()).tensor(states).run(columnBlocks(shape), parts, 1, COLUMNS, ROWS, 1, 0);
    }

    private static void runRuns(Launch l, NormShape.Runs runs, Tensor states, int parts) {
        runs.addTo(l).tensor(states).run(runs.units(), parts, 1, threads(runs.length()), 1, 1, 0);
    }

    private static Tensor states(int parts, int units, int numbers, Tensor like) {
        return Tensor.empty(Shape.of(parts * units * numbers), DType.FLOAT64, like.device());
    }

    @Override
    public void moments(Tensor x, Tensor mean, Tensor variance) {
        NormShape shape = NormShape.of(x, mean);
        int units = shape.statistics();
        if (units == 0) {
            return;
        }
        Tensor states;
        int parts;
        if (shape.last() && !shape.grouped()) {
            parts = parts(columnBlocks(shape), (long) shape.perStatistic() * COLUMNS);
            states = states(parts, units, MOMENTS, x);
            runColumns(kernel("moments_columns_", x.dtype()).tensor(x), shape, states, parts);
        } else {
            NormShape.Runs runs = shape.grouped() ? shape.groupRuns() : shape.channelRuns();
            parts = parts(units, runs.length());
            states = states(parts, units, MOMENTS, x);
            runRuns(kernel("moments_runs_", x.dtype()).tensor(x), runs, states, parts);
        }
        Tensor means = Dense.target(mean);
        Tensor variances = Dense.target(variance);
        Launch.of(device.kernels.get("norm.cu", "finish_moments")).tensor(states).number(units).number(parts).tensor(means).tensor(variances)
                .run((units + BLOCK - 1) / BLOCK, BLOCK, 0);
        Dense.finish(means, mean);
        Dense.finish(variances, variance);
    }

    @Override
    public void normalize(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor out) {
        normalize(x, mean, inverse, weight, bias, false, null, out);
    }

    @Override
    public void normalizeRelu(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor residual, Tensor out) {
        normalize(x, mean, inverse, weight, bias, true, residual, out);
    }

    private void normalize(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, boolean rectify, Tensor residual, Tensor out) {
        if (x.numel() == 0) {
            return;
        }
        Affine affine = new Affine(mean, inverse, weight, bias, x.dtype());
        Launch l = NormShape.of(x, mean).addTo(kernel("normalize_", x.dtype()).tensor(x));
        affine.addTo(l).number(rectify ? 1 : 0).tensor(residual).tensor(out).number(x.numel()).over(x.numel());
    }

    @Override
    public void normalizeGrad(Tensor g, Tensor x, Tensor mean, Tensor inverse, Tensor weight, boolean constant, Tensor gradX, Tensor gradWeight,
            Tensor gradBias) {
        new Gradient(g, x, null, false, NormShape.of(x, mean), new Affine(mean, inverse, weight, null, x.dtype())).write(constant, gradX, gradWeight,
                gradBias, null);
    }

    @Override
    public void normalizeReluGrad(Tensor g, Tensor x, Tensor y, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, boolean constant,
            Tensor gradX, Tensor gradWeight, Tensor gradBias, Tensor gradResidual) {
        new Gradient(g, x, y, true, NormShape.of(x, mean), new Affine(mean, inverse, weight, bias, x.dtype())).write(constant, gradX, gradWeight,
                gradBias, gradResidual);
    }

    /** A normalization's numbers, row-major. */
    private record Affine(Tensor mean, Tensor inverse, Tensor weight, Tensor bias) {
        Affine(Tensor mean, Tensor inverse, Tensor weight, Tensor bias, DType type) {
            this(Dense.of(mean), Dense.of(inverse), weight == null ? null : Dense.of(weight, PointwiseSource.computed(type)),
                    bias == null ? null : Dense.of(bias, PointwiseSource.computed(type)));
        }

        Launch addTo(Launch launch) {
            return launch.tensor(mean).tensor(inverse).tensor(weight).tensor(bias);
        }
    }

    /** The gradients of one normalization. */
    private final class Gradient {
        private final Tensor g;
        private final Tensor x;
        private final Tensor y;
        private final boolean rectified;
        private final NormShape shape;
        private final Affine affine;

        Gradient(Tensor g, Tensor x, Tensor y, boolean rectified, NormShape shape, Affine affine) {
            this.g = g;
            this.x = x;
            this.y = y;
            this.rectified = rectified;
            this.shape = shape;
            this.affine = affine;
        }

        void write(boolean constant, Tensor gradX, Tensor gradWeight, Tensor gradBias, Tensor gradResidual) {
            Tensor sums = null;
            boolean perChannel = gradWeight != null || gradBias != null;
            boolean depends = gradX != null && !constant;
            if (shape.channels() > 0 && (perChannel || depends && !shape.grouped())) {
                Tensor weights = gradWeight == null ? null : Dense.target(gradWeight);
                Tensor biases = gradBias == null ? null : Dense.target(gradBias);
                sums = channelSums(weights, biases);
                if (gradWeight != null) {
                    Dense.finish(weights, gradWeight);
                }
                if (gradBias != null) {
                    Dense.finish(biases, gradBias);
                }
            }
            if (x.numel() == 0 || gradX == null && gradResidual == null) {
                return;
            }
            if (depends && shape.grouped()) {
                sums = groupSums();
            }
            Launch l = shape.addTo(begin("grad_input_"));
            l.tensor(depends ? sums : null).number((double) shape.perStatistic()).tensor(gradX).tensor(gradResidual).number(x.numel()).over(x.numel());
        }

        private Launch begin(String name) {
            return affine.addTo(kernel(name, x.dtype()).tensor(g).tensor(x).tensor(y).number(rectified ? 1 : 0));
        }

        /** Sums over all samples; see {@link #finish}. */
        private Tensor channelSums(Tensor gradWeight, Tensor gradBias) {
            int units = shape.channels();
            int length = shape.samples() * shape.positions();
            int parts = shape.last() ? parts(columnBlocks(shape), (long) length * COLUMNS) : parts(units, length);
            Tensor states = states(parts, units, SUMS, x);
            if (shape.last()) {
                runColumns(shape.addTo(begin("sums_columns_")).number(0), shape, states, parts);
            } else {
                runRuns(shape.addTo(begin("sums_runs_")).number(0), shape.channelRuns(), states, parts);
            }
            return finish(states, units, parts, gradWeight, gradBias);
        }

        private Tensor groupSums() {
            int units = shape.statistics();
            int parts = parts(units, shape.perStatistic());
            Tensor states = states(parts, units, SUMS, x);
            runRuns(shape.addTo(begin("sums_runs_")).number(1), shape.groupRuns(), states, parts);
            return finish(states, units, parts, null, null);
        }

        /** What the parts are together is in the first of them. */
        private Tensor finish(Tensor states, int units, int parts, Tensor gradWeight, Tensor gradBias) {
            kernel("finish_sums_", x.dtype()).tensor(states).number(units).number(parts).tensor(gradWeight).tensor(gradBias)
                    .run((units + BLOCK - 1) / BLOCK, BLOCK, 0);
            return states;
        }
    }
}
