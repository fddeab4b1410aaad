package io.candela.nn;

/**
 * Marks a module that reads each registered tensor through {@link Module#current}, so that {@link Parametrize} may compute it from others. A
 * module that read its fields directly would go on with what they held before; {@link Parametrize#registerParametrization} therefore refuses it.
 */
public interface Parametrizable {}
