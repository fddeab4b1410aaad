package io.candela.backend.cpu;

import static io.candela.backend.cpu.DnnChain.Operand.NUMBER;
import static io.candela.backend.cpu.DnnChain.Operand.OUT;
import static io.candela.backend.cpu.DnnChain.Operand.SECOND;
import static io.candela.backend.cpu.DnnChain.Operand.THIRD;
import static io.candela.backend.cpu.DnnChain.Operand.X;
import static io.candela.backend.cpu.DnnChain.Operand.Y;
import static io.candela.backend.cpu.DnnChain.Operand.Z;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_div;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_eq;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_le;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_lt;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_ne;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_sub;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_abs;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_pow;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_round;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_sqrt;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_square;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh;

import io.candela.backend.BinaryKernel;
import io.candela.backend.TernaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/**
 * Large contiguous float32 work, element by element, by oneDNN.
 *
 * <p>Its maximum and minimum give the second operand where one is NaN, so that NaN is kept by a last one with the tensor itself. Its
 * {@code gt} and {@code ge} are true for NaN, so that operands or signs are swapped for {@code lt} and {@code le}. Linear functions add −0
 * rather than 0, which would take the sign of −0.
 */
final class EltwiseDnn {
    /** Elements per row from which rows and columns are spread here. */
    private static final int LEAST_COLUMNS = 64;

    private EltwiseDnn() {}

    /** Chains of the functions, each built once. */
    private static final class Chains {
        static final DnnChain NEGATE = DnnChain.of(X).then(dnnl_eltwise_linear, -1, -0f);
        static final DnnChain[] AT_LEAST = {DnnChain.of(X).then(dnnl_binary_max, NUMBER).then(dnnl_binary_max, X)};
        static final DnnChain[] AT_MOST = {DnnChain.of(X).then(dnnl_binary_min, NUMBER).then(dnnl_binary_min, X)};
        /** Nearest integer, and 1 off where that is above x. */
        static final DnnChain[] FLOOR = {DnnChain.of(X).then(dnnl_eltwise_round, 0, 0), DnnChain.of(X).then(dnnl_binary_sub, OUT)
            .then(dnnl_binary_lt, NUMBER).then(dnnl_eltwise_linear, -1, -0f).then(dnnl_binary_add, OUT)};
        /** The same from below, with signs turned so that −0 stays. */
        static final DnnChain[] CEIL = {FLOOR[0], DnnChain.of(OUT).then(dnnl_binary_sub, X).then(dnnl_binary_lt, NUMBER)
            .then(dnnl_eltwise_linear, -1, -0f).then(dnnl_binary_sub, OUT).then(dnnl_eltwise_linear, -1, -0f)};
        /** Whether −x is below 0, less whether x is. */
        static final DnnChain[] SIGN = {DnnChain.of(X).then(dnnl_binary_mul, SECOND).then(dnnl_binary_lt, NUMBER),
            DnnChain.of(X).then(dnnl_binary_mul, THIRD).then(dnnl_binary_lt, NUMBER).then(dnnl_binary_sub, OUT)};

        static DnnChain[] function(int algorithm, float alpha, float beta) {
            return new DnnChain[] {DnnChain.of(X).then(algorithm, alpha, beta)};
        }

        static DnnChain[] operation(int algorithm, DnnChain.Operand operand) {
            return new DnnChain[] {DnnChain.of(X).then(algorithm, operand)};
        }

        static DnnChain[] comparison(DnnChain.Operand left, int algorithm, DnnChain.Operand right) {
            return new DnnChain[] {DnnChain.of(left).then(dnnl_binary_mul, SECOND).then(algorithm, right).toBools()};
        }
    }

    /** Does the work if oneDNN has the function and takes the tensors; false if not. */
    static boolean unary(UnaryKernel kernel, Tensor x, Tensor out) {
        if (!fits(x, out) || !isFloats(out)) {
            return false;
        }
        return switch (kernel) { // not exp, which makes NaN infinite, and not log, which is off by 5e-6 near 1
            case SIGMOID -> run(Chains.function(dnnl_eltwise_logistic, 0, 0), x, out);
            case TANH -> run(Chains.function(dnnl_eltwise_tanh, 0, 0), x, out);
            case ABS -> run(Chains.function(dnnl_eltwise_abs, 0, 0), x, out);
            case SQRT -> run(Chains.function(dnnl_eltwise_sqrt, 0, 0), x, out);
            case SQUARE -> run(Chains.function(dnnl_eltwise_square, 0, 0), x, out);
            case ROUND -> run(Chains.function(dnnl_eltwise_round, 0, 0), x, out);
            case SILU -> run(Chains.function(dnnl_eltwise_swish, 1, 0), x, out);
            case RECIPROCAL -> run(Chains.function(dnnl_eltwise_pow, 1, -1), x, out);
            case NEG -> run(new DnnChain[] {Chains.NEGATE}, x, out);
            case RELU -> run(Chains.AT_LEAST, x, out);
            case FLOOR -> run(Chains.FLOOR, x, out);
            case CEIL -> run(Chains.CEIL, x, out);
            case SIGN -> run(Chains.SIGN, x, null, null, out, 0, 1, -1);
            default -> false;
        };
    }

