package io.candela.io.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The index of a set of files, {@code model.safetensors.index.json}: which tensor is in which file. */
final class ShardIndex {
    private static final String ENDING = ".safetensors";
    private static final int MAX_BYTES = Header.MAX_BYTES;

    private ShardIndex() {
    }

    /** The index that belongs to {@code model.safetensors}. */
    static Path path(Path model) {
        return model.resolveSibling(model.getFileName() + ".index.json");
    }

    /**
     * Names for the files of a new set, none of which is taken: {@code model-00001-of-00002.safetensors}, as usual, or with a random number behind the
     * model's name if there is a set already. A reader with the old index in its hands never meets a new file under an old name.
     */
    static List<Path> newShards(Path model, int count) {
        List<Path> shards = shards(model, "", count);
        for (boolean replaces = Files.exists(path(model)); replaces || shards.stream().anyMatch(Files::exists); replaces = false) {
            shards = shards(model, "-%016x".formatted(ThreadLocalRandom.current().nextLong()), count);
        }
        return shards;
    }

    private static List<Path> shards(Path model, String tag, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> model.resolveSibling("%s%s-%05d-of-%05d%s".formatted(stem(model), tag, i, count, ENDING)))
                .toList();
    }

    private static String stem(Path model) {
        String name = model.getFileName().toString();
        return name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
    }

    /** The files that the index in place names, in so far as they are named after the model; none if there is no index, or one that cannot be read. */
    static Set<Path> shards(Path model) throws IOException {
        Set<Path> shards = new LinkedHashSet<>();
        if (Files.exists(path(model))) {
            Pattern own = Pattern.compile(Pattern.quote(stem(model)) + "(-[0-9a-f]{16})?-\\d{5}-of-\\d{5}" + Pattern.quote(ENDING));
            try (FileSource index = FileSource.open(path(model))) {
                read(index).values().stream().filter(name -> own.matcher(name).matches()).forEach(name -> shards.add(model.resolveSibling(name)));
            } catch (FormatException e) {
                // no index of ours: what it names is not ours to remove
            }
        }
        return shards;
    }

    static void write(Map<String, String> names, long bytes, FileChannel out) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            DefaultIndenter lines = new DefaultIndenter("  ", "\n");
            json.setPrettyPrinter(new DefaultPrettyPrinter(Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER)).withObjectIndenter(lines).withArrayIndenter(lines));
            json.writeStartObject();
            json.writeObjectFieldStart("metadata");
            json.writeNumberField("total_size", bytes);
            json.writeEndObject();
            json.writeObjectFieldStart("weight_map");
            for (Map.Entry<String, String> name : new TreeMap<>(names).entrySet()) {
                json.writeStringField(name.getKey(), name.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        text.write('\n');
        ByteBuffer buffer = ByteBuffer.wrap(text.toByteArray());
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    /**
     * Which tensor is in which file, all files in the index's own folder.
     *
     * @throws FormatException if it is no index, or names files elsewhere
     */
    static Map<String, String> read(FileSource file) throws IOException {
        if (file.length() > MAX_BYTES) {
            throw file.fail(0, "index has %d bytes, at most %d are taken", file.length(), MAX_BYTES);
        }
        HeapBudget budget = new HeapBudget(file);
        budget.charge(0, 4 * file.length());
        Map<String, String> names = null;
        try (JsonParser json = Header.JSON.createParser(file.read(0, (int) file.length()).array())) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw file.fail(0, "index must be a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean map = json.currentName().equals("weight_map");
                json.nextToken();
                if (!map) {
                    json.skipChildren();
                } else if (names != null) {
                    throw file.fail(at(json), "index has weight_map twice");
                } else {
                    names = readMap(json, file, budget);
                }
            }
        } catch (JsonProcessingException e) {
            throw file.fail(e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset()), "index is no valid JSON: %s",
                    e.getOriginalMessage());
        } catch (IllegalStateException e) { // the parser's guard against names chosen for their equal hash codes
            throw file.fail(0, "index is no honest JSON: %s", e.getMessage());
        }
        if (names == null) {
            throw file.fail(0, "index has no weight_map");
        }
        return names;
    }

    private static Map<String, String> readMap(JsonParser json, FileSource file, HeapBudget budget) throws IOException {
        Map<String, String> names = new LinkedHashMap<>();
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw file.fail(at(json), "weight_map must be an object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw file.fail(at(json), "weight_map of tensor '%s' must be the name of a file", name);
            }
            String shard = json.getText();
            if (!shard.matches("[^/\\\\:\\x00-\\x1F]{1,255}") || shard.equals(".") || shard.equals("..")) {
                throw file.fail(at(json), "weight_map of tensor '%s' names a file elsewhere: '%s'", name, shard);
            }
            budget.charge(at(json), 256);
            if (names.put(name, shard) != null) {
                throw file.fail(at(json), "weight_map has tensor '%s' twice", name);
            }
        }
        return names;
    }

    private static long at(JsonParser json) {
        return Math.max(0, json.currentTokenLocation().getByteOffset());
    }
}
