package io.candela.backend.cuda;

import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.backend.ConvGeometry;
import io.candela.backend.ConvKernels;
import io.candela.backend.Reduction;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Convolutions as matrix products: what the windows of some samples hold becomes the columns of a matrix, which all filters of a group meet in one
 * product. Any padding, dilation and grouping goes this way, over one to three dimensions.
 */
final class ConvProducts implements ConvKernels {
    /** Bytes of the matrix of windows from which on samples are done one after the other. */
    static final long MOST_BYTES = 256L << 20;

    private final CudaDevice device;
    private final CudaMatrix matrix;
    private final ConvKernels others;
    private final long mostBytes;

    /** @param others for windows of more elements than a tensor has */
    ConvProducts(CudaDevice device, CudaMatrix matrix, ConvKernels others, long mostBytes) {
        this.device = device;
        this.matrix = matrix;
        this.others = others;
        this.mostBytes = mostBytes;
    }

    @Override
    public MemoryFormat format(Tensor x, Tensor weight) {
        return MemoryFormat.CONTIGUOUS;
    }

    @Override
    public void forward(Tensor x, Tensor weight, Tensor bias, ConvGeometry geometry, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        Call call = new Call(x, weight, out, geometry);
        if (!call.fits()) {
            others.forward(x, weight, bias, geometry, out);
            return;
        }
        Tensor filters = call.filters(Dense.of(weight));
        Tensor added = bias == null ? null : CudaConv.perChannel(bias, out.dim());
        for (int first = 0; first < call.samples; first += call.together) {
            int n = Math.min(call.together, call.samples - first);
            Tensor product = Tensor.empty(Shape.of(call.groups, call.filters, n * call.places), out.dtype(), out.device());
            matrix.product(filters, call.windows(part(x, first, n), n), Precision.convTf32, product);
            Tensor made = call.asResult(product, n);
            if (added == null) {
                Backend.of(out).pointwise().copy(made, part(out, first, n));
            } else {
                Backend.of(out).pointwise().binary(BinaryKernel.ADD, made, added, out.dtype(), part(out, first, n));
            }
        }
    }

    @Override
    public void backward(Tensor x, Tensor weight, Tensor g, ConvGeometry geometry, Tensor gradInput, Tensor gradWeight, Tensor gradBias) {
        Tensor input = gradInput == null ? x : gradInput;
        Tensor kernel = gradWeight == null ? weight : gradWeight;
        Call call = input == null || kernel == null ? null : new Call(input, kernel, g, geometry);
        if (g.numel() == 0 || call == null || !call.fits()) { // nothing to do, or the bias's alone
            others.backward(x, weight, g, geometry, gradInput, gradWeight, gradBias);
            return;
        }
        Tensor turned = call.byChannel(g);
        if (gradBias != null) {
            Backend.of(g).reduce().reduce(Reduction.SUM, turned, 1, gradBias);
        }
        Tensor filters = gradInput == null ? null : call.filters(Dense.of(weight));
        for (int first = 0; first < call.samples; first += call.together) {
            int n = Math.min(call.together, call.samples - first);
            Tensor gradient = call.columns(turned, first, n);
            if (gradInput != null) {
                Tensor sums = Tensor.empty(Shape.of(call.groups, call.window, n * call.places), g.dtype(), g.device());
                matrix.product(swapped(filters), gradient, Precision.convTf32, sums);
                call.sumWindows(sums, part(gradInput, first, n), n);
            }
            if (gradWeight != null) {
                Tensor all = call.filters(gradWeight);
                Tensor own = first == 0 ? all : Tensor.empty(all.shape(), g.dtype(), g.device());
                matrix.product(gradient, swapped(call.windows(part(x, first, n), n)), Precision.convTf32, own);
                if (first > 0) {
                    Backend.of(g).pointwise().binary(BinaryKernel.ADD, all, own, g.dtype(), all);
                }
            }
        }
    }

    /** Some of a tensor's samples. */
    private static Tensor part(Tensor x, int first, int n) {
        int[] dims = x.shape().dims().clone();
        dims[0] = n;
        return x.viewOf(Shape.of(dims), x.strides(), x.offset() + first * x.strides()[0]);
    }

    /** Matrices of a batch, transposed. */
    private static Tensor swapped(Tensor x) {
        int[] s = x.strides();
        return x.viewOf(Shape.of(x.size(0), x.size(2), x.size(1)), new int[] {s[0], s[2], s[1]}, x.offset());
    }