    /** Does the work if oneDNN has the function of a number and takes the tensors; false if not. */
    static boolean withNumber(BinaryKernel kernel, Tensor x, double value, Tensor out) {
        if (!fits(x, out) || !takes(kernel, out)) {
            return false;
        }
        float number = (float) value;
        return switch (kernel) {
            case ADD -> run(Chains.operation(dnnl_binary_add, NUMBER), x, number, out);
            case SUB -> run(Chains.operation(dnnl_binary_sub, NUMBER), x, number, out);
            case MUL -> run(Chains.operation(dnnl_binary_mul, NUMBER), x, number, out);
            case DIV -> run(Chains.operation(dnnl_binary_div, NUMBER), x, number, out);
            case RSUB -> run(new DnnChain[] {DnnChain.of(X).then(dnnl_binary_mul, SECOND).then(dnnl_binary_add, NUMBER)}, x, null, null, out, number, -1);
            case MAXIMUM -> number == number && run(Chains.AT_LEAST, x, number, out);
            case MINIMUM -> number == number && run(Chains.AT_MOST, x, number, out);
            case POW -> value == 3 && run(new DnnChain[] {DnnChain.of(X).then(dnnl_binary_mul, X).then(dnnl_binary_mul, X)}, x, out);
            case LEAKY_RELU -> number != 0 && run(Chains.function(dnnl_eltwise_relu, number, 0), x, out); // of slope 0, NaN would become 0
            case LT -> run(Chains.comparison(X, dnnl_binary_lt, NUMBER), x, null, null, out, number, 1);
            case LE -> run(Chains.comparison(X, dnnl_binary_le, NUMBER), x, null, null, out, number, 1);
            case GT -> run(Chains.comparison(X, dnnl_binary_lt, NUMBER), x, null, null, out, -number, -1);
            case GE -> run(Chains.comparison(X, dnnl_binary_le, NUMBER), x, null, null, out, -number, -1);
            case EQ -> run(Chains.comparison(X, dnnl_binary_eq, NUMBER), x, null, null, out, number, 1);
            case NE -> run(Chains.comparison(X, dnnl_binary_ne, NUMBER), x, null, null, out, number, 1);
            default -> false;
        };
    }

    /** Does the work if oneDNN has the function and takes the tensors; false if not. */
    static boolean binary(BinaryKernel kernel, Tensor a, Tensor b, Tensor out) {
        if (!takes(kernel, out)) {
            return false;
        }
        if (!fits(a, out)) {
            return (kernel == BinaryKernel.ADD || kernel == BinaryKernel.MUL) && fits(b, out) && spread(kernel, b, a, out);
        }
        if (!fits(b, out)) {
            return spread(kernel, a, b, out);
        }
        int algorithm = arithmetic(kernel);
        if (algorithm >= 0) {
            return run(Chains.operation(algorithm, Y), a, b, null, out);
        }
        return switch (kernel) {
            case LT -> run(Chains.comparison(X, dnnl_binary_lt, Y), a, b, null, out, 0, 1);
            case LE -> run(Chains.comparison(X, dnnl_binary_le, Y), a, b, null, out, 0, 1);
            case GT -> run(Chains.comparison(Y, dnnl_binary_lt, X), a, b, null, out, 0, 1);
            case GE -> run(Chains.comparison(Y, dnnl_binary_le, X), a, b, null, out, 0, 1);
            case EQ -> run(Chains.comparison(X, dnnl_binary_eq, Y), a, b, null, out, 0, 1);
            case NE -> run(Chains.comparison(X, dnnl_binary_ne, Y), a, b, null, out, 0, 1);
            case TANH_GRAD -> run(new DnnChain[] {DnnChain.of(Y).then(dnnl_binary_mul, Y).then(dnnl_eltwise_linear, -1, 1)
                .then(dnnl_binary_mul, X)}, a, b, null, out);
            case SIGMOID_GRAD -> run(new DnnChain[] {DnnChain.of(Y).then(dnnl_binary_mul, NUMBER).then(dnnl_binary_add, SECOND)
                .then(dnnl_binary_mul, Y).then(dnnl_binary_mul, X)}, a, b, null, out, -1, 1);
            default -> false;
        };
    }

