package io.candela.backend.cuda;

import io.candela.backend.PoolKernels;
import io.candela.backend.PoolRegions;
import io.candela.backend.Taps;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Pooling and resampling, a thread per element of the result. Sums are always made in one order. */
final class CudaPool implements PoolKernels {
    private final CudaDevice device;
    private final DeviceTables tables;

    CudaPool(CudaDevice device) {
        this.device = device;
        this.tables = new DeviceTables(device);
    }

    @Override
    public boolean takesHalves() {
        return true;
    }

    private Launch kernel(String name, Tensor like) {
        return Launch.of(device.kernels.get("pool.cu", name + like.dtype().torchName()));
    }

    /** Where windows lie, and how: the structs and the table of {@code pool.cu}. */
    private final class Windows {
        private final PoolRegions r;
        private final int inner;
        private final int blocks; // of a sample
        private final Tensor table;
        private final int[] words;

        /** @param t any operand: all lie in one order */
        Windows(Tensor t, PoolRegions regions) {
            r = regions;
            int channels = t.size(t.dim() - 1 - r.spatial());
            boolean last = !t.isContiguous();
            inner = last ? channels : 1;
            blocks = last ? 1 : channels;
            int[] starts = new int[15];
            int size = 0;
            for (int part = 0; part < 5; part++) {
                for (int d = 0; d < 3; d++) {
                    starts[part * 3 + d] = size;
                    size += part < 3 ? r.out()[d] : r.in()[d];
                }
            }
            int[] numbers = new int[size];
            for (int d = 0; d < 3; d++) {
                System.arraycopy(r.start()[d], 0, numbers, starts[d], r.out()[d]);
                System.arraycopy(r.end()[d], 0, numbers, starts[3 + d], r.out()[d]);
                System.arraycopy(r.counted()[d], 0, numbers, starts[6 + d], r.out()[d]);
                cover(d, numbers, starts[9 + d], starts[12 + d]);
            }
            table = tables.of(numbers);
            int[] head = {r.in()[0], r.in()[1], r.in()[2], r.out()[0], r.out()[1], r.out()[2], r.step()[0], r.step()[1], r.step()[2], inner, blocks};
            words = Arrays.copyOf(head, head.length + starts.length);
            System.arraycopy(starts, 0, words, head.length, starts.length);
        }

        /** For each position, the first window that covers it, and one behind the last. */
        private void cover(int d, int[] numbers, int first, int behind) {
            for (int o = r.out()[d] - 1; o >= 0; o--) {
                for (int i = r.start()[d][o]; i < r.end()[d][o]; i++) {
                    numbers[first + i] = o;
                    numbers[behind + i] = Math.max(numbers[behind + i], o + 1);
                }
            }
        }

        /** Adds Regions and the Box of tensors of these sizes. */
        Launch addTo(Launch launch, int[] sizes) {
            return Divisor.addTo(launch.ints(words), new int[0], Math.max(1, inner), Math.max(1, sizes[2]), Math.max(1, sizes[1]),
                    Math.max(1, sizes[0]));
        }
    }

    @Override
    public void max(Tensor x, PoolRegions regions, Tensor out, Tensor places) {
        int n = out.numel();
        if (n > 0) {
            Windows w = new Windows(x, regions);
            w.addTo(kernel("maximum_", x).tensor(x).tensor(w.table), regions.out()).tensor(out).tensor(places).number(n).over(n);
        }
    }

    @Override
    public void spread(Tensor g, Tensor places, PoolRegions regions, Tensor out) {
        int n = out.numel();
        if (n > 0) {
            Windows w = new Windows(out, regions);
            w.addTo(kernel("spread_", g).tensor(g).tensor(places).tensor(w.table), regions.in()).tensor(out).number(n).over(n);
        }
    }

    @Override
    public void pick(Tensor x, Tensor places, PoolRegions regions, Tensor out) {
        int n = out.numel();
        if (n > 0) {
            int samples = x.dim() > regions.spatial() + 1 ? x.size(0) : 1;
            Divisor.addTo(kernel("pick_", x).tensor(x).tensor(places).number(x.numel() / samples), new int[0], n / samples).tensor(out).number(n)
                    .over(n);
        }
    }

    @Override
    public void average(Tensor x, PoolRegions regions, int divisor, Tensor out) {
        int n = out.numel();
        if (n > 0) {
            Windows w = new Windows(x, regions);
            w.addTo(kernel("average_", x).tensor(x).tensor(w.table), regions.out()).number(divisor).tensor(out).number(n).over(n);
        }
    }

    @Override
    public void averageGrad(Tensor g, PoolRegions regions, int divisor, Tensor out) {
        int n = out.numel();
        if (n > 0) {
            Windows w = new Windows(out, regions);
            w.addTo(kernel("average_grad_", g).tensor(g).tensor(w.table), regions.in()).number(divisor).tensor(out).number(n).over(n);
        }
    }

    @Override
    public void resample(Tensor x, int dim, Taps taps, Tensor out) {
        int n = out.numel();
        if (n == 0) {
            return;
        }
        int inner = x.isContiguous() ? 1 : x.size(1); // channels-last
        for (int d = dim + 1; d < x.dim(); d++) {
            inner *= x.size(d);
        }
        int count = taps.start()[taps.out()];
        int[] numbers = Arrays.copyOf(taps.start(), taps.start().length + count);
        System.arraycopy(taps.index(), 0, numbers, taps.start().length, count);
        Tensor table = tables.of(numbers);
        Tensor weights = tables.of(Arrays.copyOf(taps.weight(), count));
        Launch l = kernel("resample_", x).tensor(x).tensor(table).tensor(weights).number(taps.in());
        Divisor.addTo(Divisor.addTo(l, new int[0], inner), new int[0], taps.out()).tensor(out).number(n).over(n);
    }
}
