package io.candela.io;

/**
 * What a file says about one of its tensors.
 *
 * @param name   its name, that of a tensor in a nest with dots between the keys; {@code tensor} if it is
 *               all that the file holds
 * @param type   the type of its elements, which Candela need not have
 * @param shape  its sizes
 * @param bytes  what its elements take
 * @param device the device it was saved from; {@code cpu} where the format does not tell
 * @param tiedTo the first name whose memory it shares; null if it is the first one
 */
public record TensorInfo(String name, ElementType type, Size shape, long bytes, String device, String tiedTo) {
}