    /** The sizes of one convolution. Missing dimensions come first, with size 1. */
    private final class Call {
        final int samples;
        final int channels;
        final int groups;
        final int filters; // of a group
        final int window; // elements that a filter sees
        final int places; // of a sample's result
        final int together; // samples
        private final Shape result;
        private final long perSample; // elements of windows
        private final int[] head = new int[17]; // of the struct Conv, up to its divisors
        private final int[] out = {1, 1, 1};
        private final int[] kernel = {1, 1, 1};
        private final int[] in = {1, 1, 1};

        Call(Tensor x, Tensor weight, Tensor result, ConvGeometry geometry) {
            int rank = geometry.rank();
            samples = x.size(0);
            channels = x.size(1);
            groups = geometry.groups();
            filters = weight.size(0) / groups;
            window = weight.size(0) == 0 ? 0 : weight.numel() / weight.size(0);
            this.result = result.shape();
            Arrays.fill(head, 0, 3, 1);
            Arrays.fill(head, 3, 6, 1);
            Arrays.fill(head, 9, 12, 1);
            int area = 1;
            for (int i = 0; i < rank; i++) {
                int d = 3 - rank + i;
                in[d] = x.size(2 + i);
                kernel[d] = weight.size(2 + i);
                out[d] = result.size(2 + i);
                area *= out[d];
                head[d] = in[d];
                head[3 + d] = geometry.stride(i);
                head[6 + d] = geometry.before(i);
                head[9 + d] = geometry.dilation(i);
            }
            places = area;
            perSample = (long) groups * window * places;
            together = (int) Math.max(1, Math.min(samples, Math.min(mostBytes / result.dtype().bytes(), Integer.MAX_VALUE) / Math.max(1, perSample)));
        }

        /** Whether there is something to multiply, and it fits a tensor. */
        boolean fits() {
            return perSample > 0 && perSample <= Integer.MAX_VALUE && samples > 0;
        }

        /** Filters as {@code (groups, filters, window)}. */
        Tensor filters(Tensor weight) {
            return weight.viewOf(Shape.of(groups, filters, window), new int[] {filters * window, window, 1}, weight.offset());
        }

        /** Adds the struct {@code Conv}. */
        private Launch addTo(Launch launch, Tensor x, int n) {
            int[] s = x.strides();
            head[12] = s[0];
            head[13] = s[1];
            for (int i = 0; i < s.length - 2; i++) {
                head[14 + 3 - (s.length - 2) + i] = s[2 + i];
            }
            return Divisor.addTo(launch, head, out[0], out[1], out[2], kernel[0], kernel[1], kernel[2], n, in[0], in[1], in[2], channels);
        }

        /** What the windows of n samples hold, as {@code (groups, window, n · places)}. */
        Tensor windows(Tensor x, int n) {
            Tensor to = Tensor.empty(Shape.of(groups, window, n * places), x.dtype(), x.device());
            addTo(Launch.of(device.kernels.get("conv.cu", "windows_" + x.dtype().torchName())).tensor(x), x, n).tensor(to).number(to.numel())
                    .over(to.numel());
            return to;
        }

        void sumWindows(Tensor sums, Tensor x, int n) {
            addTo(Launch.of(device.kernels.get("conv.cu", "sum_windows_" + x.dtype().torchName())).tensor(sums), x, n).tensor(x).number(x.numel())
                    .over(x.numel());
        }

        /** A product's columns as the results of n samples. */
        Tensor asResult(Tensor product, int n) {
            int[] dims = result.dims().clone();
            dims[0] = n;
            int[] strides = new int[dims.length];
            int step = 1;
            for (int d = dims.length - 1; d >= 2; d--) {
                strides[d] = step;
                step *= dims[d];
            }
            strides[0] = step;
            strides[1] = n * step;
            return product.viewOf(Shape.of(dims), strides, product.offset());
        }

        /** A result's gradient as {@code (channels, samples · places)}. */
        Tensor byChannel(Tensor g) {
            Tensor to = Tensor.empty(Shape.of(groups * filters, samples * places), g.dtype(), g.device());
            Backend.of(g).pointwise().copy(g, asResult(to, samples));
            return to;
        }

        /** Those columns of {@link #byChannel} that are of some samples, by group. */
        Tensor columns(Tensor turned, int first, int n) {
            int row = samples * places;
            return turned.viewOf(Shape.of(groups, filters, n * places), new int[] {filters * row, row, 1}, turned.offset() + first * places);
        }
    }
}
