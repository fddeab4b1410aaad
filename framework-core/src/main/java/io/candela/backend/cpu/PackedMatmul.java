package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;

/**
 * The right side of many products with few rows on the left, all of them dense. {@link MatmulDnn} has oneDNN reorder a matrix at each product,
 * which takes over a quarter of the time of 16 rows; here it is reordered once. Any thread may multiply with it.
 */
final class PackedMatmul {
    private final int k;
    private final int n;
    private final int row; // strides of the matrix as it is
    private final int column;
    private final long plain;
    private final DnnLayout layout;
    private final HostPool.Lease lease;

    /** Everything a product's primitive depends on. */
    private record Key(int m, int k, int n, boolean bias, boolean accumulate) {}

    private record PackKey(int row, int column, DnnLayout layout) {}

    /** A product's primitive, and the order in which it wants the matrix. */
    private static final class Product extends Dnn.Primitive {
        final DnnLayout layout;

        Product(matmul primitive, memory.desc weights, int[] ids, memory.desc... descs) {
            super("matmul", primitive, ids, descs);
            layout = DnnLayout.of(weights);
        }
    }

    /**
     * Reorders a matrix of {@code k} rows and {@code n} columns.
     *
     * @param m          rows that most products will have
     * @param b          the matrix' address; it stays as it is until {@link #end}
     * @param row        elements between its rows
     * @param column     elements between its columns
     * @param bias       whether the products will have one
     * @param accumulate whether they will be added to something
     */
    PackedMatmul(int m, int k, int n, long b, int row, int column, boolean bias, boolean accumulate) {
        this.k = k;
        this.n = n;
        this.row = row;
        this.column = column;
        this.plain = b;
        Dnn dnn = HostThread.current().dnn();
        layout = product(dnn, new Key(m, k, n, bias, accumulate)).layout;
        lease = HostPool.INSTANCE.lease(layout.bytes);
        Dnn.Primitive pack = dnn.primitive(new PackKey(row, column, layout), () -> {
            memory.desc from = matrix(k, n, row, column);
            var description = new reorder.primitive_desc(Dnn.engine(), from, Dnn.engine(), layout.desc);
            return new Dnn.Primitive("reorder", new reorder(description), new int[] {DNNL_ARG_FROM, DNNL_ARG_TO}, from, layout.desc);
        });
        dnn.run(pack, b, lease.block.address());
    }

    /**
     * {@code c = a b (+ bias)}, on this thread alone.
     *
     * @param bias       address of {@code n} floats, or 0 for none
     * @param accumulate whether the product is added to what is in {@code c}
     */
    void run(int m, long a, long bias, long c, boolean accumulate) {
        Dnn dnn = HostThread.current().dnn();
        Product p = product(dnn, new Key(m, k, n, bias != 0, accumulate));
        if (p.layout != layout) { // other numbers of rows may want another order
            MatmulDnn.run(m, k, n, a, k, 1, plain, row, column, bias, c, n, accumulate);
        } else if (bias == 0) {
            dnn.run(p, a, lease.block.address(), c);
        } else {
            dnn.run(p, a, lease.block.address(), c, bias);
        }
    }

    /** Gives the reordered matrix' memory back; no product may come after. */
    void end() {
        lease.end();
    }

    private static Product product(Dnn dnn, Key key) {
        return (Product) dnn.primitive(key, () -> build(key));
    }

    private static Product build(Key k) {
        memory.desc a = matrix(k.m, k.k, k.k, 1);
        memory.desc b = new memory.desc(new long[] {k.k, k.n}, memory.data_type.f32, memory.format_tag.any);
        memory.desc c = matrix(k.m, k.n, k.n, 1);
        primitive_attr attributes = new primitive_attr();
        if (k.accumulate) {
            post_ops sum = new post_ops();
            sum.append_sum();
            attributes.set_post_ops(sum);
        }
        if (!k.bias) {
            var description = new matmul.primitive_desc(Dnn.engine(), a, b, c, attributes, false);
            memory.desc chosen = description.weights_desc();
            return new Product(new matmul(description), chosen, new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}, a, chosen, c);
        }
        memory.desc bias = matrix(1, k.n, k.n, 1);
        var description = new matmul.primitive_desc(Dnn.engine(), a, b, bias, c, attributes, false);
        memory.desc chosen = description.weights_desc();
        return new Product(new matmul(description), chosen, new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS}, a, chosen, c,
                bias);
    }

    private static memory.desc matrix(int rows, int columns, int rowStride, int columnStride) {
        return new memory.desc(new long[] {rows, columns}, memory.data_type.f32, new long[] {rowStride, columnStride});
    }
}