    private static int arithmetic(BinaryKernel kernel) {
        return switch (kernel) {
            case ADD -> dnnl_binary_add;
            case SUB -> dnnl_binary_sub;
            case MUL -> dnnl_binary_mul;
            case DIV -> dnnl_binary_div;
            default -> -1;
        };
    }

    /** Of a matrix and a row or a column of it. */
    private static boolean spread(BinaryKernel kernel, Tensor x, Tensor y, Tensor out) {
        int algorithm = arithmetic(kernel);
        int columns = out.dim() == 0 ? 1 : out.size(-1);
        if (algorithm < 0 || columns < LEAST_COLUMNS || y.dtype() != DType.FLOAT32 || !y.isContiguous()) {
            return false;
        }
        int rows = out.numel() / columns;
        boolean row = y.numel() == columns && y.size(-1) == columns;
        boolean column = y.numel() == rows && y.dim() == out.dim() && y.size(-1) == 1;
        if (!row && !column) {
            return false;
        }
        var at = new DnnChain.Operands(HostStorage.floatsAddress(x), HostStorage.floatsAddress(y), 0, HostStorage.floatsAddress(out));
        return DnnChain.run(Chains.operation(algorithm, Y), at, row ? DnnChain.Form.ROW : DnnChain.Form.COLUMN, rows, columns);
    }

    /** Does the work if oneDNN has the function and takes the tensors; false if not. */
    static boolean ternary(TernaryKernel kernel, Tensor a, Tensor b, Tensor c, double value, Tensor out) {
        if (kernel == TernaryKernel.WHERE || !isFloats(out) || !fits(a, out) || !fits(b, out) || !fits(c, out)) {
            return false;
        }
        int last = kernel == TernaryKernel.ADDCMUL ? dnnl_binary_mul : dnnl_binary_div;
        DnnChain chain = DnnChain.of(Y).then(dnnl_binary_mul, NUMBER).then(last, Z).then(dnnl_binary_add, X);
        return run(new DnnChain[] {chain}, a, b, c, out, (float) value);
    }

    /** Limits elements by one bound, the other being infinite; false if it does not take the tensors. Two bounds take two passes, and longer. */
    static boolean clamp(Tensor x, double low, double high, Tensor out) {
        if (!isFloats(out) || !fits(x, out) || !(low <= high)) {
            return false;
        }
        if (high == Double.POSITIVE_INFINITY) {
            return run(Chains.AT_LEAST, x, (float) low, out);
        }
        return low == Double.NEGATIVE_INFINITY && run(Chains.AT_MOST, x, (float) high, out);
    }

    private static boolean run(DnnChain[] chains, Tensor x, Tensor out) {
        return run(chains, x, null, null, out, 0);
    }

    private static boolean run(DnnChain[] chains, Tensor x, float number, Tensor out) {
        return run(chains, x, null, null, out, number);
    }

    private static boolean run(DnnChain[] chains, Tensor x, Tensor y, Tensor z, Tensor out, float... numbers) {
        long to = out.dtype() == DType.FLOAT32 ? HostStorage.floatsAddress(out) : HostStorage.of(out).address() + out.offset();
        var at = new DnnChain.Operands(HostStorage.floatsAddress(x), y == null ? 0 : HostStorage.floatsAddress(y), z == null ? 0 : HostStorage.floatsAddress(z),
                to, numbers);
        return DnnChain.run(chains, at, out.numel());
    }

    /** Whether an operand is float32 and lies as the result does. */
    private static boolean fits(Tensor x, Tensor out) {
        return x.dtype() == DType.FLOAT32 && x.numel() == out.numel() && x.isContiguous() && out.isContiguous();
    }

    private static boolean takes(BinaryKernel kernel, Tensor out) {
        return kernel.isPredicate() ? out.dtype() == DType.BOOL : isFloats(out);
    }

    private static boolean isFloats(Tensor out) {
        return out.dtype() == DType.FLOAT32;
    }
}
