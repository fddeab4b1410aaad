package io.candela.io.pt;

/** Numbers of the zip format that reader and writer share. All fields are little-endian. */
final class Zip {
    static final int LOCAL = 0x04034b50;
    static final int LOCAL_BYTES = 30;
    static final int CENTRAL = 0x02014b50;
    static final int CENTRAL_BYTES = 46;
    static final int END = 0x06054b50;
    static final int END_BYTES = 22;
    static final int END64 = 0x06064b50;
    static final int END64_BYTES = 56;
    static final int LOCATOR64 = 0x07064b50;
    static final int LOCATOR64_BYTES = 20;
    static final int DESCRIPTOR = 0x08074b50;
    static final int EXTRA64 = 0x0001; // extra field with the numbers that do not fit 32 bits
    static final int EXTRA_PADDING = 'F' | 'B' << 8; // PyTorch's extra field that aligns the data
    static final int FLAG_ENCRYPTED = 1;
    static final int FLAG_DESCRIPTOR = 8; // sizes and CRC follow the data
    static final int FLAG_UTF8 = 0x800;
    static final long MAX32 = 0xFFFFFFFFL; // stands for "see the 64-bit field"
    static final int MAX16 = 0xFFFF;

    private Zip() {
    }
}
