package io.candela.backend.cpu;

import io.candela.backend.ConvEpilogue.Activation;
import io.candela.tensor.Tensor;

/** {@link NormLanes} of float32. */
final class NormFloats extends NormLanes {
    /** Lanes from which it pays to add halves of them, in vectorized loops. */
    private static final int HALVED = 512;
    private static final int SIX = Float.floatToIntBits(6);
    /** Copied, as Arrays.fill takes several times as long here. */
    private static final float[] ZEROS = new float[HostThread.BLOCK];
    private final HostStorage[] storages = new HostStorage[TENSORS]; // also keeps the memory from being recycled
    private final int[] starts = new int[TENSORS];
    private final float[] x;
    private final float[] g;
    private final float[][] coefficients = new float[COEFFICIENTS][];
    private final int[] gradientBits;
    private final int[] resultBits;
    private final HostBlock exchange;
    private boolean rectifies;
    private final float[] first;
    private final float[] second;

    NormFloats(Tensor x, Tensor g, Tensor out) {
        use(X, x);
        use(G, g);
        use(OUT, out);
        HostThread thread = HostThread.current();
        float[][] blocks = thread.floats();
        this.x = blocks[0];
        this.g = blocks[1];
        first = blocks[2];
        second = blocks[3];
        System.arraycopy(blocks, 4, coefficients, 0, COEFFICIENTS);
        gradientBits = thread.ints(0);
        resultBits = thread.ints(1);
        exchange = thread.exchange();
    }

    private void use(int tensor, Tensor t) {
        if (t != null) {
            storages[tensor] = HostStorage.of(t);
            starts[tensor] = (storages[tensor].start >> 2) + t.offset();
        }
    }

    @Override
    NormLanes rectify(Tensor y, Tensor kept) {
        rectifies = true;
        use(Y, y);
        use(KEPT, kept);
        return this;
    }

    private void read(int tensor, int start, float[] block, int n) {
        storages[tensor].block.floats.get(starts[tensor] + start, block, 0, n);
    }

    private void write(int start, float[] block, int n) {
        storages[OUT].block.floats.put(starts[OUT] + start, block, 0, n);
    }

    /** Reads g, which is 0 where the result is not above 0; if that is computed again, from x, which was read. */
    private void readGradient(int start, int n) {
        if (!rectifies) {
            read(G, start, g, n);
            return;
        }
        if (storages[Y] == null) {
            affine(x, coefficients[MEAN], coefficients[SCALE], coefficients[SHIFT], g, n);
            exchange.floats.put(0, g, 0, n);
            exchange.ints.get(0, resultBits, 0, n);
        } else {
            storages[Y].block.ints.get(starts[Y] + start, resultBits, 0, n);
        }
        storages[G].block.ints.get(starts[G] + start, gradientBits, 0, n);
        ReluBits.mask(gradientBits, resultBits, n);
        HostBlock block = storages[KEPT] == null ? exchange : storages[KEPT].block;
        int at = storages[KEPT] == null ? 0 : starts[KEPT] + start;
        block.ints.put(at, gradientBits, 0, n);
        block.floats.get(at, g, 0, n);
    }

    @Override
    void coefficient(int number, ChannelWalk walk, int unit, double[] values, int at) {
        float[] lanes = coefficients[number];
        int run = walk.run();
        int filled = walk.channelCount(unit) * run;
        for (int lane = 0; lane < filled; lane += run) {
            fill(lanes, lane, lane + run, (float) values[at++]);
        }
        repeat(lanes, 0, filled, walk.size(unit, 0));
    }

    /** On its own, as HotSpot vectorizes neither Arrays.fill nor this loop inside of another one. */
    private static void fill(float[] lanes, int from, int end, float value) {
        for (int i = from; i < end; i++) {
            lanes[i] = value;
        }
    }

    /** Repeats the {@code filled} elements behind {@code from} until there are {@code count}. */
    private static void repeat(float[] lanes, int from, int filled, int count) {
        for (int n = filled; n < count; n *= 2) {
            System.arraycopy(lanes, from, lanes, from + n, Math.min(n, count - n));
        }
    }

    @Override
    void clear() {
        System.arraycopy(ZEROS, 0, first, 0, ZEROS.length);
        System.arraycopy(ZEROS, 0, second, 0, ZEROS.length);
    }

    @Override
    void addInput(int start, int n) {
        read(X, start, x, n);
        add(x, first, n);
    }

    @Override
    void addMoments(int start, int n) {
        read(X, start, x, n);
        addMoments(x, coefficients[MEAN], first, second, n);
    }

    @Override
    void addProducts(int start, int n) {
        read(X, start, x, n);
        readGradient(start, n);
        addProducts(x, g, coefficients[MEAN], first, second, n);
    }

    @Override
    void affine(int start, int n) {
        read(X, start, x, n);
        affine(x, coefficients[MEAN], coefficients[SCALE], coefficients[SHIFT], x, n);
        write(start, x, n);
    }

