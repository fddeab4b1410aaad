package io.candela.tensor;

/**
 * What {@link FunctionMethods#frexp} gives: {@code mantissa · 2^exponent}.
 *
 * @param mantissa of the operand's type; infinities and NaN as they are
 * @param exponent int32; 0 where the mantissa is not finite
 */
public record MantissaAndExponent(Tensor mantissa, Tensor exponent) {}
