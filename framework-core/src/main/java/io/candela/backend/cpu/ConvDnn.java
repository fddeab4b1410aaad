package io.candela.backend.cpu;

import io.candela.backend.ConvGeometry;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;

/**
 * One float32 convolution by oneDNN, with channels last: batches are cut so that every thread has images of its own. Weights go to the layout
 * that oneDNN asks for and stay there ({@link PackedWeights}).
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
        int most = (int) Math.max(1, Math.min(Workers.threads(), work / SHARE));
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

    void forward(Tensor x, Tensor w, Tensor bias, Tensor out) {
        Tensor wideBias = paired && bias != null ? Tensor.cat(0, bias.detach(), bias.detach()) : bias;
        long source = HostStorage.floatsAddress(x);
        long target = HostStorage.floatsAddress(out);
        long added = wideBias == null ? 0 : HostStorage.floatsAddress(wideBias);
        PackedWeights packed = PackedWeights.of(w, geometry.groups(), ConvPart.of(key(ConvPart.Pass.FORWARD, added != 0, step)).weight, paired);
        Workers.run(imageParts(), i -> {
            ConvPart p = ConvPart.of(key(ConvPart.Pass.FORWARD, added != 0, imagesOf(i)));
            PackedWeights own = packed.as(w, geometry.groups(), p.weight);
            long from = source + bytesPerImage(input) * i * step;
            long to = target + bytesPerImage(result) * i * step;
            Dnn dnn = HostThread.current().dnn();
            if (added == 0) {
                dnn.run(p, from, own.address(), to);
            } else {
                dnn.run(p, from, own.address(), to, added);
            }
            release(own, packed);
        });
        packed.done();
        Reference.reachabilityFence(wideBias);
    }

    /** What is not wanted is null; the bias' gradient comes with the weight's. */
    void backward(Tensor x, Tensor w, Tensor g, Tensor gradInput, Tensor gradWeight, Tensor gradBias) {
        ConvWeightPass weightPass = gradWeight == null ? null : weightPass(x, g, gradWeight, gradBias);
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
            ConvPart.Key key = key(ConvPart.Pass.INPUT, false, imagesOf(part));
            ConvPart p = ConvPart.of(key);
            PackedWeights own = packed.as(w, geometry.groups(), p.weight);
            p.runInput(key, gradient + bytesPerImage(result) * part * step, own.address(), target + bytesPerImage(input) * part * step);
            release(own, packed);
        });
        if (packed != null) {
            packed.done();
        }
        if (weightPass != null) {
            weightPass.finish();
        }
    }

    private ConvWeightPass weightPass(Tensor x, Tensor g, Tensor gradWeight, Tensor gradBias) {
        int filters = weight.dim(0);
        int slices = (int) Math.min(Workers.threads(), filters / ConvFilterSlices.GRAIN);
        // Small images under a large weight: rather than to add up one gradient per thread, each thread does some of the filters.
        if (parts > 1 && slices > 1 && geometry.groups() == 1 && gradWeight.numel() > g.numel()) {
            return new ConvFilterSlices(x, g, geometry, slices, gradWeight, gradBias);
        }
        ConvPart.Key[] keys = new ConvPart.Key[imageParts()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(ConvPart.Pass.WEIGHT, gradBias != null, imagesOf(i));
        }
        return new ConvImageSums(keys, HostStorage.floatsAddress(x), bytesPerImage(input) * step, HostStorage.floatsAddress(g),
                bytesPerImage(result) * step, gradWeight, gradBias);
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
