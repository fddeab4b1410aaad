/** The zip format as far as PyTorch's files and NumPy's archives need it, with every check that a hostile file calls for. */
package io.candela.io.zip;
