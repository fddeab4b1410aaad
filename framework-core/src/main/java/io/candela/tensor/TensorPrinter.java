package io.candela.tensor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * PyTorch's printed form: whole numbers with a point, others with four decimals, scientific where sizes differ much; lines of 80 characters;
 * of more than 1000 elements only three at each end of a dimension.
 */
final class TensorPrinter {
    private static final int SUMMARIZE_ABOVE = 1000;
    private static final int EDGE = 3;
    private static final int LINE = 80;
    private static final int DECIMALS = 4;
    private static final String PREFIX = "tensor(";

    private enum Form { WHOLE, FIXED, SCIENTIFIC }

    private final Tensor shown; // without the elements that are left out
    private final Tensor t;
    private final double[] numbers; // null for integers
    private final long[] integers;
    private final Form form;
    private final int width;

    private TensorPrinter(Tensor t) {
        this.t = t;
        this.shown = t.numel() > SUMMARIZE_ABOVE ? edges(t, 0) : t;
        this.numbers = t.dtype().isFloating() ? shown.toDoubleArray() : null;
        this.integers = numbers == null ? shown.toLongArray() : null;
        this.form = numbers == null ? null : form(numbers);
        int w = 1;
        for (int i = 0; i < shown.numel(); i++) {
            if (numbers == null || Double.isFinite(numbers[i]) && numbers[i] != 0) {
                w = Math.max(w, element(i).length());
            }
        }
        this.width = w;
    }

    /** The first and last positions of every dimension that is too long. */
    private static Tensor edges(Tensor t, int dim) {
        if (dim == t.dim()) {
            return t;
        }
        Tensor inner = edges(t, dim + 1);
        int n = t.size(dim);
        return n <= 2 * EDGE ? inner : Tensor.cat(dim, inner.narrow(dim, 0, EDGE), inner.narrow(dim, n - EDGE, EDGE));
    }

    private static Form form(double... numbers) {
        boolean whole = true;
        double largest = 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (double v : numbers) {
            if (Double.isFinite(v) && v != 0) {
                whole &= v == Math.rint(v);
                largest = Math.max(largest, Math.abs(v));
                smallest = Math.min(smallest, Math.abs(v));
            }
        }
        boolean scientific = largest / smallest > 1000 || largest > 1e8 || !whole && smallest < 1e-4;
        return scientific ? Form.SCIENTIFIC : whole ? Form.WHOLE : Form.FIXED;
    }

    static String print(Tensor t) {
        StringBuilder out = new StringBuilder(PREFIX);
        List<String> suffixes = new ArrayList<>();
        if (t.device().type() != Device.Type.CPU) {
            suffixes.add("device='" + t.device() + "'");
        }
        if (t.numel() == 0) {
            out.append("[]");
            if (t.dim() != 1) {
                suffixes.add("size=" + t.shape());
            }
        } else {
            new TensorPrinter(t.detach()).append(out, 0, 0);
        }
        boolean usual = t.dtype() == DType.FLOAT32 || t.numel() > 0 && (t.dtype() == DType.INT64 || t.dtype() == DType.BOOL);
        if (!usual) {
            suffixes.add("dtype=torch." + t.dtype());
        }
        if (t.requiresGrad()) {
            suffixes.add(t.isLeaf() ? "requires_grad=True" : "grad_fn=<" + t.gradNode().name() + ">");
        }
        int line = out.length() - out.lastIndexOf("\n") + 1; // as PyTorch counts
        for (String suffix : suffixes) {
            if (line + suffix.length() + 2 > LINE) {
                out.append(",\n").append(" ".repeat(PREFIX.length())).append(suffix);
                line = PREFIX.length() + suffix.length();
            } else {
                out.append(", ").append(suffix);
                line += suffix.length() + 2;
            }
        }
        return out.append(')').toString();
    }

    private String element(int i) {
        if (numbers == null) {
            return t.dtype() == DType.BOOL ? integers[i] != 0 ? "True" : "False" : Long.toString(integers[i]);
        }
        double v = numbers[i];
        if (!Double.isFinite(v)) {
            return Double.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
        }
        String sign = v < 0 || 1 / v < 0 ? "-" : "";
        BigDecimal exact = new BigDecimal(Math.abs(v)); // all digits: String.format would round twice
        return sign + switch (form) {
            case WHOLE -> exact.toBigInteger() + ".";
            case FIXED -> exact.setScale(DECIMALS, RoundingMode.HALF_EVEN).toPlainString();
            case SCIENTIFIC -> scientific(exact);
        };
    }

    private static String scientific(BigDecimal v) {
        BigDecimal rounded = v.round(new MathContext(DECIMALS + 1, RoundingMode.HALF_EVEN));
        int exponent = v.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String digits = rounded.movePointLeft(exponent).setScale(DECIMALS, RoundingMode.UNNECESSARY).toPlainString();
        int size = Math.abs(exponent);
        return digits + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }

    /** Appends what begins at one position of the dimensions before {@code dim}; {@code position} counts elements that are shown. */
    private void append(StringBuilder out, int dim, int position) {
        if (dim == t.dim()) {
            String text = element(position);
            out.append(" ".repeat(Math.max(0, width - text.length()))).append(text);
            return;
        }
        int size = shown.size(dim);
        boolean shortened = size < t.size(dim);
        int step = shown.shape().contiguousStrides()[dim];
        int indent = PREFIX.length() + dim;
        boolean last = dim == t.dim() - 1;
        int perLine = Math.max(1, (LINE - indent) / (width + 2));
        int column = 0;
        out.append('[');
        for (int i = 0; i < size; i++) {
            if (i > 0) {
                separate(out, dim, indent, last && column % perLine != 0);
            }
            if (shortened && i == EDGE) {
                out.append(last ? " ..." : "...");
                column++;
                separate(out, dim, indent, last && column % perLine != 0);
            }
            append(out, dim + 1, position + i * step);
            column++;
        }
        out.append(']');
    }

    private void separate(StringBuilder out, int dim, int indent, boolean sameLine) {
        if (sameLine) {
            out.append(", ");
        } else {
            out.append(',').append("\n".repeat(Math.max(1, t.dim() - dim - 1))).append(" ".repeat(indent + 1));
        }
    }
}