    @Override
    void rectified(int start, int n) {
        read(X, start, x, n);
        affine(x, coefficients[MEAN], coefficients[SCALE], coefficients[SHIFT], x, n);
        if (storages[G] != null) {
            read(G, start, g, n);
            add(g, x, n);
        }
        exchange.floats.put(0, x, 0, n);
        exchange.ints.get(0, resultBits, 0, n);
        ReluBits.clear(resultBits, n);
        storages[OUT].block.ints.put(starts[OUT] + start, resultBits, 0, n);
    }

    /** In place: x, normalized if {@code affine}, plus g if there is one, and the activation of that. */
    void finish(int start, int n, boolean affine, Activation activation) {
        if (!affine && storages[G] == null) {
            storages[X].block.ints.get(starts[X] + start, resultBits, 0, n);
        } else {
            read(X, start, x, n);
            if (affine) {
                affine(x, coefficients[MEAN], coefficients[SCALE], coefficients[SHIFT], x, n);
            }
            if (storages[G] != null) {
                read(G, start, g, n);
                add(g, x, n);
            }
            if (activation == Activation.NONE) {
                write(start, x, n);
                return;
            }
            exchange.floats.put(0, x, 0, n);
            exchange.ints.get(0, resultBits, 0, n);
        }
        if (activation != Activation.NONE) {
            ReluBits.clear(resultBits, n);
        }
        if (activation == Activation.RELU6) {
            ReluBits.limit(resultBits, SIX, n);
        }
        storages[OUT].block.ints.put(starts[OUT] + start, resultBits, 0, n);
    }

    @Override
    void scale(int start, int n) {
        if (rectifies && storages[Y] == null) {
            read(X, start, x, n);
        }
        readGradient(start, n);
        scale(g, coefficients[SCALE], n);
        write(start, g, n);
    }

    @Override
    void gradient(int start, int n) {
        read(X, start, x, n);
        readGradient(start, n);
        affine(x, coefficients[MEAN], coefficients[SLOPE], coefficients[OFFSET], x, n);
        scaleAndAdd(g, coefficients[SCALE], x, n);
        write(start, g, n);
    }

    private static void add(float[] x, float[] sum, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += x[i];
        }
    }

    private static void addMoments(float[] x, float[] mean, float[] sum, float[] squares, int n) {
        for (int i = 0; i < n; i++) {
            float d = x[i] - mean[i];
            sum[i] += d;
            squares[i] += d * d;
        }
    }

    private static void addProducts(float[] x, float[] g, float[] mean, float[] sum, float[] products, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += g[i];
            products[i] += g[i] * (x[i] - mean[i]);
        }
    }

    private static void affine(float[] x, float[] mean, float[] scale, float[] shift, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (x[i] - mean[i]) * scale[i] + shift[i];
        }
    }

    private static void scale(float[] g, float[] scale, int n) {
        for (int i = 0; i < n; i++) {
            g[i] *= scale[i];
        }
    }

    private static void scaleAndAdd(float[] g, float[] scale, float[] x, int n) {
        for (int i = 0; i < n; i++) {
            g[i] = g[i] * scale[i] + x[i];
        }
    }

    @Override
    void foldRows(int sum, int count, int lanes, double[] into, int at) {
        float[] from = sum == 0 ? first : second;
        float[] to = x;
        int rows = lanes / count;
        while (rows % 2 == 0) {
            rows /= 2;
            addHalves(from, rows * count, to);
            from = to;
            to = from == x ? g : x;
        }
        for (int row = 0; row < rows * count; row += count) {
            for (int i = 0; i < count; i++) {
                into[at + i] += from[row + i];
            }
        }
    }

    @Override
    void foldRuns(int sum, int run, int count, double[] into, int at) {
        for (int i = 0; i < count; i++) {
            into[at + i] += total(sum == 0 ? first : second, i * run, run);
        }
    }

    private double total(float[] values, int start, int count) {
        if (count < HALVED) {
            return fourSums(values, start, start + count);
        }
        float[] from = values;
        if (count < HostThread.BLOCK) {
            System.arraycopy(values, start, x, 0, count);
            System.arraycopy(ZEROS, 0, x, count, HostThread.BLOCK - count);
            from = x;
        }
        addHalves(from, HostThread.BLOCK / 2, g); // one after the other: in a loop of their own they are not vectorized
        addHalves(g, HostThread.BLOCK / 4, x);
        addHalves(x, HostThread.BLOCK / 8, g);
        addHalves(g, HostThread.BLOCK / 16, x);
        return fourSums(x, 0, HostThread.BLOCK / 16);
    }

    /** In sums that need not wait for each other. */
    private static double fourSums(float[] v, int from, int to) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i + 4 <= to; i += 4) {
            a += v[i];
            b += v[i + 1];
            c += v[i + 2];
            d += v[i + 3];
        }
        for (; i < to; i++) {
            a += v[i];
        }
        return a + b + (c + d);
    }

    /** Adds elements {@code n} to {@code 2n} to the {@code n} before them; with more terms in an index the loop is not vectorized. */
    private static void addHalves(float[] from, int n, float[] to) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] + from[i + n];
        }
    }
}
