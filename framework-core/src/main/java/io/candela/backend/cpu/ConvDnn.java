package io.candela.backend.cpu;

import io.candela.backend.ConvGeometry;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;

/**
 * One float32 convolution by oneDNN, with channels last: batches are cut so that every thread has images of its own; for a single image, each has
 * rows or filters of its own on the way forward. Weights go to the layout that oneDNN asks for and stay there ({@link PackedWeights}).
 */
final class ConvDnn {
    /** Multiplications per thread below which sharing costs more than it saves. */
    private static final long SHARE = 256 << 10;

    private final ConvGeometry geometry;
    private final Shape input; // of all images
    private final Shape weight;
    private final Shape result;
    private final boolean paired; // see ConvPairs
    private final int images;
    private final int most; // threads that are worth their while
    private final int parts; // into how many parts the work falls, if the images do
    private final int step; // images per part

    ConvDnn(Tensor x, Tensor w, ConvGeometry g, Tensor y) {
        geometry = g;
        input = x.shape();
        weight = w.shape();
        result = y.shape();
        images = input.dim(0);
        paired = ConvPairs.fit(weight.dim(0), weight.dim(-1), result.dim(-1), g);
        long work = (long) y.numel() * (w.numel() / weight.dim(0));
        most = (int) Math.max(1, Math.min(Workers.threads(), work / SHARE));
        parts = Math.min(most, images);
        step = (images + parts - 1) / parts;
    }

    private ConvPart.Key key(ConvPart.Pass pass, boolean bias, int count) {
        return new ConvPart.Key(pass, bias, paired && pass != ConvPart.Pass.INPUT, input.with(0, count), weight, result.with(0, count), geometry);
    }

    private int imageParts() {
        return (images + step - 1) / step;
    }

    private int imagesOf(int part) {
        return Math.min(step, images - part * step);
    }

    /** @param finish what is done with the result at once, or null */
    void forward(Tensor x, Tensor w, Tensor bias, Tensor out, ConvFinish finish) {
        if (images == 1 && most > 1) {
            int slices = paired || geometry.groups() > 1 || weight.numel() < input.numel() + result.numel() ? 1
                    : Math.min(most, weight.dim(0) / ConvFilterSlices.GRAIN);
            if (slices > 1) {
                forwardSlices(slices, x, w.detach(), bias, out);
                finishAll(finish);
                return;
            }
            ConvBand[] bands = geometry.rank() == 1 && paired ? new ConvBand[0] : bands();
            if (bands.length > 1) {
                forwardBands(bands, x, w, bias, out);
                finishAll(finish);
                return;
            }
        }
        Tensor wideBias = paired && bias != null ? Tensor.cat(0, bias.detach(), bias.detach()) : bias;
        long source = HostStorage.floatsAddress(x);
        long target = HostStorage.floatsAddress(out);
        long added = wideBias == null ? 0 : HostStorage.floatsAddress(wideBias);
        int together = finish == null ? step : Math.min(step, ConvFinish.images((int) bytesPerImage(result)));
        PackedWeights packed = PackedWeights.of(w, geometry.groups(), ConvPart.of(key(ConvPart.Pass.FORWARD, added != 0, together)).weight, paired);
        Workers.run(imageParts(), i -> {
            int end = i * step + imagesOf(i);
            for (int first = i * step; first < end; first += together) {
                int count = Math.min(together, end - first);
                ConvPart p = ConvPart.of(key(ConvPart.Pass.FORWARD, added != 0, count));
                PackedWeights own = packed.as(w, geometry.groups(), p.weight);
                run(p, source + bytesPerImage(input) * first, own, target + bytesPerImage(result) * first, added);
                release(own, packed);
                if (finish != null) {
                    finish.run(first, count);
                }
            }
        });
        packed.done();
        Reference.reachabilityFence(wideBias);
    }

    private void finishAll(ConvFinish finish) {
        if (finish != null) {
            finish.run(0, images);
        }
    }

    /** One band of rows per thread; none if rows are few, or padding alone makes some of them. */
    private ConvBand[] bands() {
        int rows = result.dim(2);
        ConvBand[] bands = new ConvBand[Math.min(most, rows)];
        for (int i = 0; i < bands.length; i++) {
            bands[i] = ConvBand.of(input, weight, result, geometry, rows * i / bands.length, rows * (i + 1) / bands.length);
            if (bands[i] == null) {
                return new ConvBand[0];
            }
        }
        return bands;
    }

    private void forwardBands(ConvBand[] bands, Tensor x, Tensor w, Tensor bias, Tensor out) {
        Tensor wideBias = paired && bias != null ? Tensor.cat(0, bias.detach(), bias.detach()) : bias;
        long source = HostStorage.floatsAddress(x);
        long target = HostStorage.floatsAddress(out);
        long added = wideBias == null ? 0 : HostStorage.floatsAddress(wideBias);
        PackedWeights packed = PackedWeights.of(w, geometry.groups(), ConvPart.of(key(bands[0], added != 0)).weight, paired);
        Workers.run(bands.length, i -> {
            ConvPart p = ConvPart.of(key(bands[i], added != 0));
            PackedWeights own = packed.as(w, geometry.groups(), p.weight);
            run(p, source + 4L * bands[i].from(), own, target + 4L * bands[i].to(), added);
            release(own, packed);
        });
        packed.done();
        Reference.reachabilityFence(wideBias);
    }

