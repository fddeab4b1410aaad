package io.candela.backend;

/** Reductions over dimensions. */
public enum Reduction {
    /** Sum; 0 when empty. */ SUM,
    /** Arithmetic mean; NaN when empty. */ MEAN,
    /** Product; 1 when empty. */ PROD,
    /** Largest; NaN wins; not defined when empty. */ MAX,
    /** Smallest; NaN wins; not defined when empty. */ MIN,
    /** Whether any is not 0. */ ANY,
    /** Whether all are not 0. */ ALL,
    /** Sum of squared differences from the mean. */ SQUARED_DEVIATION
}
