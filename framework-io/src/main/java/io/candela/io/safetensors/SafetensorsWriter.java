package io.candela.io.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.candela.io.AtomicFile;
import io.candela.io.ByteWindow;
import io.candela.io.ChannelOutput;
import io.candela.io.TensorView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes safetensors files as {@code safetensors.torch.save_file} does, byte for byte: larger element types first, then by name, the header padded
 * to 8 bytes. A tensor with gaps or another order is written in row-major order.
 */
public final class SafetensorsWriter {
    private static final int CHUNK = 1 << 20;
    private static final Comparator<Item> ORDER = Comparator.comparingInt((Item item) -> -DTypes.rank(item.view.type())).thenComparing(Item::name,
            SafetensorsWriter::compareBytes);

    private record Item(String name, TensorView view) {
        long bytes() {
            return view.numel() * view.type().bytes();
        }
    }

    private final Map<String, String> metadata;
    private final boolean repeatTied;
    private final long maxShardSize;

    /**
     * A writer.
     *
     * @param metadata     strings that every file gets
     * @param repeatTied   whether a tensor with several names is written under each of them, or under the first one only
     * @param maxShardSize the most bytes of tensors in one file
     */
    public SafetensorsWriter(Map<String, String> metadata, boolean repeatTied, long maxShardSize) {
        this.metadata = metadata;
        this.repeatTied = repeatTied;
        this.maxShardSize = maxShardSize;
    }

    /**
     * Writes tensors to one file, or to several with an index if they are too large. Whoever opens them sees all of the old ones or all of the new,
     * also after a crash: the files of a set that replaces another have names of their own, and the old ones are removed when the index stands.
     *
     * @throws IllegalArgumentException if a type or name is not for this format; no file is touched
     */
    public void write(Map<String, TensorView> tensors, Path path) throws IOException {
        Map<String, String> aliases = new LinkedHashMap<>();
        List<Item> items = new ArrayList<>();
        collect(tensors, items, aliases);
        aliases.forEach((alias, kept) -> {
            if (metadata.containsKey(alias)) {
                throw new IllegalArgumentException("TensorIO.save: metadata has the key %s, which is also a tensor tied to %s".formatted(alias, kept));
            }
        });
        List<List<Item>> shards = shards(items, aliases);
        Set<Path> before = ShardIndex.shards(path); // of a set that had the same name
        if (shards.size() == 1) {
            try (AtomicFile file = AtomicFile.open(path)) {
                write(shards.get(0), aliases, file);
                file.commit();
            }
            Files.deleteIfExists(ShardIndex.path(path));
        } else {
            writeSet(shards, aliases, path);
            Files.deleteIfExists(path); // a single file goes before a set; until here it is what is read
            before.removeAll(ShardIndex.shards(path));
        }
        for (Path shard : before) {
            Files.deleteIfExists(shard);
        }
    }

    private void writeSet(List<List<Item>> shards, Map<String, String> aliases, Path path) throws IOException {
        Map<String, String> names = new LinkedHashMap<>(); // of tensors, to files
        Map<Path, AtomicFile> files = new LinkedHashMap<>();
        try (AtomicFile index = AtomicFile.open(ShardIndex.path(path))) {
            List<Path> places = ShardIndex.newShards(path, shards.size());
            try {
                for (int i = 0; i < places.size(); i++) {
                    Path place = places.get(i);
                    AtomicFile file = AtomicFile.open(place);
                    files.put(place, file);
                    write(shards.get(i), aliases, file);
                    shards.get(i).forEach(item -> names.put(item.name, place.getFileName().toString()));
                }
                ShardIndex.write(names, shards.stream().flatMap(List::stream).mapToLong(Item::bytes).sum(), index.channel());
                for (AtomicFile file : files.values()) {
                    file.commit();
                }
            } catch (IOException | RuntimeException | Error e) {
                for (Path place : files.keySet()) {
                    Files.deleteIfExists(place); // no index names it
                }
                throw e;
            } finally {
                for (AtomicFile file : files.values()) {
                    file.close();
                }
            }
            index.commit();
        }
    }

