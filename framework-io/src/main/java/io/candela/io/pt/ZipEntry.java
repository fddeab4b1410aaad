package io.candela.io.pt;

/**
 * One entry of a {@link ZipReader}.
 *
 * @param name   its full name, with the folder
 * @param header where its header starts
 * @param data   where its bytes start
 * @param size   how many bytes it takes in the file
 * @param crc    the CRC-32 of its contents
 * @param method how it is compressed; 0 if it is not
 */
record ZipEntry(String name, long header, long data, long size, int crc, int method) {
    long end() {
        return data + size;
    }
}
