package io.candela.backend.cpu;

import io.candela.backend.PoolKernels;
import io.candela.backend.PoolRegions;
import io.candela.backend.Taps;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Pooling: averages of equal windows of float32 by oneDNN, other uniform windows of float32 in boxes, everything else window by window. */
final class PoolCpu implements PoolKernels {
    private static final int LARGEST_AVERAGE = 12; // sum of the kernel's sizes up to which long loops over whole boxes pay
    private static final int WHOLE = 64 << 10; // elements of the largest block that is done at once
    private static final int PART = 16 << 10; // elements of a part of several blocks, or of a larger one

    @Override
    public void max(Tensor x, PoolRegions regions, Tensor out, Tensor places) {
        if (out.numel() == 0) {
            return;
        }
        PoolShape shape = PoolShape.of(x, regions);
        if (!PoolDnn.fits(x.dtype(), regions)) {
            MaxPoolExact.run(x, shape, out, places);
            return;
        }
        Tensor numbers = places == null || places.dtype() == DType.UINT8 ? places
                : Tensor.empty(places.shape(), DType.UINT8, places.device(), places.memoryFormat());
        PoolDnn.max(x, shape, out, numbers);
        if (numbers != places) {
            PoolDnn.distances(numbers, shape, places);
        }
    }

    @Override
    public DType placesType(DType dtype, PoolRegions regions) {
        return PoolDnn.fits(dtype, regions) ? DType.UINT8 : DType.INT32;
    }

    /** Places as distances. */
    private static Tensor distances(Tensor places, PoolShape shape) {
        if (places.dtype() == DType.INT32) {
            return places;
        }
        Tensor distances = Tensor.empty(places.shape(), DType.INT32, places.device(), places.memoryFormat());
        PoolDnn.distances(places, shape, distances);
        return distances;
    }

    private static boolean fitsBoxes(Tensor x, PoolRegions regions) {
        return x.dtype() == DType.FLOAT32 && regions.isUniform() && Arrays.stream(regions.kernel()).sum() <= LARGEST_AVERAGE;
    }

    @Override
    public void average(Tensor x, PoolRegions regions, int divisor, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        PoolShape shape = PoolShape.of(x, regions);
        boolean global = GlobalAverage.fits(x.dtype(), regions);
        if ((!global || shape.inner() > 1) && AveragePoolDnn.forward(x, shape, divisor, out)) {
            return;
        }
        if (global) {
            GlobalAverage.forward(x, shape, divisor, out);
        } else if (fitsBoxes(x, regions)) {
            AvgPoolFloats.forward(x, shape, divisor, out);
        } else {
            new AveragePool(x, shape, divisor, out).forward();
        }
    }

    @Override
    public void averageGrad(Tensor g, PoolRegions regions, int divisor, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        PoolShape shape = PoolShape.of(out, regions);
        if (GlobalAverage.fits(g.dtype(), regions)) {
            GlobalAverage.backward(g, shape, divisor, out);
            return;
        }
        boolean done = AveragePoolDnn.backward(g, shape, divisor, out) || fitsBoxes(g, regions) && AvgPoolFloats.backward(g, shape, divisor, out);
        if (!done) {
            new AveragePool(g, shape, divisor, out).backward();
        }
    }

    @Override
    public void spread(Tensor g, Tensor places, PoolRegions regions, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        PoolShape shape = PoolShape.of(out, regions);
        if (places.dtype() == DType.UINT8 && PoolDnn.isFastBackward(shape)) {
            PoolDnn.backward(g, places, shape, out);
            return;
        }
        Tensor distances = distances(places, shape);
        if (g.dtype() == DType.FLOAT32 && shape.block() <= WHOLE) {
            spreadWhole(g, distances, shape, out);
        } else {
            spreadRows(g, distances, shape, out);
        }
        if (distances != places) {
            distances.release();
        }
    }

    private static void spreadWhole(Tensor g, Tensor places, PoolShape shape, Tensor out) {
        HostStorage from = HostStorage.of(g);
        HostStorage at = HostStorage.of(places);
        HostStorage to = HostStorage.of(out);
        int fromStart = (from.start >> 2) + g.offset();
        int atStart = (at.start >> 2) + places.offset();
        int toStart = (to.start >> 2) + out.offset();
        int block = shape.block();
        int outBlock = shape.outBlock();
        int together = Math.max(1, PART / block);
        Workers.run((shape.outer() + together - 1) / together, chunk -> {
            HostThread thread = HostThread.current();
            int first = chunk * together;
            int n = Math.min(together, shape.outer() - first);
            float[] sums = thread.scratch(0, together * block);
            float[] gradient = thread.scratch(1, together * outBlock);
            int[] place = thread.scratchInts(together * outBlock);
            Arrays.fill(sums, 0, n * block, 0);
            from.block.floats.get(fromStart + first * outBlock, gradient, 0, n * outBlock);
            at.block.ints.get(atStart + first * outBlock, place, 0, n * outBlock);
            for (int b = 0; b < n; b++) {
                int shift = b * block - shape.startInSample(first + b);
                add(gradient, place, b * outBlock, (b + 1) * outBlock, shift, sums);
            }
            to.block.floats.put(toStart + first * block, sums, 0, n * block);
        });
    }

