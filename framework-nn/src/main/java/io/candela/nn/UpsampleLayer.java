package io.candela.nn;

import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What layers that change spatial sizes have in common. */
abstract sealed class UpsampleLayer extends HookedLayer permits Upsample, UpsamplingBilinear2d, UpsamplingNearest2d {
    private final InterpolateOptions options;

    UpsampleLayer(InterpolateOptions options) {
        this.options = options;
    }

    @Override
    final Tensor compute(Tensor x) {
        return Interpolation.apply(typeName(), x, options);
    }

    @Override
    protected final String describe() {
        String by = options.size != null ? "size=" + ModulePrinter.sizes(options.size) : "scale_factor=" + factors(options.scaleFactor);
        return by + ", mode='" + options.mode.label + "'";
    }

    private static String factors(double... values) {
        String text = Arrays.stream(values).mapToObj(ModulePrinter::number).collect(Collectors.joining(", "));
        return values.length == 1 ? text : "(" + text + ")";
    }
}
