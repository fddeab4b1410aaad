package io.candela.backend;

/** Element by element functions of three operands and one number {@code v}. */
public enum TernaryKernel {
    /** b where a is not 0, else c. */ WHERE,
    /** a + v · b · c. */ ADDCMUL,
    /** a + v · b / c. */ ADDCDIV
}
