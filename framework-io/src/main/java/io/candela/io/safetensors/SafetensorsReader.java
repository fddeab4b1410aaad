package io.candela.io.safetensors;

import io.candela.io.ByteWindow;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.Leaves;
import io.candela.io.SingleFile;
import io.candela.io.StorageRef;
import io.candela.io.TensorRef;
import io.candela.tensor.StateDict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads safetensors files: tensors by name, each with bytes of its own, and strings beside them.
 *
 * <p>An entry {@code alias: name} of the metadata, where {@code name} is a tensor, says that both were one tensor when they were saved. If the file
 * has {@code alias} too and its bytes are the same, both are tied again; if it lacks {@code alias}, as files of
 * {@code safetensors.torch.save_model} do, it is added.
 */
public final class SafetensorsReader extends SingleFile {
    private static final int CHUNK = 1 << 20;

    private Header header;
    private final Map<String, TensorRef> tensors = new LinkedHashMap<>();
    private final Map<StorageRef, StorageRef> originals = new LinkedHashMap<>();

    private SafetensorsReader(FileSource file) {
        super(file);
    }

    /**
     * Opens a file.
     *
     * @throws FormatException if it is damaged, hostile, or no safetensors file
     * @throws IOException if it cannot be read
     */
    public static SafetensorsReader open(Path path) throws IOException {
        return open(path, SafetensorsReader::new);
    }

    @Override
    protected void readStructure() throws IOException {
        header = Header.read(file);
        header.entries().forEach((name, entry) -> {
            long numel = (entry.end() - entry.begin()) / entry.type().bytes();
            StorageRef storage = new StorageRef(name, entry.type(), numel, "cpu");
            tensors.put(name, TensorRef.whole(storage, entry.sizes()));
        });
        Set<String> tied = new HashSet<>(); // an original is no alias itself: no chains, no circles
        for (Map.Entry<String, String> record : header.metadata().entrySet()) {
            Header.Entry kept = header.entries().get(record.getValue());
            Header.Entry alias = header.entries().get(record.getKey());
            if (kept == null || kept == alias) {
                continue; // something else than an alias
            }
            TensorRef original = tensors.get(kept.name());
            if (alias == null) {
                tensors.put(record.getKey(), original);
            } else if (!originals.containsKey(original.storage()) && !tied.contains(alias.name()) && alias.type() == kept.type()
                    && alias.end() - alias.begin() == kept.end() - kept.begin()) {
                originals.put(tensors.get(alias.name()).storage(), original.storage());
                tied.add(kept.name());
            }
        }
    }

    /** The tensors by name. */
    Map<String, TensorRef> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public String format() {
        return "safetensors";
    }

    @Override
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    @Override
    public StateDict read(Leaves leaves) throws IOException {
        return read(tensors, leaves);
    }

    static StateDict read(Map<String, TensorRef> tensors, Leaves leaves) throws IOException {
        StateDict state = new StateDict();
        for (Map.Entry<String, TensorRef> tensor : tensors.entrySet()) {
            state.put(tensor.getKey(), leaves.tensor(tensor.getValue(), tensor.getKey()));
        }
        return state;
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
        TensorRef tensor = tensors.get(storage.key());
        if (tensor == null || tensor.storage() != storage) {
            throw new IllegalArgumentException("SafetensorsReader: storage " + storage.key() + " is not one of " + file.name());
        }
        return new Region(file, header.payload() + header.entries().get(storage.key()).begin());
    }

    @Override
    public StorageRef original(StorageRef storage) {
        return originals.getOrDefault(storage, storage);
    }

    @Override
    public boolean repeatsOriginal(StorageRef storage) throws IOException {
        long a = region(storage).position();
        long b = region(original(storage)).position();
        ByteBuffer left = ByteBuffer.allocateDirect((int) Math.min(CHUNK, storage.bytes()));
        ByteBuffer right = ByteBuffer.allocateDirect(left.capacity());
        for (long offset = 0; offset < storage.bytes(); offset += left.limit()) {
            int length = (int) Math.min(left.capacity(), storage.bytes() - offset);
            file.read(a + offset, left.clear().limit(length));
            file.read(b + offset, right.clear().limit(length));
            if (!left.flip().equals(right.flip())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public FormatException fail(String format, Object... values) {
        return file.fail(8, format, values);
    }
}
