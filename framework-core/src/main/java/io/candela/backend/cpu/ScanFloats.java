package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** Running sums and products along rows of float32, carried in double: four rows at a time, since each step waits for the one before it. */
final class ScanFloats {
    private static final int BLOCK = HostThread.BLOCK;
    private static final int LANES = 4;
    /** Elements from which a dense copy of what lies otherwise pays. */
    private static final int GATHER = 32 << 10;
    /** Elements per chunk when threads share the rows. */
    private static final int CHUNK = 32 << 10;

    private ScanFloats() {}

    /** Does the work if the tensors are float32, and there are rows to share it or products to make; false if not. */
    static boolean scan(boolean product, Tensor x, Tensor out) {
        if (x.dtype() != DType.FLOAT32 || out.dtype() != DType.FLOAT32 || x.numel() == 0) {
            return false;
        }
        int n = x.size(-1);
        int rows = x.numel() / n;
        if (rows == 1 && !product) {
            return false; // nothing to do meanwhile: doubles read in one go are sooner added up
        }
        if (x.numel() >= GATHER && !x.isContiguous() && ReorderDnn.canGather(x)) {
            Tensor dense = Tensor.empty(x.shape(), x.dtype(), x.device());
            ReorderDnn.gather(x, dense);
            scan(product, dense, out);
            dense.release();
            return true;
        }
        Blocks in = new Blocks(x, x.shape());
        Blocks to = new Blocks(out, out.shape());
        int step = LANES * Math.max(1, CHUNK / n / LANES);
        Workers.run((rows + step - 1) / step, c -> {
            for (int row = c * step; row < Math.min(rows, (c + 1) * step); row += LANES) {
                scan(product, in, to, n, row, Math.min(LANES, rows - row));
            }
        });
        return true;
    }

    private static void scan(boolean product, Blocks in, Blocks to, int n, int first, int lanes) {
        HostThread thread = HostThread.current();
        float[] a = thread.floats(0);
        float[] b = thread.floats(1);
        float[] c = thread.floats(2);
        float[] d = thread.floats(3);
        float[][] all = {a, b, c, d};
        double start = product ? 1 : 0;
        double[] carry = {start, start, start, start};
        for (int p = 0; p < n; p += BLOCK) {
            int count = Math.min(BLOCK, n - p);
            for (int lane = 0; lane < lanes; lane++) { // what is left in other lanes takes part for nothing
                in.read((first + lane) * n + p, all[lane], count);
            }
            if (lanes == 1) {
                one(product, a, carry, count);
            } else if (product) {
                products(a, b, c, d, carry, count);
            } else {
                sums(a, b, c, d, carry, count);
            }
            for (int lane = 0; lane < lanes; lane++) {
                to.write((first + lane) * n + p, all[lane], count);
            }
        }
    }

    private static void one(boolean product, float[] a, double[] carry, int n) {
        double v = carry[0];
        for (int i = 0; i < n; i++) {
            v = product ? v * a[i] : v + a[i];
            a[i] = (float) v;
        }
        carry[0] = v;
    }

    private static void sums(float[] a, float[] b, float[] c, float[] d, double[] carry, int n) {
        double s = carry[0];
        double t = carry[1];
        double u = carry[2];
        double v = carry[3];
        for (int i = 0; i < n; i++) {
            s += a[i];
            t += b[i];
            u += c[i];
            v += d[i];
            a[i] = (float) s;
            b[i] = (float) t;
            c[i] = (float) u;
            d[i] = (float) v;
        }
        carry[0] = s;
        carry[1] = t;
        carry[2] = u;
        carry[3] = v;
    }

    private static void products(float[] a, float[] b, float[] c, float[] d, double[] carry, int n) {
        double s = carry[0];
        double t = carry[1];
        double u = carry[2];
        double v = carry[3];
        for (int i = 0; i < n; i++) {
            s *= a[i];
            t *= b[i];
            u *= c[i];
            v *= d[i];
            a[i] = (float) s;
            b[i] = (float) t;
            c[i] = (float) u;
            d[i] = (float) v;
        }
        carry[0] = s;
        carry[1] = t;
        carry[2] = u;
        carry[3] = v;
    }
}
