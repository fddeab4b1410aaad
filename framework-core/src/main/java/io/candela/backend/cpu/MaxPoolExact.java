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
    private final boolean numbered; // whether places are numbers in the window
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
        numbered = places != null && places.dtype() == DType.UINT8;
        placedStart = places == null ? 0 : placed.start / places.dtype().bytes() + places.offset();
    }

    /** @param places int32, or uint8 for uniform windows, or null */
    static void run(Tensor x, PoolShape shape, Tensor out, Tensor places) {
        MaxPoolExact pool = new MaxPoolExact(x, shape, out, places);
        int depths = shape.regions().out()[0];
        Workers.run(shape.outer() * depths, i -> pool.slab(i / depths, i % depths));
    }

    /** Does blocks {@code first} to {@code end} in this thread. */
    static void run(Tensor x, PoolShape shape, Tensor out, Tensor places, int first, int end) {
        MaxPoolExact pool = new MaxPoolExact(x, shape, out, places);
        for (int block = first; block < end; block++) {
            for (int od = 0; od < shape.regions().out()[0]; od++) {
                pool.slab(block, od);
            }
        }
    }

    private void slab(int block, int od) {
        for (int oh = 0; oh < shape.regions().out()[1]; oh++) {
            row(block, od, oh);
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
                    note(at, block, od, oh, ow, place - c);
                }
            }
        }
    }

    /** @param place the largest element's distance from the first one of its block and channel */
    private void note(int at, int block, int od, int oh, int ow, int place) {
        PoolRegions r = shape.regions();
        if (!numbered) {
            placed.block.ints.put(placedStart + at, shape.startInSample(block) + place + at % shape.inner());
            return;
        }
        int w = place % shape.row() / shape.inner() - (ow * r.stride()[2] - r.padding()[2]);
        int h = place / shape.row() % r.in()[1] - (oh * r.stride()[1] - r.padding()[1]);
        int d = place / shape.row() / r.in()[1] - (od * r.stride()[0] - r.padding()[0]);
        placed.block.bytes.put(placedStart + at, (byte) ((d * r.kernel()[1] + h) * r.kernel()[2] + w));
    }
}
