/**
 * Optimizers with the numbers, options and state layout of {@code torch.optim}: {@link io.candela.optim.SGD}, {@link io.candela.optim.Adam},
 * {@link io.candela.optim.AdamW} and the others. They take tensors and know no modules.
 *
 * <p>{@code SparseAdam} is missing because gradients are always dense.
 */
package io.candela.optim;
