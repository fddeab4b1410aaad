package io.candela.nn;

/** What stands around a padded tensor. */
public enum PadMode {
    /** A number. */ CONSTANT,
    /** The elements next to the edge, mirrored at it; the edge itself once. */ REFLECT,
    /** The edge. */ REPLICATE,
    /** The elements of the other end. */ CIRCULAR
}
