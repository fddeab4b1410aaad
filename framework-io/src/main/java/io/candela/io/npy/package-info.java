/** NumPy's files: {@code .npy} holds one array, {@code .npz} is a zip file of them. */
package io.candela.io.npy;
