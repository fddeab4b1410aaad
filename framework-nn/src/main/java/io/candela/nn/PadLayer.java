package io.candela.nn;

import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** What all paddings have in common. */
abstract class PadLayer extends HookedLayer {
    final int[] padding;
    private final int spatial;
    private final PadMode mode;
    private final double value;

    PadLayer(int spatial, PadMode mode, double value, int... padding) {
        if (padding.length != 1 && padding.length != 2 * spatial) {
            throw new IllegalArgumentException("%s: padding must have 1 or %d numbers, got %s".formatted(typeName(), 2 * spatial, Arrays.toString(padding)));
        }
        int[] all = new int[2 * spatial];
        Arrays.setAll(all, i -> padding[padding.length == 1 ? 0 : i]);
        this.padding = all;
        this.spatial = spatial;
        this.mode = mode;
        this.value = value;
    }

    @Override
    final Tensor compute(Tensor x) {
        if (x.dim() < spatial) {
            throw new ShapeException("%s: input must have %d or more dimensions, got %s", typeName(), spatial, x.shape());
        }
        return Padding.apply(typeName(), x, padding, mode, value);
    }

    @Override
    protected String describe() {
        return ModulePrinter.tuple(padding);
    }
}
