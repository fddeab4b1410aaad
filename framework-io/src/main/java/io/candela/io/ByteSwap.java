package io.candela.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns big-endian numbers into little-endian ones and back. */
public final class ByteSwap {
    private ByteSwap() {
    }

    /** Swaps what remains in a buffer, in place; {@code width} is 1, 2, 4 or 8 bytes. */
    public static void swap(ByteBuffer bytes, int width) {
        ByteBuffer big = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
        ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        for (int i = bytes.position(); width > 1 && i < bytes.limit(); i += width) {
            switch (width) {
                case 2 -> little.putShort(i, big.getShort(i));
                case 4 -> little.putInt(i, big.getInt(i));
                default -> little.putLong(i, big.getLong(i));
            }
        }
    }
}
