package io.candela.io.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.candela.io.ElementType;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON at the start of a safetensors file, with every rule of the format checked. */
final class Header {
    /** The longest header that the reference implementation takes. */
    static final int MAX_BYTES = 100_000_000;
    static final String METADATA = "__metadata__";
    private static final int MAX_DIMENSIONS = 64;
    private static final int HEAP_PER_TENSOR = 512;
    /** Parses UTF-8 and nothing else, within limits. */
    static final JsonFactory JSON = JsonFactory.builder().disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).maxNameLength(1 << 20).maxStringLength(MAX_BYTES)
            .maxNumberLength(32).build()).build();

    /** A tensor: bytes {@code begin} to {@code end} after the header. */
    record Entry(String name, ElementType type, long[] sizes, long begin, long end) {
    }

    private final FileSource file;
    private final HeapBudget budget;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private JsonParser json;
    private boolean metadataSeen;
    private long payload; // where the bytes of tensors start

    private Header(FileSource file) {
        this.file = file;
        this.budget = new HeapBudget(file);
    }

    static Header read(FileSource file) throws IOException {
        Header header = new Header(file);
        header.read();
        return header;
    }

    /** The tensors in the order of the header. */
    Map<String, Entry> entries() {
        return entries;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    long payload() {
        return payload;
    }

    private void read() throws IOException {
        if (file.length() < 8) {
            throw file.fail(file.length(), "file ends here, a safetensors file starts with 8 bytes that tell the header's length");
        }
        long length = file.read(0, 8).getLong(0);
        if (length < 0 || length > MAX_BYTES) {
            throw file.fail(0, "header is said to have %s bytes, a safetensors file has at most %d", Long.toUnsignedString(length), MAX_BYTES);
        }
        if (length > file.length() - 8) {
            throw file.fail(0, "header is said to have %d bytes, the file ends after %d", length, file.length() - 8);
        }
        payload = 8 + length;
        budget.charge(0, length);
        byte[] bytes = file.read(8, (int) length).array();
        if (length == 0 || bytes[0] != '{') {
            throw file.fail(8, "header of a safetensors file must start with {, got %s", length == 0 ? "nothing" : "byte 0x%02x".formatted(bytes[0]));
        }
        try (JsonParser parser = JSON.createParser(bytes)) {
            json = parser;
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                readField(json.currentName());
            }
            if (json.nextToken() != null) {
                throw fail("header has something after its last }");
            }
        } catch (JsonProcessingException e) {
            throw file.fail(8 + Math.max(0, e.getLocation() == null ? 0 : e.getLocation().getByteOffset()), "header is no valid JSON: %s",
                    e.getOriginalMessage());
        } catch (IllegalStateException e) { // the parser's guard against names chosen for their equal hash codes
            throw file.fail(8, "header is no honest JSON: %s", e.getMessage());
        }
        checkLayout();
    }

    private void readField(String name) throws IOException {
        if (!name.equals(METADATA)) {
            budget.charge(at(), HEAP_PER_TENSOR + 2L * name.length());
            if (entries.put(name, readEntry(name)) != null) {
                throw fail("tensor '%s' is in the header twice", name);
            }
            return;
        }
        if (metadataSeen) {
            throw fail("%s is in the header twice", METADATA);
        }
        metadataSeen = true;
        expect(JsonToken.START_OBJECT, METADATA, "an object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            expect(JsonToken.VALUE_STRING, METADATA + " " + key, "a string");
            budget.charge(at(), 128 + 2L * (key.length() + json.getTextLength()));
            if (metadata.put(key, json.getText()) != null) {
                throw fail("%s has %s twice", METADATA, key);
            }
        }
    }

    private Entry readEntry(String name) throws IOException {
        expect(JsonToken.START_OBJECT, "tensor '" + name + "'", "an object");
        String dtype = null;
        long[] shape = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            String what = field + " of tensor '" + name + "'";
            boolean twice = switch (field) {
                case "dtype" -> dtype != null;
                case "shape" -> shape != null;
                case "data_offsets" -> offsets != null;
                default -> throw fail("%s is not known; tensors have dtype, shape and data_offsets", what);
            };
            if (twice) {
                throw fail("%s is given twice", what);
            }
            if (field.equals("dtype")) {
                expect(JsonToken.VALUE_STRING, what, "a string");
                dtype = json.getText();
            } else if (field.equals("shape")) {
                shape = numbers(what);
            } else {
                offsets = numbers(what);
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
            throw fail("tensor '%s' must have dtype, shape and two data_offsets", name);
        }
        ElementType type = DTypes.ofName(dtype);
        if (type == null) {
            throw fail("tensor '%s' has dtype %s, which is not known; known are %s", name, shorten(dtype), DTypes.all());
        }
        Entry entry = new Entry(name, type, shape, offsets[0], offsets[1]);
        long bytes = bytes(entry);
        if (entry.begin > entry.end || bytes != entry.end - entry.begin) {
            throw fail("tensor '%s' of %s %s does not take the bytes from %d to %d", name, type, Arrays.toString(shape), entry.begin, entry.end);
        }
        return entry;
    }

    /** @return −1 if they do not fit a long */
    private static long bytes(Entry entry) {
        long bytes = entry.type.bytes();
        try {
            for (long size : entry.sizes) {
                bytes = Math.multiplyExact(bytes, size);
            }
        } catch (ArithmeticException e) {
            return -1;
        }
        return bytes;
    }

    private long[] numbers(String what) throws IOException {
        expect(JsonToken.START_ARRAY, what, "an array");
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    || json.getLongValue() < 0) {
                throw fail("%s must hold integers of at least 0", what);
            }
            if (numbers.size() == MAX_DIMENSIONS) {
                throw fail("%s has more than %d entries", what, MAX_DIMENSIONS);
            }
            numbers.add(json.getLongValue());
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private void checkLayout() throws FormatException {
        List<Entry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long end = 0;
        for (Entry entry : sorted) {
            if (entry.begin != end) {
                throw file.fail(payload, "tensor '%s' starts at byte %d of the payload, the one before it ends at %d: %s", entry.name, entry.begin,
                        end, entry.begin < end ? "they overlap" : "there is a hole");
            }
            end = entry.end;
        }
        if (end != file.length() - payload) {
            throw file.fail(payload, "tensors take %d bytes, the file has %d after its header", end, file.length() - payload);
        }
    }

    private void expect(JsonToken token, String what, String kind) throws IOException {
        if (json.nextToken() != token) {
            throw fail("%s must be %s", shorten(what), kind);
        }
    }

    private static String shorten(String text) {
        return text.length() <= 120 ? text : text.substring(0, 120) + "...";
    }

    private long at() {
        return 8 + Math.max(0, json.currentTokenLocation().getByteOffset());
    }

    private FormatException fail(String format, Object... values) {
        return file.fail(at(), format, values);
    }
}
