package io.candela.io.safetensors;

import io.candela.io.ByteWindow;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.Leaves;
import io.candela.io.StorageRef;
import io.candela.io.TensorRef;
import io.candela.io.TensorSource;
import io.candela.tensor.StateDict;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a set of safetensors files through its index, {@code model.safetensors.index.json}. */
public final class ShardedReader implements TensorSource {
    private final FileSource index;
    private final Map<String, SafetensorsReader> shards = new LinkedHashMap<>(); // by the name of the file
    private final Map<String, TensorRef> tensors = new LinkedHashMap<>();
    private final Map<StorageRef, SafetensorsReader> shardOf = new IdentityHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private ShardedReader(FileSource index) {
        this.index = index;
    }

    /**
     * The index of a set that was saved under a name.
     *
     * @param model such as {@code model.safetensors}
     */
    public static Path index(Path model) {
        return ShardIndex.path(model);
    }

    /**
     * Opens a set.
     *
     * @param path the index; the other files lie beside it
     * @throws FormatException if a file is damaged or hostile, or lacks a tensor that the index says is in it
     * @throws IOException if a file is missing or cannot be read
     */
    public static ShardedReader open(Path path) throws IOException {
        ShardedReader reader = new ShardedReader(FileSource.open(path));
        try {
            reader.openShards(path);
            return reader;
        } catch (IOException | RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    private void openShards(Path path) throws IOException {
        Map<String, String> names = ShardIndex.read(index);
        for (Map.Entry<String, String> name : names.entrySet()) {
            String file = name.getValue();
            if (!shards.containsKey(file)) {
                try {
                    SafetensorsReader shard = SafetensorsReader.open(path.resolveSibling(file));
                    shards.put(file, shard);
                    shard.metadata().forEach(metadata::putIfAbsent);
                } catch (NoSuchFileException e) {
                    throw index.fail(0, "the set's file %s is missing", file);
                }
            }
            add(name.getKey(), file);
        }
        shards.forEach((file, shard) -> shard.tensors().forEach((name, tensor) -> {
            if (shard.metadata().containsKey(name) && !names.containsKey(name) && tensors.containsKey(shard.metadata().get(name))) {
                tensors.put(name, tensor); // an alias that was left out
            }
        }));
    }

    private void add(String name, String file) throws FormatException {
        SafetensorsReader shard = shards.get(file);
        TensorRef tensor = shard.tensors().get(name);
        if (tensor == null) {
            throw index.fail(0, "tensor '%s' is not in %s, where the index says it is", name, file);
        }
        tensors.put(name, tensor);
        shardOf.put(tensor.storage(), shard);
    }

    @Override
    public String format() {
        return "safetensors, a set of " + shards.size() + " files";
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public StateDict read(Leaves leaves) throws IOException {
        return SafetensorsReader.read(tensors, leaves);
    }

    @Override
    public void readStorage(StorageRef storage, ByteWindow target) throws IOException {
        shardOf.get(storage).readStorage(storage, target);
    }

    @Override
    public Region region(StorageRef storage) {
        return shardOf.get(storage).region(storage);
    }

    @Override
    public StorageRef original(StorageRef storage) {
        StorageRef original = shardOf.get(storage).original(storage);
        return shardOf.containsKey(original) ? original : storage;
    }

    @Override
    public boolean repeatsOriginal(StorageRef storage) throws IOException {
        return shardOf.get(storage).repeatsOriginal(storage);
    }

    @Override
    public FormatException fail(String format, Object... values) {
        return index.fail(0, format, values);
    }

    @Override
    public void close() throws IOException {
        for (SafetensorsReader shard : shards.values()) {
            shard.close();
        }
        index.close();
    }
}
