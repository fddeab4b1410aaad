package io.candela.ops;

import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Einstein's sums, in PyTorch's notation: {@code "bij,bjk->bik"}, repeated letters for diagonals, {@code ...} for further dimensions. */
public final class Einsum {
    /** Letters: A–Z, a–z, then the dimensions that {@code ...} stands for, counted from the last. */
    private static final int LETTERS = 52;

    private final String equation;
    private final Tensor[] operands;
    private final int[][] labels;
    private int[] output = {};
    private int dots; // dimensions behind ... in the longest operand
    private int[] sizes = {}; // of each label; −1 while unknown

    private Einsum(String equation, Tensor... operands) {
        this.equation = equation;
        this.operands = operands.clone();
        this.labels = new int[operands.length][];
    }

    /** The sum that the equation describes. */
    public static Tensor apply(String equation, Tensor... operands) {
        return new Einsum(equation.replace(" ", ""), operands).run();
    }

    private ShapeException bad(String what, Object... values) {
        return new ShapeException("einsum: " + what.formatted(values) + " in \"%s\"", equation);
    }

    private Tensor run() {
        int arrow = equation.indexOf("->");
        String[] inputs = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
        if (operands.length == 0 || inputs.length != operands.length) {
            throw bad("%d operands are described, %d given", inputs.length, operands.length);
        }
        int[] hidden = new int[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            int letters = inputs[i].replace("...", "").length();
            boolean ellipsis = inputs[i].contains("...");
            hidden[i] = operands[i].dim() - letters;
            if (hidden[i] < 0 || hidden[i] > 0 && !ellipsis) {
                throw bad("operand %d has %d labels, its shape is %s", i, letters, operands[i].shape());
            }
            dots = Math.max(dots, hidden[i]);
        }
        sizes = new int[LETTERS + dots];
        Arrays.fill(sizes, -1);
        int[] seen = new int[LETTERS + dots];
        for (int i = 0; i < inputs.length; i++) {
            labels[i] = parse(inputs[i], hidden[i]);
            for (int d = 0; d < labels[i].length; d++) {
                int label = labels[i][d];
                int size = operands[i].size(d);
                if (sizes[label] > 1 && size != 1 && size != sizes[label]) {
                    throw bad("label %s has size %d in operand %d, but %d before", name(label), size, i, sizes[label]);
                }
                sizes[label] = sizes[label] < 0 || sizes[label] == 1 ? size : sizes[label];
                seen[label]++;
            }
        }
        output = arrow >= 0 ? parse(equation.substring(arrow + 2), dots) : implicit(seen);
        boolean[] out = new boolean[sizes.length];
        for (int label : output) {
            if (out[label]) {
                throw bad("label %s stands twice in the result", name(label));
            }
            if (seen[label] == 0) {
                throw bad("label %s of the result stands in no operand", name(label));
            }
            out[label] = true;
        }
        for (int i = 0; i < operands.length; i++) {
            takeDiagonals(i);
        }
        return contract();
    }

    private String name(int label) {
        return label < 26 ? "" + (char) ('A' + label) : label < LETTERS ? "" + (char) ('a' + label - 26) : "...";
    }

