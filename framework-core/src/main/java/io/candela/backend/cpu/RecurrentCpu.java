package io.candela.backend.cpu;

import io.candela.backend.RecurrentKernels;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Recurrent layers: sequences of a batch know nothing of each other, so each thread takes some of them through all steps, without waiting for
 * the others. At each step one product with the state (oneDNN for large ones), then loops over heap arrays.
 */
final class RecurrentCpu implements RecurrentKernels {
    /** Multiplications per thread, over all steps, below which sharing costs more than it saves. */
    private static final long SHARE = 256 << 10;
    /** Gates that a thread has in its heap arrays at once. */
    private static final int LARGEST = 128 << 10;
    /** Steps from which on it pays to reorder the weight once for all of them. */
    private static final int PACKED = 8;

    @Override
    public void forward(Cell cell, boolean reverse, int[] sizes, Tensor weight, Tensor bias, Tensor gates, Tensor extra, Tensor h, Tensor c,
            Tensor out) {
        Tensor parts = cell == Cell.GRU ? Tensor.empty(h.size(0), gates.size(1)) : null;
        int share = share(sizes, gates, out.size(1));
        PackedMatmul packed = sizes.length < PACKED || isSmall(weight, share) ? null : new PackedMatmul(share, weight.size(1), weight.size(0),
                address(weight, 0), 1, weight.size(1), bias != null, parts == null);
        run(sizes[0], share, (from, to) -> {
            Steps steps = new Steps(reverse, sizes, from, to);
            forward(cell, steps, new StateProduct(weight, packed, bias, parts, to - from), gates, extra, h, c, out);
        });
        if (packed != null) {
            packed.end();
        }
        if (parts != null) {
            parts.release();
        }
    }

    @Override
    public void backward(Cell cell, boolean reverse, int[] sizes, Tensor weight, Tensor gates, Tensor extra, Tensor out, Tensor h0, Tensor c0,
            Tensor g, Tensor dh, Tensor dc, Tensor dInput, Tensor dRecurrent, Tensor dBias) {
        int share = share(sizes, gates, out.size(1));
        float[][] sums = dBias == null ? null : new float[(sizes[0] + share - 1) / share][];
        run(sizes[0], share, (from, to) -> {
            Steps steps = new Steps(reverse, sizes, from, to);
            float[][] perSequence = dBias == null ? null : new float[cell.gates()][(to - from) * out.size(1)];
            backward(cell, steps, new GradProduct(weight, to - from), gates, extra, out, h0, c0, g, dh, dc, dInput, dRecurrent, perSequence);
            if (dBias != null) {
                sums[from / share] = RecurrentLoops.rowSums(perSequence, out.size(1));
            }
        });
        if (dBias != null) {
            float[] sum = new float[gates.size(1)];
            for (float[] part : sums) { // in this order, whoever is done first
                RecurrentLoops.add(sum, part, sum.length);
            }
            HostStorage.write(dBias, sum);
        }
    }

    private interface Sequences {
        void run(int from, int to);
    }

    /** How many sequences a thread takes at once. */
    private static int share(int[] sizes, Tensor gates, int hidden) {
        int batch = sizes[0];
        int width = gates.size(1);
        long parts = Math.min(CpuBackend.threads(), Math.max(1, (long) gates.numel() * hidden / SHARE));
        return (int) Math.max(1, Math.min((batch + parts - 1) / parts, Math.max(8, LARGEST / width)));
    }

    private static void run(int batch, int share, Sequences work) {
        Workers.run((batch + share - 1) / share, i -> work.run(i * share, Math.min(batch, (i + 1) * share)));
    }

    /** Which rows belong to the sequences {@code from} to {@code to} at each step. */
    private static final class Steps {
        final boolean reverse;
        final int[] sizes;
        final int[] starts; // number of each step's first row
        final int from;
        final int to;