    private static void add(float[] gradient, int[] place, int from, int end, int shift, float[] sums) {
        for (int i = from; i < end; i++) {
            sums[shift + place[i]] += gradient[i];
        }
    }

    /** Adds what falls into the part of {@code n} elements that starts at {@code shift}. */
    private static void addInside(float[] gradient, int[] place, int count, int shift, float[] sums, int n) {
        for (int i = 0; i < count; i++) {
            int p = place[i] - shift;
            if (p >= 0 && p < n) {
                sums[p] += gradient[i];
            }
        }
    }

    /** Rows of the result from the rows of the gradient whose windows reach them. */
    private static void spreadRows(Tensor g, Tensor places, PoolShape shape, Tensor out) {
        PoolRegions r = shape.regions();
        HostStorage from = HostStorage.of(g);
        HostStorage at = HostStorage.of(places);
        HostStorage to = HostStorage.of(out);
        int bytes = g.dtype().bytes();
        int fromStart = from.start / bytes + g.offset();
        int atStart = (at.start >> 2) + places.offset();
        int toStart = to.start / bytes + out.offset();
        int together = Math.max(1, Math.min(r.in()[1], PART / shape.row())); // rows
        int parts = (r.in()[1] + together - 1) / together;
        Workers.run(shape.outer() * r.in()[0] * parts, chunk -> {
            int block = chunk / parts / r.in()[0];
            int id = chunk / parts % r.in()[0];
            int firstRow = chunk % parts * together;
            int endRow = Math.min(r.in()[1], firstRow + together);
            int start = (id * r.in()[1] + firstRow) * shape.row(); // in the block
            int n = (endRow - firstRow) * shape.row();
            HostThread thread = HostThread.current();
            int[] place = thread.scratchInts(shape.outRow());
            float[] sums = bytes == 4 ? thread.scratch(0, n) : null;
            float[] gradient = bytes == 4 ? thread.scratch(1, shape.outRow()) : null;
            double[] wideSums = bytes == 4 ? null : new double[n];
            double[] wideGradient = bytes == 4 ? null : new double[shape.outRow()];
            if (bytes == 4) {
                Arrays.fill(sums, 0, n, 0);
            }
            for (int od = 0; od < r.out()[0]; od++) {
                for (int oh = 0; oh < r.out()[1]; oh++) {
                    if (id < r.start()[0][od] || id >= r.end()[0][od] || r.end()[1][oh] <= firstRow || r.start()[1][oh] >= endRow) {
                        continue;
                    }
                    int row = block * shape.outBlock() + (od * r.out()[1] + oh) * shape.outRow();
                    at.block.ints.get(atStart + row, place, 0, shape.outRow());
                    int shift = shape.startInSample(block) + start;
                    if (bytes == 4) {
                        from.block.floats.get(fromStart + row, gradient, 0, shape.outRow());
                        addInside(gradient, place, shape.outRow(), shift, sums, n);
                    } else {
                        from.block.doubles.get(fromStart + row, wideGradient, 0, shape.outRow());
                        for (int i = 0; i < shape.outRow(); i++) {
                            int p = place[i] - shift;
                            if (p >= 0 && p < n) {
                                wideSums[p] += wideGradient[i];
                            }
                        }
                    }
                }
            }
            if (bytes == 4) {
                to.block.floats.put(toStart + block * shape.block() + start, sums, 0, n);
            } else {
                to.block.doubles.put(toStart + block * shape.block() + start, wideSums, 0, n);
            }
        });
    }

    @Override
    public void pick(Tensor x, Tensor places, PoolRegions regions, Tensor out) {
        int n = out.numel();
        if (n == 0) {
            return;
        }
        int samples = x.dim() > regions.spatial() + 1 ? x.size(0) : 1;
        boolean wide = x.dtype() == DType.FLOAT64;
        Tensor distances = distances(places, PoolShape.of(x, regions));
        HostStorage from = HostStorage.of(x);
        HostStorage at = HostStorage.of(distances);
        HostStorage to = HostStorage.of(out);
        int fromStart = from.start / x.dtype().bytes() + x.offset();
        int atStart = (at.start >> 2) + distances.offset();
        int toStart = to.start / x.dtype().bytes() + out.offset();
        int sample = x.numel() / samples;
        int outSample = n / samples;
        BlockLoops.forRange(n, (thread, first, end) -> {
            for (int i = first; i < end; i++) {
                int p = fromStart + i / outSample * sample + at.block.ints.get(atStart + i);
                if (wide) {
                    to.block.doubles.put(toStart + i, from.block.doubles.get(p));
                } else {
                    to.block.floats.put(toStart + i, from.block.floats.get(p));
                }
            }
        });
    }

    @Override
    public void resample(Tensor x, int dim, Taps taps, Tensor out) {
        ResampleCpu.run(x, dim, taps, out);
    }
}
