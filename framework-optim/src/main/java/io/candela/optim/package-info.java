/**
 * Optimizers: {@link io.candela.optim.SGD} and {@link io.candela.optim.Adam} with the numbers, options and state layout of
 * {@code torch.optim}. They take tensors and know no modules.
 */
package io.candela.optim;
