package io.candela.io.npy;

import io.candela.io.ByteSwap;
import io.candela.io.ByteWindow;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import io.candela.io.Leaves;
import io.candela.io.SingleFile;
import io.candela.io.StorageRef;
import io.candela.io.TensorRef;
import io.candela.io.zip.ZipEntry;
import io.candela.io.zip.ZipInput;
import io.candela.io.zip.ZipReader;
import io.candela.tensor.StateDict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads NumPy's files: a {@code .npy} is one tensor, a {@code .npz} a state dict of them, stored or deflated. */
public final class NpyReader extends SingleFile {
    private static final int CHUNK = 1 << 20;
    private static final int HEAP_PER_ARRAY = 1024;
    private static final String ENDING = ".npy";

    /** One array: its header and where that starts. */
    private record Array(NpyHeader header, long start, TensorRef tensor) {
    }

    private final boolean archive;
    private final Map<String, Array> arrays = new LinkedHashMap<>();
    private ZipReader zip; // null if the file is a single array

    private NpyReader(FileSource file, boolean archive) {
        super(file);
        this.archive = archive;
    }

    /**
     * Opens a file.
     *
     * @param archive whether it is a {@code .npz}
     * @throws FormatException if it is damaged, hostile, or holds something else than numbers
     * @throws IOException if it cannot be read
     */
    public static NpyReader open(Path path, boolean archive) throws IOException {
        return open(path, file -> new NpyReader(file, archive));
    }

    @Override
    protected void readStructure() throws IOException {
        if (archive) {
            openArchive();
        } else {
            openArray();
        }
    }

    private void openArray() throws IOException {
        long[] at = {0};
        NpyHeader header = NpyHeader.read(target -> {
            int count = target.remaining();
            file.read(at[0], target);
            at[0] += count;
        }, file, 0);
        add("", header, 0, file.length() - header.bytes());
    }

    private void openArchive() throws IOException {
        HeapBudget budget = new HeapBudget(file);
        zip = ZipReader.open(file, budget);
        for (String name : zip.names()) {
            if (!name.endsWith(ENDING)) {
                throw file.fail(0, "entry %s of a NumPy archive is no array: its name does not end in %s", name, ENDING);
            }
            budget.charge(0, HEAP_PER_ARRAY);
            ZipEntry entry = zip.entry(name);
            try (ZipInput input = zip.input(name)) {
                NpyHeader header = NpyHeader.read(input::read, file, entry.data());
                add(name.substring(0, name.length() - ENDING.length()), header, entry.data(), input.remaining());
            }
        }
    }

    private void add(String name, NpyHeader header, long start, long payload) throws FormatException {
        TensorRef tensor = header.tensor(name, file, start);
        if (tensor.storage().bytes() != payload) {
            throw file.fail(start, "NumPy array %s %s has %d bytes, %d are there", header.type(), Arrays.toString(header.sizes()),
                    tensor.storage().bytes(), payload);
        }
        arrays.put(name, new Array(header, start, tensor));
    }

    @Override
    public String format() {
        return zip == null ? "NumPy array" : "NumPy archive";
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public Object read(Leaves leaves) throws IOException {
        if (zip == null) {
            return leaves.tensor(arrays.get("").tensor, "");
        }
        StateDict state = new StateDict();
        for (Map.Entry<String, Array> array : arrays.entrySet()) {
            state.put(array.getKey(), leaves.tensor(array.getValue().tensor, array.getKey()));
        }
        return state;
    }

    @Override
    public void readStorage(StorageRef storage, ByteWindow target) throws IOException {
        Array array = arrays.get(storage.key());
        if (zip == null) {
            long start = array.header.bytes();
            fill(storage, array, target, (offset, chunk) -> file.read(start + offset, chunk));
            return;
        }
        try (ZipInput input = zip.input(storage.key() + ENDING)) {
            input.read(ByteBuffer.allocate(array.header.bytes()));
            fill(storage, array, target, (offset, chunk) -> input.read(chunk));
            input.finish();
        }
    }

    /** Reads the bytes of an array from {@code offset} on. */
    @FunctionalInterface
    private interface Payload {
        void read(long offset, ByteBuffer chunk) throws IOException;
    }

    private static void fill(StorageRef storage, Array array, ByteWindow target, Payload payload) throws IOException {
        for (long offset = 0; offset < storage.bytes(); ) {
            int length = (int) Math.min(CHUNK, storage.bytes() - offset);
            ByteBuffer chunk = target.window(offset, length);
            payload.read(offset, chunk.duplicate());
            if (array.header.big()) {
                ByteSwap.swap(chunk.duplicate(), array.header.type().numberBytes());
            }
            target.filled(offset, chunk);
            offset += length;
        }
    }

    @Override
    public Region region(StorageRef storage) throws IOException {
        Array array = arrays.get(storage.key());
        boolean packed = zip != null && zip.entry(storage.key() + ENDING).method() != 0;
        return packed || array.header.big() ? null : new Region(file, array.start + array.header.bytes());
    }

    @Override
    public FormatException fail(String format, Object... values) {
        return file.fail(0, format, values);
    }
}
