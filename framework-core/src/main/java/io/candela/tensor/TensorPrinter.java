package io.candela.tensor;

import java.util.Locale;

/** PyTorch's printed form: four decimals, or none if all numbers are whole; scientific where numbers are very large or small. */
final class TensorPrinter {
    private static final int SUMMARIZE_ABOVE = 1000;
    private static final int EDGE = 3;
    private static final int LINE = 80;

    private final Tensor t;
    private final double[] values;
    private final long[] integers;
    private final String format; // of floating point
    private final int width;
    private final boolean summarize;

    private TensorPrinter(Tensor t) {
        this.t = t;
        this.summarize = t.numel() > SUMMARIZE_ABOVE;
        this.values = t.dtype().isFloating() ? t.toDoubleArray() : null;
        this.integers = values == null ? t.toLongArray() : null;
        boolean whole = true;
        double largest = 0;
        double smallest = Double.POSITIVE_INFINITY;
        if (values != null) {
            for (double v : values) {
                if (!Double.isFinite(v)) {
                    continue;
                }
                whole &= v == Math.rint(v);
                double a = Math.abs(v);
                largest = Math.max(largest, a);
                if (a > 0) {
                    smallest = Math.min(smallest, a);
                }
            }
        }
        boolean scientific = largest > 0 && (largest / smallest > 1000 || largest > 1e8 || smallest < 1e-4) && !(whole && largest < 1e8);
        this.format = scientific ? "%.4e" : whole ? "%.0f." : "%.4f";
        int w = 0;
        for (int i = 0; i < t.numel(); i++) {
            w = Math.max(w, element(i).length());
        }
        this.width = w;
    }

    static String print(Tensor t) {
        Tensor plain = t.detach();
        StringBuilder out = new StringBuilder("tensor(");
        if (t.numel() == 0) {
            out.append("[]");
            if (t.dim() != 1) {
                out.append(", size=").append(t.shape());
            }
        } else {
            new TensorPrinter(plain).append(out, 0, 0);
        }
        if (t.device().type() != Device.Type.CPU) {
            out.append(", device='").append(t.device()).append('\'');
        }
        boolean shown = t.dtype() == DType.FLOAT32 || t.numel() > 0 && (t.dtype() == DType.INT64 || t.dtype() == DType.BOOL);
        if (!shown) {
            out.append(", dtype=torch.").append(t.dtype());
        }
        if (t.requiresGrad() && t.isLeaf()) {
            out.append(", requires_grad=True");
        } else if (t.requiresGrad()) {
            out.append(", grad_fn=<").append(t.gradNode().name()).append('>');
        }
        return out.append(')').toString();
    }

    private String element(int i) {
        if (t.dtype() == DType.BOOL) {
            return integers[i] != 0 ? "True" : "False";
        }
        if (values == null) {
            return Long.toString(integers[i]);
        }
        double v = values[i];
        return Double.isNaN(v) ? "nan" : Double.isInfinite(v) ? v > 0 ? "inf" : "-inf" : String.format(Locale.ROOT, format, v);
    }

    private void append(StringBuilder out, int dim, int position) {
        if (dim == t.dim()) {
            String text = element(position);
            out.append(t.dim() == 0 ? text : " ".repeat(width - text.length()) + text);
            return;
        }
        int size = t.size(dim);
        int step = 1;
        for (int d = dim + 1; d < t.dim(); d++) {
            step *= t.size(d);
        }
        boolean last = dim == t.dim() - 1;
        String indent = " ".repeat("tensor(".length() + dim + 1);
        int perLine = Math.max(1, (LINE - indent.length()) / (width + 2));
        out.append('[');
        int shown = 0;
        for (int i = 0; i < size; i++) {
            if (i > 0) {
                out.append(',').append(last ? shown % perLine == 0 ? "\n" + indent : " " : "\n".repeat(t.dim() - dim - 1) + indent);
            }
            if (summarize && size > 2 * EDGE && i == EDGE) {
                out.append("...");
                i = size - EDGE - 1;
            } else {
                append(out, dim + 1, position + i * step);
            }
            shown++;
        }
        out.append(']');
    }
}
