package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Half;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Element by element loops of the half types: what {@link FloatLoops} does, rounded when stored. An operand of another type is rounded to the
 * half type before; the few functions that PyTorch rounds on the way, too, are here.
 */
final class HalfLoops {
    private static final int BLOCK = HostThread.BLOCK;

    private HalfLoops() {}

    /** {@code to[i] = kernel(in[i])} for i from {@code from} to {@code end}. */
    static void unary(UnaryKernel kernel, Blocks in, Blocks to, DType type, HostThread thread, int from, int end) {
        float[] a = thread.floats(0);
        for (int p = from; p < end; p += BLOCK) {
            int n = Math.min(BLOCK, end - p);
            in.read(p, a, n);
            if (kernel == UnaryKernel.LOGIT) {
                for (int i = 0; i < n; i++) {
                    a[i] = Half.round(type, a[i] / Half.round(type, 1 - a[i]));
                }
                FloatLoops.unary(UnaryKernel.LOG, a, a, n);
            } else {
                FloatLoops.unary(kernel, a, a, n);
            }
            to.write(p, a, n);
        }
    }

    /** Two tensors. */
    static Operation binary(BinaryKernel kernel, Tensor a, Tensor b, DType type) {
        boolean rounded = b.dtype() != type && !(b.numel() == 1 && keepsNumber(kernel));
        return new Operation(kernel, type, a.dtype() != type, rounded, false, 0);
    }

    /** A tensor and a number. */
    static Operation binary(BinaryKernel kernel, Tensor a, double number, DType type) {
        boolean exact = keepsNumber(kernel) || kernel == BinaryKernel.RDIV;
        return new Operation(kernel, type, a.dtype() != type, false, true, exact ? (float) number : Half.round(type, (float) number));
    }

    /** Whether a number on the right takes part as it is, rather than rounded to the half type. */
    private static boolean keepsNumber(BinaryKernel kernel) {
        return kernel == BinaryKernel.MUL || kernel == BinaryKernel.DIV || kernel == BinaryKernel.FLOOR_DIVIDE || kernel == BinaryKernel.TRUNC_DIVIDE;
    }

    /** What is done with two operands: which are rounded first, and whether the right one is a constant number. */
    record Operation(BinaryKernel kernel, DType type, boolean roundsLeft, boolean roundsRight, boolean constant, float number) {
        /** Does elements {@code from} to {@code end}; {@code right} is null for the number. */
        void run(Blocks left, Blocks right, Blocks to, HostThread thread, int from, int end) {
            float[] a = thread.floats(0);
            float[] b = thread.floats(1);
            if (right == null) {
                Arrays.fill(b, 0, Math.min(BLOCK, end - from), number);
            }
            for (int p = from; p < end; p += BLOCK) {
                int n = Math.min(BLOCK, end - p);
                left.read(p, a, n);
                if (roundsLeft) {
                    Half.round(type, a, n);
                }
                if (right != null) {
                    right.read(p, b, n);
                }
                if (roundsRight) {
                    Half.round(type, b, n);
                }
                if (kernel.isPredicate()) {
                    FloatLoops.predicate(kernel, a, b, thread.bytes, n);
                    to.write(p, thread.bytes, n);
                } else {
                    compute(a, b, n);
                    to.write(p, a, n);
                }
            }
        }

        private void compute(float[] a, float[] b, int n) {
            if (kernel == BinaryKernel.RDIV) { // PyTorch's reciprocal, times the number
                FloatLoops.unary(UnaryKernel.RECIPROCAL, a, a, n);
                Half.round(type, a, n);
                FloatLoops.binary(BinaryKernel.MUL, a, b, a, n);
            } else if (kernel == BinaryKernel.POW && constant && type == DType.BFLOAT16 && (number == 3 || number == -2)) { // PyTorch's products
                for (int i = 0; i < n; i++) {
                    float square = Half.round(type, a[i] * a[i]);
                    a[i] = number == 3 ? square * a[i] : 1 / square;
                }
            } else if (kernel == BinaryKernel.XLOGY) {
                for (int i = 0; i < n; i++) {
                    a[i] = a[i] == 0 && b[i] == b[i] ? 0 : a[i] * Half.round(type, (float) Math.log(b[i]));
                }
            } else {
                FloatLoops.binary(kernel, a, b, a, n);
            }
        }
    }
}
