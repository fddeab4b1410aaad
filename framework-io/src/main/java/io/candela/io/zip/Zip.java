package io.candela.io.zip;

/** Numbers of the zip format that readers and writers share. All fields are little-endian. */
public final class Zip {
    /** Signature of a local header. */
    public static final int LOCAL = 0x04034b50;
    /** Length of a local header without name and extra fields. */
    public static final int LOCAL_BYTES = 30;
    /** Signature of an entry of the directory. */
    public static final int CENTRAL = 0x02014b50;
    /** Length of an entry of the directory without name, extra fields and comment. */
    public static final int CENTRAL_BYTES = 46;
    /** Signature of the end record. */
    public static final int END = 0x06054b50;
    /** Length of the end record without its comment. */
    public static final int END_BYTES = 22;
    /** Signature of the zip64 end record. */
    public static final int END64 = 0x06064b50;
    /** Length of the zip64 end record. */
    public static final int END64_BYTES = 56;
    /** Signature of what tells where the zip64 end record is. */
    public static final int LOCATOR64 = 0x07064b50;
    /** Length of what tells where the zip64 end record is. */
    public static final int LOCATOR64_BYTES = 20;
    static final int DESCRIPTOR = 0x08074b50;
    /** Id of the extra field with the numbers that do not fit 32 bits. */
    public static final int EXTRA64 = 0x0001;
    static final int STORED = 0; // methods
    static final int DEFLATED = 8;
    static final int EXTRA_PADDING = 'F' | 'B' << 8; // PyTorch's extra field that aligns the data
    static final int FLAG_ENCRYPTED = 1;
    static final int FLAG_DESCRIPTOR = 8; // sizes and CRC follow the data
    static final int FLAG_UTF8 = 0x800;
    static final long MAX32 = 0xFFFFFFFFL; // stands for "see the 64-bit field"
    static final int MAX16 = 0xFFFF;

    private Zip() {
    }
}
