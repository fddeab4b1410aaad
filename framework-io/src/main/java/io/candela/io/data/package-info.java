/**
 * Data to learn from: {@link io.candela.io.data.Dataset datasets}, the {@link io.candela.io.data.Sampler order} in which they are gone through, a
 * {@link io.candela.io.data.DataLoader} that makes batches of them, and readers for CSV files, MNIST's files and folders of images. The same seeds
 * give the same orders as {@code torch.utils.data}.
 */
package io.candela.io.data;
