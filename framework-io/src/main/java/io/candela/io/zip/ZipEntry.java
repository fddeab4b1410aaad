package io.candela.io.zip;

/**
 * One entry of a {@link ZipReader}.
 *
 * @param name   its full name, with the folder
 * @param header where its header starts
 * @param data   where its bytes start
 * @param size   how many bytes it takes in the file
 * @param unpacked how many bytes its contents have; {@code size} if it is not compressed
 * @param crc    the CRC-32 of its contents
 * @param method how it is compressed; 0 if it is not
 */
public record ZipEntry(String name, long header, long data, long size, long unpacked, int crc, int method) {
    /** Where the entry's bytes end. */
    public long end() {
        return data + size;
    }
}
