package io.candela.backend.cuda;

import io.candela.backend.cuda.driver.BlasLibrary.Epilogue;
import io.candela.backend.cuda.driver.BlasLibrary.Layout;
import io.candela.backend.cuda.driver.BlasLibrary.Product;

/** One call of a library of matrix products: plain loops over host memory, which refuse what cuBLASLt refuses. */
final class SimulatedBlas {
    private final Product p;
    private final long a;
    private final long b;
    private final long bias;
    private final long out;

    /** Fails unless memory was allocated. */
    interface Check {
        void run(long address, long bytes);
    }

    SimulatedBlas(Product p, long a, long b, long bias, long out) {
        this.p = p;
        this.a = a;
        this.b = b;
        this.bias = bias;
        this.out = out;
        check(p.rows() > 0 && p.columns() > 0 && p.inner() > 0 && p.batch() > 0, "sizes");
        check((p.epilogue() == Epilogue.NONE) == (bias == 0), "bias");
        check(!p.out().transposed(), "result");
        check(p.out(), out, p.rows(), p.columns());
        check(p.a(), a, p.rows(), p.inner());
        check(p.b(), b, p.inner(), p.columns());
    }

    private void check(Layout l, long address, int rows, int columns) {
        check(l.leading() >= (l.transposed() ? columns : rows), "leading " + l);
        check(address % l.alignment() == 0 && Integer.bitCount(l.alignment()) == 1 && l.alignment() <= 256, "alignment " + l);
        check(p.batch() > 1 || l.batchStride() == 0, "batch " + l);
    }

    private void check(boolean right, String what) {
        if (!right) {
            throw new AssertionError(what + " of " + p);
        }
    }

    void run(Check allocated) {
        touch(allocated, p.a(), a, p.rows(), p.inner());
        touch(allocated, p.b(), b, p.inner(), p.columns());
        touch(allocated, p.out(), out, p.rows(), p.columns());
        if (bias != 0) {
            allocated.run(bias, (long) p.rows() * p.type().bytes());
        }
        HostMemory x = new HostMemory(p.type(), a);
        HostMemory y = new HostMemory(p.type(), b);
        HostMemory z = new HostMemory(p.type(), out);
        HostMemory added = new HostMemory(p.type(), bias);
        for (int i = 0; i < p.batch(); i++) {
            for (int column = 0; column < p.columns(); column++) {
                for (int row = 0; row < p.rows(); row++) {
                    double sum = 0;
                    for (int k = 0; k < p.inner(); k++) {
                        sum += x.get(place(p.a(), i, row, k)) * y.get(place(p.b(), i, k, column));
                    }
                    z.put(place(p.out(), i, row, column), finish(p.epilogue() == Epilogue.NONE ? sum : sum + added.get(row)));
                }
            }
        }
    }

    private double finish(double v) {
        return switch (p.epilogue()) {
            case BIAS_RELU -> Math.max(v, 0);
            case BIAS_GELU -> v / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
            default -> v;
        };
    }

    private static long place(Layout l, int batch, int row, int column) {
        return batch * l.batchStride() + (l.transposed() ? column + row * l.leading() : row + column * l.leading());
    }

    private void touch(Check allocated, Layout l, long address, int rows, int columns) {
        allocated.run(address, (place(l, p.batch() - 1, rows - 1, columns - 1) + 1) * p.type().bytes());
    }
}
