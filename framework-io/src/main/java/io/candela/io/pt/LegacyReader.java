package io.candela.io.pt;

import io.candela.io.ByteWindow;
import io.candela.io.ElementType;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import io.candela.io.Leaves;
import io.candela.io.SingleFile;
import io.candela.io.StorageRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the format of PyTorch before 1.6, which {@code torch.save(..., _use_new_zipfile_serialization=False)} still writes: five pickles (a magic
 * number, a version, facts about the machine, the nest, the names of the storages), then the storages, each behind its number of elements.
 */
public final class LegacyReader extends SingleFile {
    /** How such a file begins: the pickle of the magic number. */
    private static final byte[] MAGIC = {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8,
        0x50, 0x19};
    private static final long PROTOCOL = 1001;
    private static final int FIRST_PREFIX = 1 << 20;
    private static final int CHUNK = 1 << 20;

    private final Map<String, StorageRef> storages = new LinkedHashMap<>();
    private final Map<String, Long> positions = new HashMap<>();
    private HeapBudget budget;
    private Object root;

    private LegacyReader(FileSource file) {
        super(file);
    }

    /** Whether a file that begins so has this format. */
    public static boolean matches(ByteBuffer start) {
        return start.remaining() >= MAGIC.length && start.slice(start.position(), MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    }

    /**
     * Opens a file.
     *
     * @throws FormatException if it is damaged or hostile
     * @throws IOException if it cannot be read
     */
    public static LegacyReader open(Path path) throws IOException {
        return open(path, LegacyReader::new);
    }

    /** The pickles do not tell their length: a part of the file is tried, and four times as much if it was too short. */
    @Override
    protected void readStructure() throws IOException {
        HeapBudget pickles = new HeapBudget(file);
        for (long prefix = Math.min(FIRST_PREFIX, file.length()); ; prefix = Math.min(4 * prefix, file.length())) {
            pickles.charge(0, prefix);
            byte[] bytes = file.read(0, Math.toIntExact(Math.min(prefix, Integer.MAX_VALUE - 16))).array();
            storages.clear();
            PickleInput in = new PickleInput(file, 0, bytes);
            try {
                readPickles(in);
                return;
            } catch (FormatException e) {
                if (!in.ranOut() || bytes.length >= file.length() || bytes.length > Integer.MAX_VALUE / 4) {
                    throw e;
                }
            }
        }
    }

    private void readPickles(PickleInput in) throws IOException {
        budget = new HeapBudget(file);
        in.skip(MAGIC.length + 1);
        Object protocol = pickle(in);
        if (!Long.valueOf(PROTOCOL).equals(protocol)) {
            throw in.fail("format version must be %d, got %s", PROTOCOL, PickleReader.kind(protocol));
        }
        pickle(in); // facts about the machine: storages are little-endian on all of them
        root = pickle(in);
        if (!(pickle(in) instanceof ArrayList<?> keys)) {
            throw in.fail("names of the storages are no list");
        }
        findStorages(keys, in.position());
        new NestBuilder(file, 0, new Leaves() { }).build(root);
    }

    private Object pickle(PickleInput in) throws FormatException {
        return new PickleReader(in, budget, this::find).read();
    }

    private StorageRef find(String key, ElementType type, long numel, String location, long offset) throws FormatException {
        StorageRef known = storages.get(key);
        if (known != null) {
            if (known.type() != type || known.numel() != numel) {
                throw file.fail(offset, "pickle describes storage %s twice: %d elements of %s, %d of %s", PickleReader.kind(key), known.numel(),
                        known.type(), numel, type);
            }
            return known;
        }
        if (numel < 0 || numel > file.length() / type.bytes()) {
            throw file.fail(offset, "storage %s has %d elements of %s by the pickle, the whole file has %d bytes", PickleReader.kind(key), numel, type,
                    file.length());
        }
        budget.charge(offset, 256);
        StorageRef storage = new StorageRef(key, type, numel, location);
        storages.put(key, storage);
        return storage;
    }

    private void findStorages(List<?> keys, long start) throws IOException {
        long at = start;
        for (Object key : keys) {
            StorageRef storage = key instanceof String name ? storages.get(name) : null;
            if (storage == null || positions.containsKey(storage.key())) {
                throw file.fail(at, "file has a storage %s that the nest does not use, or has it twice", PickleReader.kind(key));
            }
            long numel = at > file.length() - 8 ? -1 : file.read(at, 8).getLong(0);
            if (numel != storage.numel() || storage.bytes() > file.length() - at - 8) {
                throw file.fail(Math.min(at, file.length()), "storage %s must have %d elements of %s, here are %d, and %d bytes up to the end",
                        PickleReader.kind(key), storage.numel(), storage.type(), numel, Math.max(0, file.length() - at - 8));
            }
            positions.put(storage.key(), at + 8);
            at += 8 + storage.bytes();
        }
        if (positions.size() != storages.size()) {
            throw file.fail(start, "nest uses %d storages, the file has %d", storages.size(), positions.size());
        }
    }

    @Override
    public String format() {
        return "PyTorch before 1.6";
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public Object read(Leaves leaves) throws IOException {
        return new NestBuilder(file, 0, leaves).build(root);
    }

    @Override
    public void readStorage(StorageRef storage, ByteWindow target) throws IOException {
        long start = region(storage).position();
        for (long offset = 0; offset < storage.bytes(); ) {
            int length = (int) Math.min(CHUNK, storage.bytes() - offset);
            ByteBuffer chunk = target.window(offset, length);
            file.read(start + offset, chunk.duplicate());
            target.filled(offset, chunk);
            offset += length;
        }
    }

    @Override
    public Region region(StorageRef storage) {
        return new Region(file, positions.get(storage.key()));
    }

    @Override
    public FormatException fail(String format, Object... values) {
        return file.fail(0, format, values);
    }
}
