/**
 * PyTorch's zip format ({@code .pth}, {@code .pt}), read and written without PyTorch and without tensors: {@link io.candela.io.pt.PtReader}
 * gives {@link io.candela.io.TensorRef}s and fills memory of the caller's, {@link io.candela.io.pt.PtWriter} takes
 * {@link io.candela.io.TensorView}s. Most callers want {@link io.candela.io.TensorIO}.
 */
package io.candela.io.pt;
