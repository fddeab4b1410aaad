/**
 * Ready-made networks for images, with the keys, layouts and start values of torchvision's or of PyTorch's tutorials: their weights load here and
 * ours load there.
 */
package io.candela.nn.models;