        Steps(boolean reverse, int[] sizes, int from, int to) {
            this.reverse = reverse;
            this.sizes = sizes;
            this.from = from;
            this.to = to;
            starts = new int[sizes.length];
            for (int t = 1; t < sizes.length; t++) {
                starts[t] = starts[t - 1] + sizes[t - 1];
            }
        }

        int count() {
            return sizes.length;
        }

        /** The step that comes at place {@code s}. */
        int at(int s) {
            return reverse ? sizes.length - 1 - s : s;
        }

        /** How many of the sequences have step {@code t}, which may lie outside. */
        int rows(int t) {
            return t < 0 || t >= sizes.length ? 0 : Math.max(0, Math.min(to, sizes[t]) - from);
        }

        /** Number of the first sequence's row at step {@code t}. */
        int first(int t) {
            return starts[t] + from;
        }

        /** The step before step {@code t}, which may lie outside. */
        int before(int t) {
            return reverse ? t + 1 : t - 1;
        }
    }

    private static void forward(Cell cell, Steps steps, StateProduct product, Tensor gates, Tensor extra, Tensor h, Tensor c, Tensor out) {
        int n = out.size(1);
        int sequences = steps.to - steps.from;
        float[][] values = new float[cell.gates()][sequences * n];
        float[][] part = new float[cell == Cell.GRU ? 3 : 0][sequences * n];
        float[] state = new float[sequences * n];
        float[] cells = new float[c == null ? 0 : sequences * n];
        read(h, steps.from, sequences, state);
        if (c != null) {
            read(c, steps.from, sequences, cells);
        }
        for (int s = 0; s < steps.count(); s++) {
            int t = steps.at(s);
            int rows = steps.rows(t);
            if (rows == 0) {
                continue;
            }
            int first = steps.first(t);
            if (cell == Cell.GRU) {
                readGates(gates, first, rows, values);
                product.of(h, steps.from, state, rows, part);
            } else {
                product.addTo(gates, first, h, steps.from, state, rows, values);
            }
            int count = rows * n;
            switch (cell) {
                case LSTM -> RecurrentLoops.lstm(values, cells, state, count);
                case GRU -> RecurrentLoops.gru(values, part, state, count);
                case TANH -> RecurrentLoops.boundedTanh(values[0], count);
                case RELU -> RecurrentLoops.relu(values[0], count);
            }
            writeGates(gates, first, rows, values);
            if (extra != null) {
                write(extra, first, rows, cell == Cell.LSTM ? cells : part[2]);
            }
            if (cell.gates() == 1) {
                System.arraycopy(values[0], 0, state, 0, count);
            }
            write(out, first, rows, state);
            write(h, steps.from, rows, state);
        }
        if (c != null) {
            write(c, steps.from, sequences, cells);
        }
    }

    private static void backward(Cell cell, Steps steps, GradProduct product, Tensor gates, Tensor extra, Tensor out, Tensor h0, Tensor c0,
            Tensor g, Tensor dh, Tensor dc, Tensor dInput, Tensor dRecurrent, float[][] sums) {
        int n = out.size(1);
        int sequences = steps.to - steps.from;
        float[][] values = new float[cell.gates()][sequences * n];
        float[] incoming = new float[sequences * n];
        float[] dState = new float[sequences * n];
        float[] dCells = new float[dc == null ? 0 : sequences * n];
        float[] more = new float[extra == null ? 0 : sequences * n];
        float[] former = new float[extra == null ? 0 : sequences * n];
        if (dc != null) {
            read(dc, steps.from, sequences, dCells);
        }
        for (int s = steps.count() - 1; s >= 0; s--) {
            int t = steps.at(s);
            int rows = steps.rows(t);
            if (rows == 0) {
                continue;
            }
            int first = steps.first(t);
            int count = rows * n;
            readGates(gates, first, rows, values);
            read(dh, steps.from, rows, dState);
            read(g, first, rows, incoming);
            RecurrentLoops.add(dState, incoming, count);
            if (extra != null) {
                read(extra, first, rows, more);
            }
            switch (cell) {
                case LSTM -> {
                    readFormer(steps, t, extra, c0, former);
                    RecurrentLoops.lstmGrad(values, more, former, dState, dCells, count);
                }
                case GRU -> {
                    readFormer(steps, t, out, h0, former);
                    RecurrentLoops.gruGrad(values, more, former, dState, count);
                }
                case TANH -> RecurrentLoops.tanhGrad(values[0], dState, count);
                case RELU -> RecurrentLoops.reluGrad(values[0], dState, count);
            }
            writeGates(dInput, first, rows, values);
            for (int i = 0; sums != null && i < sums.length; i++) {
                RecurrentLoops.add(sums[i], values[i], count);
            }
            if (cell == Cell.GRU) {
                float[][] ofState = {values[0], values[1], more};
                writeGates(dRecurrent, first, rows, ofState);
                write(dh, steps.from, rows, dState);
                product.to(dh, steps.from, dRecurrent, first, ofState, rows, dState, true);
            } else {
                product.to(dh, steps.from, dInput, first, values, rows, dState, false);
            }
        }
        if (dc != null) {
            write(dc, steps.from, sequences, dCells);
        }
    }

