package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;

/**
 * Element by element work on float32 as one oneDNN primitive: a value is read, goes through steps in registers, and is written. Where one
 * pass cannot do, several chains follow each other over a stretch that stays in the second-level cache.
 */
final class DnnChain {
    /** Most elements per run of a single chain: the fewer runs the better, while a thread's share is cut in two at least. */
    private static final int LONGEST = 1 << 20;
    /** Elements per run where several chains pass over the same stretch. */
    private static final int PASSES = 128 << 10;
    private static final int SHORTEST = 16 << 10;
    private static final int ROUND = 1 << 10;
    private static final Set<DnnChain> UNFIT = ConcurrentHashMap.newKeySet(); // those that oneDNN has no vectors for on this machine

    /** What a chain reads. */
    enum Operand {
        /** The first tensor. */ X,
        /** The second, which may be a row or a column of a matrix. */ Y,
        /** The third. */ Z,
        /** What the chain before this one wrote. */ OUT,
        /** The first number. */ NUMBER,
        /** The second. */ SECOND,
        /** The third. */ THIRD;

        boolean isNumber() {
            return ordinal() >= NUMBER.ordinal();
        }
    }

    /** How {@link Operand#Y} lies to the others. */
    enum Form { SAME, ROW, COLUMN }

    /** Where the operands lie; unused addresses are 0. */
    record Operands(long x, long y, long z, long out, float... numbers) {
        boolean isInPlace() {
            return x == out;
        }
    }

    private record Step(int algorithm, Operand operand, float alpha, float beta) {
        boolean isBinary() {
            return operand != null;
        }
    }

    private record Key(DnnChain chain, int rows, int columns, Form form) {}

    private final Operand source;
    private final List<Step> steps;
    private final boolean bools;
    private final int hash;

    private DnnChain(Operand source, List<Step> steps, boolean bools) {
        this.source = source;
        this.steps = steps;
        this.bools = bools;
        this.hash = (source.ordinal() * 31 + steps.hashCode()) * 31 + Boolean.hashCode(bools);
    }

    /** A chain that begins with an operand's elements. */
    static DnnChain of(Operand source) {
        return new DnnChain(source, List.of(), false);
    }

    /** This chain, then a function of one number. */
    DnnChain then(int algorithm, float alpha, float beta) {
        return then(new Step(algorithm, null, alpha, beta));
    }

    /** This chain's value, then {@code value algorithm operand}. */
    DnnChain then(int algorithm, Operand operand) {
        return then(new Step(algorithm, operand, 0, 0));
    }

    private DnnChain then(Step step) {
        List<Step> more = new ArrayList<>(steps);
        more.add(step);
        return new DnnChain(source, List.copyOf(more), bools);
    }

