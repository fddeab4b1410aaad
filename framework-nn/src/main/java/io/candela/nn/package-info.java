/**
 * Modules, layers and losses with the semantics of PyTorch's {@code torch.nn}: same names, same state-dict keys, same start values for the
 * same seed.
 *
 * <p>{@link io.candela.nn.Module} holds state; {@link io.candela.nn.Layer} adds {@code forward(Tensor)}; {@link io.candela.nn.F} has the
 * functions without state. Because of {@code java.lang.Module}, import {@code io.candela.nn.Module} by name where you mention it.
 */
package io.candela.nn;