    /** The states before step {@code t}: of the step before, or for sequences that start here, the first ones. */
    private static void readFormer(Steps steps, int t, Tensor states, Tensor initial, float[] out) {
        int rows = steps.rows(t);
        int before = steps.before(t);
        int going = Math.min(rows, steps.rows(before));
        int n = initial.size(1);
        if (going > 0) {
            read(states, steps.first(before), going, out);
        }
        if (going < rows) {
            HostStorage s = HostStorage.of(initial);
            s.block.floats.get((s.start >> 2) + initial.offset() + (steps.from + going) * n, out, going * n, (rows - going) * n);
        }
    }

    private static void read(Tensor t, int row, int rows, float[] out) {
        int width = t.size(1);
        HostStorage s = HostStorage.of(t);
        s.block.floats.get((s.start >> 2) + t.offset() + row * width, out, 0, rows * width);
    }

    private static void write(Tensor t, int row, int rows, float[] in) {
        int width = t.size(1);
        HostStorage s = HostStorage.of(t);
        s.block.floats.put((s.start >> 2) + t.offset() + row * width, in, 0, rows * width);
    }

    /** Reads rows of all gates, each into an array of its own. */
    private static void readGates(Tensor t, int row, int rows, float[][] out) {
        int n = t.size(1) / out.length;
        HostStorage s = HostStorage.of(t);
        int at = (s.start >> 2) + t.offset() + row * t.size(1);
        for (int i = 0; i < rows; i++) {
            for (float[] gate : out) {
                s.block.floats.get(at, gate, i * n, n);
                at += n;
            }
        }
    }

    private static void writeGates(Tensor t, int row, int rows, float[][] in) {
        int n = t.size(1) / in.length;
        HostStorage s = HostStorage.of(t);
        int at = (s.start >> 2) + t.offset() + row * t.size(1);
        for (int i = 0; i < rows; i++) {
            for (float[] gate : in) {
                s.block.floats.put(at, gate, i * n, n);
                at += n;
            }
        }
    }

    private static long address(Tensor t, int row) {
        return HostStorage.of(t).address() + 4L * (t.offset() + row * t.size(t.dim() - 1));
    }

    private static boolean isSmall(Tensor weight, int rows) {
        return (long) weight.numel() * rows < MatmulDnn.SMALLEST;
    }

    /** {@code h Wᵀ}, of some rows of the states; oneDNN's if it is large. */
    private static final class StateProduct {
        private final Tensor weight;
        private final PackedMatmul packed; // the weight for many steps, or null
        private final Tensor bias; // contiguous, or null
        private final Tensor parts; // (batch, gates · hidden): where oneDNN writes what is not added to the gates; null if all is
        private final int n;
        private final int width;
        private final float[] transposed; // of the weight, for small products; else null
        private final float[] added; // the bias, for small products
        private final float[] block; // rows of all gates side by side, for small products

