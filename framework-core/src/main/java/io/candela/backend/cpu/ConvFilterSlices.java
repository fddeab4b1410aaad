package io.candela.backend.cpu;

import io.candela.backend.ConvGeometry;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** Each part does some of the filters, over all images: their channels of the result's gradient are copied out, and nothing is added up. */
final class ConvFilterSlices implements ConvWeightPass {
    /** Filters per part are a multiple of this. */
    static final int GRAIN = 64;

    private final Tensor x;
    private final Tensor g;
    private final ConvGeometry geometry;
    private final int step;
    private final Tensor gradWeight;

    ConvFilterSlices(Tensor x, Tensor g, ConvGeometry geometry, int slices, Tensor gradWeight) {
        this.x = x;
        this.g = g;
        this.geometry = geometry;
        int filters = gradWeight.size(0);
        this.step = ((filters + slices - 1) / slices + GRAIN - 1) / GRAIN * GRAIN;
        this.gradWeight = gradWeight;
    }

    @Override
    public int parts() {
        return (gradWeight.size(0) + step - 1) / step;
    }

    @Override
    public void run(int part) {
        int first = part * step;
        int count = Math.min(step, gradWeight.size(0) - first);
        Shape slice = g.shape().with(1, count);
        Shape weight = gradWeight.shape().with(0, count);
        ConvPart p = ConvPart.of(new ConvPart.Key(ConvPart.Pass.WEIGHT, false, false, x.shape(), weight, slice, geometry));
        HostPool.Lease gradient = HostPool.INSTANCE.lease(4L * slice.numel());
        HostPool.Lease sum = HostPool.INSTANCE.lease(p.weight.bytes);
        try {
            ReorderDnn.channels(g.shape(), HostStorage.floatsAddress(g) + 4L * first, slice, gradient.block.address());
            Dnn dnn = HostThread.current().dnn();
            dnn.run(p, HostStorage.floatsAddress(x), gradient.block.address(), sum.block.address());
            int row = gradWeight.numel() / gradWeight.size(0);
            ReorderDnn.unpack(p.weight, sum.block.address(), weight, HostStorage.floatsAddress(gradWeight) + 4L * first * row);
        } finally {
            gradient.end();
            sum.end();
        }
    }

    @Override
    public void finish() {} // every part wrote to its place
}
