package io.candela.backend.cpu;

import io.candela.backend.BinaryKernel;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** Each part sums over images of its own, in oneDNN's layout; at the end the sums are brought to ours and added, in order. */
final class ConvImageSums implements ConvWeightPass {
    private final ConvPart.Key[] keys;
    private final long source;
    private final long sourceStep;
    private final long gradient;
    private final long gradientStep;
    private final Tensor gradWeight;
    private final HostPool.Lease[] sums;
    private final DnnLayout[] layouts;

    /** @param sourceStep bytes from one part's images to the next one's, likewise {@code gradientStep} */
    ConvImageSums(ConvPart.Key[] keys, long source, long sourceStep, long gradient, long gradientStep, Tensor gradWeight) {
        this.keys = keys;
        this.source = source;
        this.sourceStep = sourceStep;
        this.gradient = gradient;
        this.gradientStep = gradientStep;
        this.gradWeight = gradWeight;
        sums = new HostPool.Lease[keys.length];
        layouts = new DnnLayout[keys.length];
    }

    @Override
    public int parts() {
        return keys.length;
    }

    @Override
    public void run(int part) {
        ConvPart p = ConvPart.of(keys[part]);
        Dnn dnn = HostThread.current().dnn();
        layouts[part] = p.weight;
        sums[part] = HostPool.INSTANCE.lease(p.weight.bytes);
        dnn.run(p, source + part * sourceStep, gradient + part * gradientStep, sums[part].block.address());
    }

    @Override
    public void finish() {
        boolean paired = keys[0].paired();
        int groups = keys[0].geometry().groups();
        Shape shape = paired ? ConvPairs.wideShape(gradWeight.shape()) : gradWeight.shape();
        Tensor total = paired ? Tensor.empty(shape, gradWeight.dtype(), gradWeight.device()) : gradWeight;
        Tensor more = sums.length > 1 ? Tensor.empty(shape, total.dtype(), total.device()) : null;
        for (int i = 0; i < sums.length; i++) {
            ReorderDnn.unpack(layouts[i], sums[i].block.address(), groups, i == 0 ? total : more);
            if (i > 0) {
                CpuBackend.INSTANCE.pointwise().binary(BinaryKernel.ADD, total, more, total.dtype(), total);
            }
            sums[i].end();
        }
        if (more != null) {
            more.release();
        }
        if (paired) {
            ConvPairs.fold(total, gradWeight);
            total.release();
        }
    }
}