    private int[] parse(String part, int hidden) {
        int[] out = new int[part.length() + hidden];
        int n = 0;
        boolean ellipsis = false;
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c == '.') {
                if (ellipsis || !part.startsWith("...", i)) {
                    throw bad("dots stand only as one ...");
                }
                ellipsis = true;
                for (int k = 0; k < hidden; k++) {
                    out[n++] = LETTERS + hidden - 1 - k;
                }
                i += 2;
            } else if (c >= 'A' && c <= 'Z') {
                out[n++] = c - 'A';
            } else if (c >= 'a' && c <= 'z') {
                out[n++] = c - 'a' + 26;
            } else {
                throw bad("labels are letters, got '%s'", c);
            }
        }
        return Arrays.copyOf(out, n);
    }

    /** Without an arrow: the dimensions of ..., then all letters that stand once, in the alphabet's order. */
    private int[] implicit(int... seen) {
        int[] out = new int[sizes.length];
        int n = 0;
        for (int k = dots - 1; k >= 0; k--) {
            out[n++] = LETTERS + k;
        }
        for (int label = 0; label < LETTERS; label++) {
            if (seen[label] == 1) {
                out[n++] = label;
            }
        }
        return Arrays.copyOf(out, n);
    }

    private void takeDiagonals(int i) {
        Tensor x = operands[i];
        int[] l = labels[i];
        for (int b = 1; b < l.length; b++) {
            for (int a = 0; a < b; a++) {
                if (l[a] == l[b]) {
                    if (x.size(a) != x.size(b)) {
                        throw bad("label %s has sizes %d and %d in operand %d", name(l[a]), x.size(a), x.size(b), i);
                    }
                    int label = l[a];
                    x = x.diagonal(0, a, b);
                    int[] rest = new int[l.length - 1];
                    int n = 0;
                    for (int d = 0; d < l.length; d++) {
                        if (d != a && d != b) {
                            rest[n++] = l[d];
                        }
                    }
                    rest[n] = label;
                    l = rest;
                    b = 0;
                    break;
                }
            }
        }
        operands[i] = x;
        labels[i] = l;
    }

    private Tensor contract() {
        Tensor x = operands[0];
        int[] l = labels[0];
        for (int i = 1; i < operands.length; i++) {
            boolean[] needed = neededAfter(i);
            int[] next = new int[sizes.length];
            x = pair(x, l, operands[i], labels[i], needed, next);
            l = Arrays.copyOf(next, x.dim());
        }
        boolean[] needed = neededAfter(operands.length - 1);
        Tensor y = sumOthers(x, l, needed);
        int[] rest = Arrays.stream(l).filter(label -> needed[label]).toArray();
        int[] order = new int[output.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = indexOf(rest, output[i]);
        }
        return y.permute(order).contiguous();
    }

    /** The labels of the result and of the operands behind number {@code i}. */
    private boolean[] neededAfter(int i) {
        boolean[] needed = new boolean[sizes.length];
        for (int label : output) {
            needed[label] = true;
        }
        for (int j = i + 1; j < operands.length; j++) {
            for (int label : labels[j]) {
                needed[label] = true;
            }
        }
        return needed;
    }

    private static int indexOf(int[] all, int label) {
        for (int i = 0; i < all.length; i++) {
            if (all[i] == label) {
                return i;
            }
        }
        return -1;
    }

    /** Sums dimensions whose labels nobody needs. */
    private static Tensor sumOthers(Tensor x, int[] l, boolean... needed) {
        int[] dims = new int[l.length];
        int n = 0;
        for (int d = 0; d < l.length; d++) {
            if (!needed[l[d]]) {
                dims[n++] = d;
            }
        }
        if (n == 0) {
            return x;
        }
        return x.sum(Arrays.copyOf(dims, n));
    }

    /** The product of two operands with those labels summed that nobody else needs; the result's labels go to {@code next}. */
    private Tensor pair(Tensor a, int[] la, Tensor b, int[] lb, boolean[] needed, int... next) {
        boolean[] inA = new boolean[sizes.length];
        boolean[] inB = new boolean[sizes.length];
        for (int label : la) {
            inA[label] = true;
        }
        for (int label : lb) {
            inB[label] = true;
        }
        boolean[] keepA = new boolean[sizes.length];
        boolean[] keepB = new boolean[sizes.length];
        for (int k = 0; k < sizes.length; k++) {
            keepA[k] = inA[k] && (inB[k] || needed[k]);
            keepB[k] = inB[k] && (inA[k] || needed[k]);
        }
        Tensor x = sumOthers(a, la, keepA).to(a.dtype());
        Tensor y = sumOthers(b, lb, keepB).to(b.dtype());
        int[] lx = Arrays.stream(la).filter(label -> keepA[label]).toArray();
        int[] ly = Arrays.stream(lb).filter(label -> keepB[label]).toArray();
        int[] batch = filter(lx, label -> inB[label] && needed[label]);
        int[] summed = filter(lx, label -> inB[label] && !needed[label]);
        int[] left = filter(lx, label -> !inB[label]);
        int[] right = filter(ly, label -> !inA[label]);
        x = stretched(x, lx).permute(order(lx, batch, left, summed));
        y = stretched(y, ly).permute(order(ly, batch, summed, right));
        int p = product(batch);
        int m = product(left);
        int k = product(summed);
        int n = product(right);
        Tensor z;
        if (summed.length == 0) {
            z = x.reshape(p, m, 1).mul(y.reshape(p, 1, n));
        } else {
            z = p == 1 ? x.reshape(m, k).matmul(y.reshape(k, n)) : x.reshape(p, m, k).matmul(y.reshape(p, k, n));
        }
        int[] all = concat(batch, left, right);
        System.arraycopy(all, 0, next, 0, all.length);
        int[] shape = new int[all.length];
        Arrays.setAll(shape, i -> sizes[all[i]]);
        return z.reshape(shape);
    }

    /** Sizes of 1 that stand for a label of another size, repeated. */
    private Tensor stretched(Tensor x, int... l) {
        int[] shape = new int[l.length];
        Arrays.setAll(shape, d -> sizes[l[d]]);
        return Shape.of(shape).equals(x.shape()) ? x : x.expand(shape);
    }

    private static int[] filter(int[] l, java.util.function.IntPredicate keep) {
        return Arrays.stream(l).filter(keep).toArray();
    }

    private static int[] concat(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    private static int[] order(int[] l, int[]... parts) {
        return Arrays.stream(concat(parts)).map(label -> indexOf(l, label)).toArray();
    }

    private int product(int... l) {
        int n = 1;
        for (int label : l) {
            n = Math.multiplyExact(n, sizes[label]);
        }
        return n;
    }
}
