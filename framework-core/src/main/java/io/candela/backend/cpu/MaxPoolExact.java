package io.candela.backend.cpu;

import io.candela.backend.PoolRegions;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** Largest elements window by window, for any windows, any floating point type, and NaN. */
final class MaxPoolExact {
    private final PoolShape shape;
    private final HostStorage source;
    private final HostStorage target;
    private final HostStorage placed; // null when nobody asks for places
    private final boolean wide;
    private final int sourceStart;
    private final int targetStart;
    private final int placedStart;

    private MaxPoolExact(Tensor x, PoolShape shape, Tensor out, Tensor places) {
        this.shape = shape;
        wide = x.dtype() == DType.FLOAT64;
        source = HostStorage.of(x);
        sourceStart = source.start / x.dtype().bytes() + x.offset();
        target = HostStorage.of(out);
        targetStart = target.start / x.dtype().bytes() + out.offset();
        placed = places == null ? null : HostStorage.of(places);
        placedStart = places == null ? 0 : (placed.start >> 2) + places.offset();
    }

    static void run(Tensor x, PoolShape shape, Tensor out, Tensor places) {
        MaxPoolExact pool = new MaxPoolExact(x, shape, out, places);
        int depths = shape.regions().out()[0];
        Workers.run(shape.outer() * depths, i -> {
            for (int oh = 0; oh < shape.regions().out()[1]; oh++) {
                pool.row(i / depths, i % depths, oh);
            }
        });
    }

    /** Does one of another kernel's boxes. */
    static void run(Tensor x, PoolShape shape, Tensor out, Tensor places, PoolBoxes boxes, int index) {
        MaxPoolExact pool = new MaxPoolExact(x, shape, out, places);
        for (int b = 0; b < boxes.blocks(index); b++) {
            for (int z = 0; z < boxes.depths(); z++) {
                for (int y = 0; y < boxes.rows(index); y++) {
                    pool.row(boxes.firstBlock(index) + b, boxes.firstDepth(index) + z, boxes.firstRow(index) + y);
                }
            }
        }
    }

    private void row(int block, int od, int oh) {
        PoolRegions r = shape.regions();
        int inner = shape.inner();
        int from = sourceStart + block * shape.block();
        int at = block * shape.outBlock() + (od * r.out()[1] + oh) * shape.outRow();
        for (int ow = 0; ow < r.out()[2]; ow++) {
            for (int c = 0; c < inner; c++, at++) {
                double best = Double.NEGATIVE_INFINITY;
                int place = -1;
                for (int d = r.start()[0][od]; d < r.end()[0][od]; d += r.step()[0]) {
                    for (int h = r.start()[1][oh]; h < r.end()[1][oh]; h += r.step()[1]) {
                        int line = (d * r.in()[1] + h) * shape.row() + c;
                        for (int w = r.start()[2][ow]; w < r.end()[2][ow]; w += r.step()[2]) {
                            int p = line + w * inner;
                            double v = wide ? source.block.doubles.get(from + p) : source.block.floats.get(from + p);
                            if (v > best || place < 0 || v != v) {
                                best = v;
                                place = p;
                            }
                        }
                    }
                }
                if (wide) {
                    target.block.doubles.put(targetStart + at, best);
                } else {
                    target.block.floats.put(targetStart + at, (float) best);
                }
                if (placed != null) {
                    placed.block.ints.put(placedStart + at, shape.startInSample(block) + place);
                }
            }
        }
    }
}