    /** This chain, its value of 0 or 1 written as a byte. Its first step must be one of two operands. */
    DnnChain toBools() {
        return new DnnChain(source, steps, true);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof DnnChain c && hash == c.hash && source == c.source && bools == c.bools && steps.equals(c.steps);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /**
     * Does the chains one after another over {@code n} elements; false, with nothing done, if oneDNN has no vectors for one of them,
     * or a later one reads X where the result goes.
     */
    static boolean run(DnnChain[] chains, Operands at, int n) {
        int share = n / (2 * Workers.threads()) + ROUND & -ROUND;
        int length = Math.max(SHORTEST, Math.min(share, chains.length > 1 ? PASSES : LONGEST));
        return run(chains, at, Form.SAME, 1, n, 1, length);
    }

    /** As {@link #run(DnnChain[], Operands, int)}, of a row-major matrix and a row or column of it. */
    static boolean run(DnnChain[] chains, Operands at, Form form, int rows, int columns) {
        int most = Math.max(1, Math.min(LONGEST, rows * columns / (2 * Workers.threads())) / columns);
        return run(chains, at, form, rows, columns, most, columns);
    }

    private static boolean run(DnnChain[] chains, Operands at, Form form, int rows, int columns, int height, int width) {
        if (chains.length > 1 && at.isInPlace() && chains[1].reads(Operand.X)) {
            return false;
        }
        for (DnnChain chain : chains) {
            if (UNFIT.contains(chain) || !chain.isFit(new Key(chain, Math.min(rows, height), Math.min(columns, width), form))) {
                return false;
            }
        }
        int down = (rows + height - 1) / height;
        int across = (columns + width - 1) / width;
        Workers.run(down * across, i -> {
            HostThread thread = HostThread.current();
            HostBlock numbers = thread.numbers();
            numbers.floats.put(0, at.numbers);
            int row = i / across * height;
            int column = i % across * width;
            int h = Math.min(height, rows - row);
            int w = Math.min(width, columns - column);
            long shift = (long) row * columns + column;
            long[] from = {at.x + 4 * shift, at.y + 4L * (form == Form.SAME ? shift : form == Form.ROW ? 0 : row), at.z + 4 * shift,
                at.out + 4 * shift, numbers.address(), numbers.address() + Float.BYTES, numbers.address() + 2 * Float.BYTES};
            for (DnnChain chain : chains) {
                Key key = new Key(chain, h, w, form);
                Dnn dnn = thread.dnn();
                dnn.run(dnn.primitive(key, () -> chain.build(key)), chain.addresses(from, chain.bools ? at.out + shift : from[Operand.OUT.ordinal()]));
            }
        });
        return true;
    }

    /** Whether oneDNN has vectors for this chain over {@code n} elements. */
    boolean hasVectors(int n) {
        return !UNFIT.contains(this) && isFit(new Key(this, 1, n, Form.SAME));
    }

    /** Does this chain, which {@link #hasVectors}, over {@code n} elements on the calling thread. The numbers stand at {@code numbers}. */
    void run(HostThread thread, int n, long x, long y, long out, long numbers) {
        Key key = new Key(this, 1, n, Form.SAME);
        Dnn dnn = thread.dnn();
        dnn.run(dnn.primitive(key, () -> build(key)),
                addresses(new long[] {x, y, 0, out, numbers, numbers + Float.BYTES, numbers + 2 * Float.BYTES}, out));
    }

    private boolean reads(Operand operand) {
        return source == operand || steps.stream().anyMatch(step -> step.operand == operand);
    }

    private boolean isFit(Key key) {
        Dnn dnn = HostThread.current().dnn();
        Dnn.Primitive built = dnn.primitive(key, () -> build(key));
        if (built == null) {
            UNFIT.add(this);
        }
        return built != null;
    }

    private long[] addresses(long[] from, long out) {
        long[] all = new long[2 + steps.size()];
        int used = 0;
        all[used++] = from[source.ordinal()];
        if (steps.get(0).isBinary()) {
            all[used++] = from[steps.get(0).operand.ordinal()];
        }
        all[used++] = out;
        for (int i = 1; i < steps.size(); i++) {
            if (steps.get(i).isBinary()) {
                all[used++] = from[steps.get(i).operand.ordinal()];
            }
        }
        return used == all.length ? all : java.util.Arrays.copyOf(all, used);
    }

    private static memory.desc desc(Operand operand, Key k) {
        if (k.form == Form.SAME) {
            return dense(operand.isNumber() ? 1 : k.columns, memory.data_type.f32);
        }
        boolean row = operand == Operand.Y && k.form == Form.ROW;
        boolean column = operand == Operand.Y && k.form == Form.COLUMN;
        return dense(row ? 1 : k.rows, column ? 1 : k.columns, memory.data_type.f32);
    }

    /** Of one dimension: numbers are not spread as fast over two. */
    private static memory.desc dense(int size, memory.data_type type) {
        return new memory.desc(new long[] {size}, type, new long[] {1});
    }

    private static memory.desc dense(int rows, int columns, memory.data_type type) {
        return new memory.desc(new long[] {rows, columns}, type, new long[] {columns, 1});
    }

    /** Null if oneDNN would do it without vectors. */
    private Dnn.Primitive build(Key k) {
        memory.desc from = desc(source, k);
        memory.data_type type = bools ? memory.data_type.u8 : memory.data_type.f32;
        memory.desc to = k.form == Form.SAME ? dense(k.columns, type) : dense(k.rows, k.columns, type);
        Step first = steps.get(0);
        List<Integer> ids = new ArrayList<>(List.of(DNNL_ARG_SRC_0));
        List<memory.desc> descs = new ArrayList<>(List.of(from));
        if (first.isBinary()) {
            ids.add(DNNL_ARG_SRC_1);
            descs.add(desc(first.operand, k));
        }
        ids.add(DNNL_ARG_DST);
        descs.add(to);
        post_ops rest = new post_ops();
        for (int i = 1; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (step.isBinary()) {
                rest.append_binary(step.algorithm, desc(step.operand, k));
                ids.add(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * i | DNNL_ARG_SRC_1);
                descs.add(desc(step.operand, k));
            } else {
                rest.append_eltwise(step.algorithm, step.alpha, step.beta);
            }
        }
        primitive_attr attributes = new primitive_attr();
        attributes.set_post_ops(rest);
        int[] numbers = ids.stream().mapToInt(Integer::intValue).toArray();
        memory.desc[] layouts = descs.toArray(new memory.desc[0]);
        if (first.isBinary()) {
            var description = new binary.primitive_desc(Dnn.engine(), first.algorithm, from, layouts[1], to, attributes, true);
            return isPlain(description.get(true) == null ? "ref" : description.impl_info_str().getString()) ? null
                    : new Dnn.Primitive("binary", new binary(description), numbers, layouts);
        }
        var description = new eltwise_forward.primitive_desc(Dnn.engine(), dnnl_forward_inference, first.algorithm, from, to, first.alpha, first.beta,
                attributes, true);
        return isPlain(description.get(true) == null ? "ref" : description.impl_info_str().getString()) ? null
                : new Dnn.Primitive("eltwise", new eltwise_forward(description), numbers, layouts);
    }

    private static boolean isPlain(String implementation) {
        return implementation.startsWith("ref");
    }
}