    private ConvPart.Key key(ConvBand band, boolean bias) {
        return new ConvPart.Key(ConvPart.Pass.FORWARD, bias, paired, band.input(), weight, band.result(), band.geometry());
    }

    /** Few positions under a large weight: each thread reads a part of it. */
    private void forwardSlices(int slices, Tensor x, Tensor w, Tensor bias, Tensor out) {
        int count = ((weight.dim(0) + slices - 1) / slices + ConvFilterSlices.GRAIN - 1) / ConvFilterSlices.GRAIN * ConvFilterSlices.GRAIN;
        Tensor[] filters = new Tensor[(weight.dim(0) + count - 1) / count];
        for (int i = 0; i < filters.length; i++) {
            filters[i] = w.narrow(0, i * count, Math.min(count, weight.dim(0) - i * count));
        }
        long source = HostStorage.floatsAddress(x);
        long target = HostStorage.floatsAddress(out);
        long added = bias == null ? 0 : HostStorage.floatsAddress(bias);
        Workers.run(filters.length, i -> {
            Shape part = result.with(1, filters[i].size(0));
            ConvPart p = ConvPart.of(new ConvPart.Key(ConvPart.Pass.FORWARD, added != 0, false, input, filters[i].shape(), part, geometry));
            PackedWeights own = PackedWeights.of(filters[i], 1, p.weight, false);
            HostPool.Lease some = HostPool.INSTANCE.lease(4L * part.numel());
            try {
                long first = 4L * i * count;
                run(p, source, own, some.block.address(), added == 0 ? 0 : added + first);
                ReorderDnn.channels(part, some.block.address(), result, target + first);
            } finally {
                some.end();
            }
            Reference.reachabilityFence(own);
            own.done();
        });
    }

    private static void run(ConvPart p, long from, PackedWeights weight, long to, long bias) {
        Dnn dnn = HostThread.current().dnn();
        if (bias == 0) {
            dnn.run(p, from, weight.address(), to);
        } else {
            dnn.run(p, from, weight.address(), to, bias);
        }
    }

    /** What is not wanted is null. */
    void backward(Tensor x, Tensor w, Tensor g, Tensor gradInput, Tensor gradWeight) {
        ConvWeightPass weightPass = gradWeight == null ? null : weightPass(x, g, gradWeight);
        int weightParts = weightPass == null ? 0 : weightPass.parts();
        int inputParts = gradInput == null ? 0 : imageParts();
        PackedWeights packed = gradInput == null ? null
                : PackedWeights.of(w, geometry.groups(), ConvPart.of(key(ConvPart.Pass.INPUT, false, step)).weight, false);
        long gradient = HostStorage.floatsAddress(g);
        long target = gradInput == null ? 0 : HostStorage.floatsAddress(gradInput);
        Workers.run(weightParts + inputParts, i -> {
            if (i < weightParts) {
                weightPass.run(i);
                return;
            }
            int part = i - weightParts;
            ConvPart p = ConvPart.of(key(ConvPart.Pass.INPUT, false, imagesOf(part)));
            PackedWeights own = packed.as(w, geometry.groups(), p.weight);
            run(p, gradient + bytesPerImage(result) * part * step, own, target + bytesPerImage(input) * part * step, 0);
            release(own, packed);
        });
        if (packed != null) {
            packed.done();
        }
        if (weightPass != null) {
            weightPass.finish();
        }
    }

    private ConvWeightPass weightPass(Tensor x, Tensor g, Tensor gradWeight) {
        int filters = weight.dim(0);
        int slices = (int) Math.min(Workers.threads(), filters / ConvFilterSlices.GRAIN);
        // Small images under a large weight: rather than to add up one gradient per thread, each thread does some of the filters.
        if (parts > 1 && slices > 1 && geometry.groups() == 1 && gradWeight.numel() > g.numel()) {
            return new ConvFilterSlices(x, g, geometry, slices, gradWeight);
        }
        ConvPart.Key[] keys = new ConvPart.Key[imageParts()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(ConvPart.Pass.WEIGHT, false, imagesOf(i));
        }
        return new ConvImageSums(keys, HostStorage.floatsAddress(x), bytesPerImage(input) * step, HostStorage.floatsAddress(g),
                bytesPerImage(result) * step, gradWeight);
    }

    /** Ends the use of what a part had to itself. */
    private static void release(PackedWeights own, PackedWeights shared) {
        Reference.reachabilityFence(own);
        if (own != shared) {
            own.done();
        }
    }

    private static long bytesPerImage(Shape shape) {
        return 4L * (shape.numel() / shape.dim(0));
    }
}
