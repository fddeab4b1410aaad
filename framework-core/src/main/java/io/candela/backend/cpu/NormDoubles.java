package io.candela.backend.cpu;

import io.candela.tensor.Tensor;

/** {@link NormLanes} of float64. */
final class NormDoubles extends NormLanes {
    /** Lanes from which it pays to add halves of them, in vectorized loops. */
    private static final int HALVED = 512;
    /** Copied, as Arrays.fill takes several times as long here. */
    private static final double[] ZEROS = new double[HostThread.BLOCK];
    private final HostStorage[] storages = new HostStorage[TENSORS]; // also keeps the memory from being recycled
    private final int[] starts = new int[TENSORS];
    private final double[] x;
    private final double[] g;
    private final double[][] coefficients = new double[COEFFICIENTS][];
    private final double[] y;
    private boolean rectifies;
    private final double[] first;
    private final double[] second;

    NormDoubles(Tensor x, Tensor g, Tensor out) {
        use(X, x);
        use(G, g);
        use(OUT, out);
        double[][] blocks = HostThread.current().doubles();
        this.x = blocks[0];
        this.g = blocks[1];
        first = blocks[2];
        second = blocks[3];
        System.arraycopy(blocks, 4, coefficients, 0, COEFFICIENTS);
        y = blocks[4 + COEFFICIENTS];
    }

    private void use(int tensor, Tensor t) {
        if (t != null) {
            storages[tensor] = HostStorage.of(t);
            starts[tensor] = (storages[tensor].start >> 3) + t.offset();
        }
    }

    @Override
    NormLanes rectify(Tensor y, Tensor kept) {
        rectifies = true;
        use(Y, y);
        use(KEPT, kept);
        return this;
    }

    private void read(int tensor, int start, double[] block, int n) {
        storages[tensor].block.doubles.get(starts[tensor] + start, block, 0, n);
    }

    private void write(int start, double[] block, int n) {
        storages[OUT].block.doubles.put(starts[OUT] + start, block, 0, n);
    }

    /** Reads g, which is 0 where the result is not above 0; if that is computed again, from x, which was read. */
    private void readGradient(int start, int n) {
        read(G, start, g, n);
        if (!rectifies) {
            return;
        }
        if (storages[Y] == null) {
            affine(x, coefficients[MEAN], coefficients[SCALE], coefficients[SHIFT], y, n);
        } else {
            read(Y, start, y, n);
        }
        mask(g, y, n);
        if (storages[KEPT] != null) {
            storages[KEPT].block.doubles.put(starts[KEPT] + start, g, 0, n);
        }
    }

    @Override
    void coefficient(int number, ChannelWalk walk, int unit, double[] values, int at) {
        double[] lanes = coefficients[number];
        int run = walk.run();
        int filled = walk.channelCount(unit) * run;
        for (int lane = 0; lane < filled; lane += run) {
            fill(lanes, lane, run, values[at + lane / run]);
        }
        repeat(lanes, 0, filled, walk.size(unit, 0));
    }

    /** By doubling: inside of a loop, HotSpot does not vectorize Arrays.fill. */
    private static void fill(double[] lanes, int from, int count, double value) {
        int filled = Math.min(count, 16);
        for (int i = from; i < from + filled; i++) {
            lanes[i] = value;
        }
        repeat(lanes, from, filled, count);
    }

    /** Repeats the {@code filled} elements behind {@code from} until there are {@code count}. */
    private static void repeat(double[] lanes, int from, int filled, int count) {
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
        clear(x, n);
        write(start, x, n);
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

    private static void add(double[] x, double[] sum, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += x[i];
        }
    }

    private static void addMoments(double[] x, double[] mean, double[] sum, double[] squares, int n) {
        for (int i = 0; i < n; i++) {
            double d = x[i] - mean[i];
            sum[i] += d;
            squares[i] += d * d;
        }
    }

    private static void addProducts(double[] x, double[] g, double[] mean, double[] sum, double[] products, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += g[i];
            products[i] += g[i] * (x[i] - mean[i]);
        }
    }

    private static void affine(double[] x, double[] mean, double[] scale, double[] shift, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (x[i] - mean[i]) * scale[i] + shift[i];
        }
    }

    private static void scale(double[] g, double[] scale, int n) {
        for (int i = 0; i < n; i++) {
            g[i] *= scale[i];
        }
    }

    private static void clear(double[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = x[i] < 0 ? 0 : x[i];
        }
    }

    private static void mask(double[] g, double[] y, int n) {
        for (int i = 0; i < n; i++) {
            g[i] = y[i] <= 0 ? 0 : g[i];
        }
    }

    private static void scaleAndAdd(double[] g, double[] scale, double[] x, int n) {
        for (int i = 0; i < n; i++) {
            g[i] = g[i] * scale[i] + x[i];
        }
    }

    @Override
    void foldRows(int sum, int count, int lanes, double[] into, int at) {
        double[] from = sum == 0 ? first : second;
        double[] to = x;
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

    private double total(double[] values, int start, int count) {
        if (count < HALVED) {
            return fourSums(values, start, start + count);
        }
        double[] from = values;
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
    private static double fourSums(double[] v, int from, int to) {
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
    private static void addHalves(double[] from, int n, double[] to) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] + from[i + n];
        }
    }
}
