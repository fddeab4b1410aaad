/**
 * Files: {@link io.candela.io.TensorIO} saves and loads tensors and nests around them. Each format has a package of its own below this one;
 * {@code pt} is PyTorch's.
 */
package io.candela.io;
