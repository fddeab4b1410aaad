package io.candela.io.pt;

import io.candela.io.ElementType;

/**
 * A storage class that a pickle names, such as {@code torch.FloatStorage}.
 *
 * @param type the type of the elements; bytes for {@code torch.storage.UntypedStorage}
 */
record StorageKind(ElementType type) {
}
