package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import java.util.Arrays;

/**
 * What can be chosen of a convolution layer; immutable. Every method gives a changed copy, so that choices are chained:
 * {@code Conv2d.options().withStride(2).withPadding(1).withBias(false)}. Sizes are one number for all spatial dimensions, or one for each.
 */
public final class ConvOptions {
    /** What stands around the input: zeros, the input mirrored without its edge, its edge repeated, or its other end. */
    public enum PaddingMode {
        /** Zeros. */ ZEROS,
        /** Mirrored at the edge, which is not repeated. */ REFLECT,
        /** The edge's value. */ REPLICATE,
        /** The other end. */ CIRCULAR
    }

    static final ConvOptions DEFAULTS = new ConvOptions();

    int[] stride = {1};
    int[] padding = {0};
    String paddingWord; // "same", "valid", or null for numbers
    int[] dilation = {1};
    int[] outputPadding = {0};
    int groups = 1;
    boolean bias = true;
    PaddingMode paddingMode = PaddingMode.ZEROS;
    DType dtype = DType.FLOAT32;

    private ConvOptions() {}

    private ConvOptions copy() {
        ConvOptions o = new ConvOptions();
        o.stride = stride;
        o.padding = padding;
        o.paddingWord = paddingWord;
        o.dilation = dilation;
        o.outputPadding = outputPadding;
        o.groups = groups;
        o.bias = bias;
        o.paddingMode = paddingMode;
        o.dtype = dtype;
        return o;
    }

    /** Step of the kernel; default 1. */
    public ConvOptions withStride(int... stride) {
        ConvOptions o = copy();
        o.stride = positive("stride", stride);
        return o;
    }

    /** Positions added on both sides of the input; default 0. Of a transposed convolution: taken from its result. */
    public ConvOptions withPadding(int... padding) {
        ConvOptions o = copy();
        o.padding = notNegative("padding", padding);
        o.paddingWord = null;
        return o;
    }

    /**
     * {@code "same"}: as much as keeps the input's size, with stride 1; an odd position more goes to the end. {@code "valid"}: none.
     *
     * @throws IllegalArgumentException for any other word
     */
    public ConvOptions withPadding(String padding) {
        if (!padding.equals("same") && !padding.equals("valid")) {
            throw new IllegalArgumentException("ConvOptions: padding must be \"same\", \"valid\" or numbers, got \"" + padding + "\"");
        }
        ConvOptions o = withPadding(0);
        o.paddingWord = padding;
        return o;
    }

    /** Distance between the kernel's elements; default 1. */
    public ConvOptions withDilation(int... dilation) {
        ConvOptions o = copy();
        o.dilation = positive("dilation", dilation);
        return o;
    }

    /** Of a transposed convolution: positions that its result has more at the end; default 0. */
    public ConvOptions withOutputPadding(int... outputPadding) {
        ConvOptions o = copy();
        o.outputPadding = notNegative("outputPadding", outputPadding);
        return o;
    }

    /** Into how many parts channels are cut, each with filters of its own; default 1. */
    public ConvOptions withGroups(int groups) {
        ConvOptions o = copy();
        o.groups = positive("groups", groups)[0];
        return o;
    }

    /** Whether a number is added per filter; default true. */
    public ConvOptions withBias(boolean bias) {
        ConvOptions o = copy();
        o.bias = bias;
        return o;
    }

    /** What is padded with; default zeros. */
    public ConvOptions withPaddingMode(PaddingMode paddingMode) {
        ConvOptions o = copy();
        o.paddingMode = paddingMode;
        return o;
    }

    /**
     * Type of the parameters; default float32.
     *
     * @throws DTypeException if it is not floating point
     */
    public ConvOptions withDtype(DType dtype) {
        if (!dtype.isFloating()) {
            throw new DTypeException("ConvOptions: parameters must be floating point, got %s", dtype);
        }
        ConvOptions o = copy();
        o.dtype = dtype;
        return o;
    }

    private static int[] positive(String name, int... values) {
        return atLeast(1, name, values);
    }

    private static int[] notNegative(String name, int... values) {
        return atLeast(0, name, values);
    }

    private static int[] atLeast(int least, String name, int... values) {
        for (int v : values) {
            if (v < least) {
                throw new IllegalArgumentException("ConvOptions: %s must be %d or more, got %s".formatted(name, least, Arrays.toString(values)));
            }
        }
        if (values.length == 0) {
            throw new IllegalArgumentException("ConvOptions: " + name + " needs a number");
        }
        return values.clone();
    }

    /** Whether as much is padded as keeps the size. */
    boolean same() {
        return "same".equals(paddingWord);
    }

    /** One number per dimension. */
    static int[] perDimension(String who, String name, int rank, int... values) {
        if (values.length != 1 && values.length != rank) {
            throw new IllegalArgumentException("%s: %s must have 1 or %d numbers, got %s".formatted(who, name, rank, Arrays.toString(values)));
        }
        int[] out = new int[rank];
        for (int i = 0; i < rank; i++) {
            out[i] = values.length == 1 ? values[0] : values[i];
        }
        return out;
    }
}
