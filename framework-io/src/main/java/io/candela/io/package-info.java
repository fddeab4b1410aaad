/**
 * Files: {@link io.candela.io.TensorIO} saves and loads tensors and nests around them; {@link io.candela.io.Checkpointer}
 * keeps a training's checkpoints in a folder. Each format has a package of its own below this one; {@code pt} is PyTorch's.
 */
package io.candela.io;
