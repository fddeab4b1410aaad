package io.candela.io;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How {@link TensorIO#save(Object, java.nio.file.Path, WriteOptions)} writes. Immutable; start from {@link #defaults()}. An option that a format
 * does not have is refused, not ignored.
 */
public final class WriteOptions {
    private static final WriteOptions DEFAULTS = new WriteOptions(Map.of(), Long.MAX_VALUE, true, false);

    private final Map<String, String> metadata;
    private final long maxShardSize;
    private final boolean repeatTied;
    private final boolean compress;

    private WriteOptions(Map<String, String> metadata, long maxShardSize, boolean repeatTied, boolean compress) {
        this.metadata = metadata;
        this.maxShardSize = maxShardSize;
        this.repeatTied = repeatTied;
        this.compress = compress;
    }

    /** No metadata, one file, tied tensors under each of their names, no compression. */
    public static WriteOptions defaults() {
        return DEFAULTS;
    }

    /** safetensors: strings by name that are saved with the tensors, such as {@code format} {@code pt}; none unless set. */
    public WriteOptions metadata(Map<String, String> metadata) {
        Map<String, String> copy = new LinkedHashMap<>(metadata);
        copy.forEach((key, value) -> {
            Objects.requireNonNull(key, "metadata key");
            Objects.requireNonNull(value, () -> "metadata " + key);
        });
        return new WriteOptions(copy, maxShardSize, repeatTied, compress);
    }

    /**
     * safetensors: the most bytes of tensors in one file. What is larger becomes a set {@code model-00001-of-00003.safetensors} with an index
     * {@code model.safetensors.index.json}, as Hugging Face's libraries write it; a single tensor is never split. No limit unless set.
     *
     * @throws IllegalArgumentException if {@code bytes} is below 1
     */
    public WriteOptions maxShardSize(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("WriteOptions: maxShardSize must be 1 or more, got " + bytes);
        }
        return new WriteOptions(metadata, bytes, repeatTied, compress);
    }

    /**
     * safetensors: whether tensors that share memory are written under each of their names; true unless set. The format gives every name bytes of
     * its own, so a file is whole for other readers only if tied bytes are written again; Candela ties them when it loads. If false they are
     * written once and the other names are noted in the metadata, as {@code safetensors.torch.save_model} does: smaller, but other readers
     * than Candela find those names missing.
     */
    public WriteOptions repeatTied(boolean repeatTied) {
        return new WriteOptions(metadata, maxShardSize, repeatTied, compress);
    }

    /** npz: whether arrays are deflated, as {@code numpy.savez_compressed} does; false unless set. */
    public WriteOptions compress(boolean compress) {
        return new WriteOptions(metadata, maxShardSize, repeatTied, compress);
    }

    Map<String, String> metadata() {
        return metadata;
    }

    long maxShardSize() {
        return maxShardSize;
    }

    boolean repeatTied() {
        return repeatTied;
    }

    boolean compress() {
        return compress;
    }
}
