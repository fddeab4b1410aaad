package io.candela.nn;

/** How {@link Parametrizations#orthogonal(Module, String, OrthogonalMap)} makes an orthogonal matrix of any matrix. */
public enum OrthogonalMap {
    /** The exponential of the skew-symmetric matrix that the lower triangle gives. */ MATRIX_EXP,
    /** {@code (I − A/2)⁻¹ (I + A/2)} of that skew-symmetric matrix {@code A}. */ CAYLEY,
    /** The product of the reflections at the columns below the diagonal; the least work for matrices that are not square. */ HOUSEHOLDER
}
