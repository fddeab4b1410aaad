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
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

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

    /** The name of file {@code index} of {@code count}. */
    static String shardName(Path model, int index, int count) {
        String name = model.getFileName().toString();
        String stem = name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
        return "%s-%05d-of-%05d%s".formatted(stem, index + 1, count, ENDING);
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
