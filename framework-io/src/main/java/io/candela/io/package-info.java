/**
 * Files: {@link io.candela.io.TensorIO} saves and loads any nest of maps, lists, numbers, strings and tensors. Each format has a package
 * of its own below this one; {@code pt} is PyTorch's.
 */
package io.candela.io;
