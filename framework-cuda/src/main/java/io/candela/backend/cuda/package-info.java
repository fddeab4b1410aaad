/**
 * Tensors on NVIDIA GPUs: {@code Device.cuda(0)}. Found through {@link java.util.ServiceLoader}; programs use {@link io.candela.tensor.Device}.
 */
package io.candela.backend.cuda;
