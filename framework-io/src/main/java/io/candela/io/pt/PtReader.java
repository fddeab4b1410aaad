package io.candela.io.pt;

import io.candela.io.ByteSwap;
import io.candela.io.ByteWindow;
import io.candela.io.ElementType;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import io.candela.io.Leaves;
import io.candela.io.SingleFile;
import io.candela.io.StorageRef;
import io.candela.io.TensorRef;
import io.candela.io.zip.ZipEntry;
import io.candela.io.zip.ZipReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Reads PyTorch's zip format, as {@code torch.save} writes it since PyTorch 1.6. Nothing in a file is ever executed: of a TorchScript archive the
 * tensors are read by name, its code is not looked at.
 *
 * <p>Opening a file reads and checks everything but the storages: structure, sizes, and that every tensor lies inside of its storage. The nest
 * comes from {@link #read}, the bytes of a storage from {@link #readStorage}.
 */
public final class PtReader extends SingleFile {
    private static final int CHUNK = 1 << 18; // small enough that the checksum finds the bytes in the cache
    private static final int MAX_SMALL_ENTRY = 64;
    private static final int NEWEST_VERSION = 10; // of the zip format, as PyTorch 2.13 limits it

    private final Map<String, StorageRef> storages = new LinkedHashMap<>();
    private HeapBudget budget;
    private ZipReader zip;
    private String folder;
    private boolean bigEndian;
    private boolean script; // whether it is a TorchScript archive
    private long pickleStart;
    private Object root;

    private PtReader(FileSource file) {
        super(file);
    }

    /**
     * Opens a file.
     *
     * @throws FormatException if it is damaged, hostile, or no file of the zip format
     * @throws IOException if it cannot be read
     */
    public static PtReader open(Path path) throws IOException {
        return open(path, PtReader::new);
    }

    /** The storages in the order in which the file's structure names them. */
    public Collection<StorageRef> storages() {
        return Collections.unmodifiableCollection(storages.values());
    }

    /**
     * The nest in the file, its leaves made by {@code leaves}. Python's values become: {@code None} null, {@code bool} Boolean, {@code int} Long
     * (BigInteger if it does not fit), {@code float} Double, {@code str} String, {@code bytes} byte[], {@code list} ArrayList, {@code tuple}
     * {@link io.candela.tensor.Tuple}, {@code torch.Size} {@link io.candela.io.Size}, {@code set} LinkedHashSet, {@code dict} LinkedHashMap, an
     * {@code OrderedDict} with string keys {@link io.candela.tensor.StateDict}.
     */
    @Override
    public Object read(Leaves leaves) throws IOException {
        return new NestBuilder(file, pickleStart, leaves).build(root);
    }

    /**
     * Copies a storage into memory, little-endian, and verifies its checksum.
     *
     * @param storage one of this reader's
     * @param target  {@link StorageRef#bytes()} bytes
     * @throws FormatException if the checksum is wrong or the file has become shorter
     */
    @Override
    public void readStorage(StorageRef storage, ByteWindow target) throws IOException {
        if (storages.get(storage.key()) != storage) {
            throw new IllegalArgumentException("PtReader: storage " + storage.key() + " is not one of " + file.name());
        }
        ZipEntry entry = zip.find(name("data/" + storage.key()));
        CRC32 crc = new CRC32();
        for (long offset = 0; offset < entry.size(); ) {
            int length = (int) Math.min(CHUNK, entry.size() - offset);
            ByteBuffer chunk = target.window(offset, length);
            file.read(entry.data() + offset, chunk.duplicate());
            crc.update(chunk.duplicate());
            if (bigEndian) {
                ByteSwap.swap(chunk.duplicate(), storage.type().numberBytes());
            }
            target.filled(offset, chunk);
            offset += length;
        }
        zip.checkCrc(entry, crc);
    }

    @Override
    public String format() {
        return script ? "TorchScript" : "PyTorch";
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public Region region(StorageRef storage) throws FormatException {
        return bigEndian && storage.type().numberBytes() > 1 ? null : new Region(file, entry("data/" + storage.key()).data());
    }

    /** An exception about this file as a whole, for what only the caller can find wrong; see {@link FormatException} for the arguments. */
    @Override
    public FormatException fail(String format, Object... values) {
        return file.fail(pickleStart, format, values);
    }

    @Override
    protected void readStructure() throws IOException {
        refuseOtherFormats();
        budget = new HeapBudget(file);
        zip = ZipReader.open(file, budget);
        String first = zip.names().isEmpty() ? "" : zip.names().iterator().next();
        if (first.indexOf('/') < 0) {
            throw file.fail(0, "zip file is not one of PyTorch's: its entries are not in a folder");
        }
        folder = first.substring(0, first.indexOf('/'));
        script = zip.names().contains(name("constants.pkl"));
        checkVersion();
        String order = small("byteorder", "little");
        if (!order.equals("little") && !order.equals("big")) {
            throw file.fail(entry("byteorder").data(), "byte order must be little or big, got %s", PickleReader.kind(order));
        }
        bigEndian = order.equals("big");
        ZipEntry pickle = entry("data.pkl");
        pickleStart = pickle.data();
        root = new PickleReader(new PickleInput(file, pickleStart, zip.read(pickle)), budget, this::find, script).read();
        new NestBuilder(file, pickleStart, new Leaves() {
            @Override
            public Object tensor(TensorRef tensor, String path) throws FormatException {
                if (bigEndian && tensor.type().numberBytes() != tensor.storage().type().numberBytes()) {
                    throw fail("%s: %s in a big-endian file has no storage of its own type; that is not supported", path, tensor.type());
                }
                return tensor;
            }
        }).build(root);
    }

    private void refuseOtherFormats() throws IOException {
        ByteBuffer start = file.read(0, (int) Math.min(file.length(), 512));
        if (!start.hasRemaining()) {
            throw file.fail(0, "file is empty");
        }
        if (start.remaining() == 512 && start.slice(257, 5).equals(ByteBuffer.wrap("ustar".getBytes(StandardCharsets.US_ASCII)))) {
            throw file.fail(0, "file is a tar archive, the format of PyTorch before 0.1.10, which is not supported; "
                    + "load it with PyTorch and save it again");
        }
        if (start.get(0) != 'P' || start.remaining() > 1 && start.get(1) != 'K') {
            throw file.fail(0, "file is not a zip file, as those of PyTorch are: its first byte is 0x%02x", start.get(0));
        }
    }

    private void checkVersion() throws IOException {
        String name = zip.names().contains(name(".data/version")) ? ".data/version" : "version";
        String version = small(name, null);
        if (!version.matches("\\d{1,4}\\n?") || Integer.parseInt(version.trim()) < 1 || Integer.parseInt(version.trim()) > NEWEST_VERSION) {
            throw file.fail(entry(name).data(), "format version must be 1 to %d, got %s", NEWEST_VERSION, PickleReader.kind(version));
        }
    }

    private String small(String name, String orElse) throws IOException {
        if (orElse != null && !zip.names().contains(name(name))) {
            return orElse;
        }
        ZipEntry entry = entry(name);
        if (entry.size() > MAX_SMALL_ENTRY) {
            throw file.fail(entry.data(), "entry %s has %d bytes, at most %d were expected", name, entry.size(), MAX_SMALL_ENTRY);
        }
        return new String(zip.read(entry), StandardCharsets.ISO_8859_1);
    }

    private ZipEntry entry(String name) throws FormatException {
        ZipEntry entry = zip.find(name(name));
        if (entry == null) {
            throw file.fail(0, "zip file is not one of PyTorch's: it has no entry %s", name(name));
        }
        return entry;
    }

    private String name(String entry) {
        return folder + "/" + entry;
    }

    private StorageRef find(String key, ElementType type, long numel, String location, long offset) throws FormatException {
        StorageRef known = storages.get(key);
        if (known != null) {
            if (known.type() != type || known.numel() != numel) {
                throw file.fail(offset, "pickle describes storage %s twice: %d elements of %s, %d of %s", key, known.numel(), known.type(), numel,
                        type);
            }
            return known;
        }
        ZipEntry entry = zip.find(name("data/" + key));
        if (entry == null) {
            throw file.fail(offset, "pickle asks for storage %s, but there is no entry %s", PickleReader.kind(key), name("data/" + key));
        }
        if (numel < 0 || numel > Long.MAX_VALUE / type.bytes() || numel * type.bytes() != entry.size()) {
            throw file.fail(offset, "storage %s has %d elements of %s by the pickle, but its entry has %d bytes", key, numel, type, entry.size());
        }
        budget.charge(offset, 256);
        StorageRef storage = new StorageRef(key, type, numel, location);
        storages.put(key, storage);
        return storage;
    }
}