    private void collect(Map<String, TensorView> tensors, List<Item> items, Map<String, String> aliases) {
        Map<Object, List<Item>> sharing = new IdentityHashMap<>();
        tensors.forEach((name, view) -> {
            if (name.equals(Header.METADATA)) {
                throw new IllegalArgumentException("TensorIO.save: " + name + " is not a name for a tensor in safetensors files");
            }
            if (DTypes.name(view.type()) == null) {
                throw new IllegalArgumentException("TensorIO.save: tensor %s is %s, which safetensors files cannot hold".formatted(name, view.type()));
            }
            Item item = new Item(name, view);
            List<Item> group = sharing.computeIfAbsent(view.storage(), storage -> new ArrayList<>());
            Item original = group.stream().filter(other -> same(other.view, view)).findFirst().orElse(null);
            if (original == null) {
                group.add(item);
            } else if (view.numel() > 0) {
                aliases.put(name, original.name);
            }
            if (original == null || repeatTied || view.numel() == 0) {
                items.add(item);
            }
        });
    }

    private static boolean same(TensorView a, TensorView b) {
        return a.type() == b.type() && a.offset() == b.offset() && Arrays.equals(a.sizes(), b.sizes()) && Arrays.equals(a.strides(), b.strides());
    }

    /** Fills one file after the other in the order of the map. What is tied stays in one file. */
    private List<List<Item>> shards(List<Item> items, Map<String, String> aliases) {
        Map<String, List<Item>> ties = new LinkedHashMap<>(); // by the first name
        items.forEach(item -> ties.computeIfAbsent(aliases.getOrDefault(item.name, item.name), name -> new ArrayList<>()).add(item));
        List<List<Item>> shards = new ArrayList<>();
        List<Item> current = new ArrayList<>();
        long size = 0;
        for (List<Item> tie : ties.values()) {
            long bytes = tie.stream().mapToLong(Item::bytes).sum();
            if (!current.isEmpty() && bytes > maxShardSize - size) {
                shards.add(current);
                current = new ArrayList<>();
                size = 0;
            }
            current.addAll(tie);
            size += bytes;
        }
        shards.add(current);
        return shards;
    }

    private void write(List<Item> items, Map<String, String> aliases, AtomicFile file) throws IOException {
        List<Item> sorted = new ArrayList<>(items);
        sorted.sort(ORDER);
        ChannelOutput out = file.output();
        byte[] header = header(sorted, aliases);
        out.room(8).putLong(header.length);
        out.put(ByteBuffer.wrap(header));
        for (Item item : sorted) {
            TensorView view = item.view.isContiguous() ? item.view : item.view.contiguous();
            long start = view.offset() * view.type().bytes();
            ByteWindow bytes = view.bytes();
            for (long offset = 0; offset < item.bytes(); ) {
                int length = (int) Math.min(CHUNK, item.bytes() - offset);
                out.put(bytes.window(start + offset, length));
                offset += length;
            }
            Reference.reachabilityFence(bytes); // its memory is not reused while the last chunk is on its way
        }
        out.flush();
    }

    private byte[] header(List<Item> items, Map<String, String> aliases) throws IOException {
        Map<String, String> strings = new LinkedHashMap<>(metadata);
        Set<String> names = items.stream().map(Item::name).collect(Collectors.toSet());
        aliases.forEach((alias, kept) -> {
            if (names.contains(kept)) {
                strings.put(alias, kept);
            }
        });
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!strings.isEmpty()) {
                json.writeObjectFieldStart(Header.METADATA);
                for (Map.Entry<String, String> string : strings.entrySet()) {
                    json.writeStringField(string.getKey(), string.getValue());
                }
                json.writeEndObject();
            }
            long begin = 0;
            for (Item item : items) {
                json.writeObjectFieldStart(item.name);
                json.writeStringField("dtype", DTypes.name(item.view.type()));
                json.writeFieldName("shape");
                json.writeArray(item.view.sizes(), 0, item.view.sizes().length);
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {begin, begin + item.bytes()}, 0, 2);
                json.writeEndObject();
                begin += item.bytes();
            }
            json.writeEndObject();
        }
        bytes.writeBytes(" ".repeat(Math.floorMod(-bytes.size(), 8)).getBytes(StandardCharsets.US_ASCII));
        if (bytes.size() > Header.MAX_BYTES) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "TensorIO.save: %d tensors need a header of %d bytes, safetensors files"
                    + " have at most %d", items.size(), bytes.size(), Header.MAX_BYTES));
        }
        return bytes.toByteArray();
    }

    /** As their UTF-8 bytes compare, which is the order of code points. */
    private static int compareBytes(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
