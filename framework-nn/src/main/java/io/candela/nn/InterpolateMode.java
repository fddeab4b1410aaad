package io.candela.nn;

/** How {@link F#interpolate} finds elements between others. */
public enum InterpolateMode {
    /** The element before, with PyTorch's rounding. */ NEAREST("nearest"),
    /** The nearest element. */ NEAREST_EXACT("nearest-exact"),
    /** On lines, for one spatial dimension. */ LINEAR("linear"),
    /** Linear in two spatial dimensions. */ BILINEAR("bilinear"),
    /** On cubic curves, for two spatial dimensions. */ BICUBIC("bicubic"),
    /** Linear in three spatial dimensions. */ TRILINEAR("trilinear"),
    /** The average of the area that falls together. */ AREA("area");

    final String label;

    InterpolateMode(String label) {
        this.label = label;
    }

    boolean isSmooth() {
        return this == LINEAR || this == BILINEAR || this == BICUBIC || this == TRILINEAR;
    }
}
