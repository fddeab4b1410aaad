/**
 * Learning rate schedules with the values and state layout of {@code torch.optim.lr_scheduler}; see {@link io.candela.optim.lr.LRScheduler}.
 * Steps always count: PyTorch's deprecated argument {@code epoch} is missing.
 */
package io.candela.optim.lr;