        StateProduct(Tensor weight, PackedMatmul packed, Tensor bias, Tensor parts, int rows) {
            this.weight = weight;
            this.packed = packed;
            this.bias = bias;
            this.parts = parts;
            n = weight.size(1);
            width = weight.size(0);
            if (!isSmall(weight, rows)) {
                transposed = null;
                added = null;
                block = null;
                return;
            }
            float[] w = new float[width * n];
            transposed = new float[width * n];
            read(weight, 0, width, w);
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < n; j++) {
                    transposed[j * width + i] = w[i * n + j];
                }
            }
            added = bias == null ? new float[width] : bias.toFloatArray();
            block = new float[rows * width];
        }

        /** Adds the product to rows of the gates, and gives the sum in {@code values}; the gates need not have it. */
        void addTo(Tensor gates, int first, Tensor h, int from, float[] state, int rows, float[][] values) {
            if (transposed == null) {
                large(rows, address(h, from), 0, address(gates, first), true);
                readGates(gates, first, rows, values);
            } else {
                read(gates, first, rows, block);
                MatrixCpu.wide(state, n, 1, transposed, block, rows, n, width);
                split(block, rows, values);
            }
        }

        /** Gives the product, with the bias, in {@code part}. */
        void of(Tensor h, int from, float[] state, int rows, float[][] part) {
            if (transposed == null) {
                large(rows, address(h, from), bias == null ? 0 : address(bias, 0), address(parts, from), false);
                readGates(parts, from, rows, part);
                return;
            }
            for (int i = 0; i < rows; i++) {
                System.arraycopy(added, 0, block, i * width, width);
            }
            MatrixCpu.wide(state, n, 1, transposed, block, rows, n, width);
            split(block, rows, part);
        }

        private void large(int rows, long state, long added, long to, boolean accumulate) {
            if (packed != null) {
                packed.run(rows, state, added, to, accumulate);
            } else {
                MatmulDnn.run(rows, n, width, state, n, 1, address(weight, 0), 1, n, added, to, width, accumulate);
            }
        }

        private void split(float[] from, int rows, float[][] to) {
            for (int i = 0, at = 0; i < rows; i++) {
                for (float[] gate : to) {
                    System.arraycopy(from, at, gate, i * n, n);
                    at += n;
                }
            }
        }
    }

    /** {@code d W}, of some rows of the gates' gradients. */
    private static final class GradProduct {
        private final Tensor weight;
        private final int n;
        private final int width;
        private final float[] w; // for small products; else null
        private final float[] block; // rows of all gates side by side, for small products

        GradProduct(Tensor weight, int rows) {
            this.weight = weight;
            n = weight.size(1);
            width = weight.size(0);
            boolean small = isSmall(weight, rows);
            w = small ? new float[width * n] : null;
            block = small ? new float[rows * width] : null;
            if (small) {
                read(weight, 0, width, w);
            }
        }

        /**
         * Writes the product to rows of {@code dh}.
         *
         * @param d      the gates' gradients, rows from {@code first}; the same in {@code values}
         * @param dState what is in {@code dh}, and is kept if {@code add}; is overwritten
         */
        void to(Tensor dh, int from, Tensor d, int first, float[][] values, int rows, float[] dState, boolean add) {
            if (w == null) {
                MatmulDnn.run(rows, width, n, address(d, first), width, 1, address(weight, 0), n, 1, 0, address(dh, from), n, add);
                return;
            }
            if (!add) {
                Arrays.fill(dState, 0, rows * n, 0);
            }
            for (int i = 0, at = 0; i < rows; i++) {
                for (float[] gate : values) {
                    System.arraycopy(gate, i * n, block, at, n);
                    at += n;
                }
            }
            MatrixCpu.wide(block, width, 1, w, dState, rows, width, n);
            write(dh, from, rows, dState);
        }
    }
}
