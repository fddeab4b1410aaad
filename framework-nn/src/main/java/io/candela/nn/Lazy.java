package io.candela.nn;

/** A layer whose input sizes the first input decides, or a file. Until then the tensors that depend on them have no elements. */
interface Lazy {}
