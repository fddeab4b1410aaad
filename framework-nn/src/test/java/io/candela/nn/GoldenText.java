package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** The text files that {@code tools/golden/nn.py} wrote. */
final class GoldenText {
    private GoldenText() {}

    private static List<String> lines(String file) {
        try (var in = new BufferedReader(new InputStreamReader(GoldenText.class.getResourceAsStream("/golden/" + file), StandardCharsets.UTF_8))) {
            return in.lines().filter(line -> !line.startsWith("#")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /** What stands after each name, in words. */
    static Map<String, List<String>> cases(String file) {
        Map<String, List<String>> out = new LinkedHashMap<>();
        for (String line : lines(file)) {
            int colon = line.indexOf(" : ");
            out.put(line.substring(0, colon).strip(), List.of(line.substring(colon + 3).strip().split(" ")));
        }
        return out;
    }

    /** The text after each line {@code == name}. */
    static Map<String, String> blocks(String file) {
        Map<String, String> out = new LinkedHashMap<>();
        String name = null;
        for (String line : lines(file)) {
            if (line.startsWith("== ")) {
                name = line.substring(3);
            } else {
                out.merge(name, line, (a, b) -> a + "\n" + b);
            }
        }
        return out;
    }

    /** A tensor as the script writes it: the bits of up to 4 numbers, else a CRC-32. */
    static String bits(Tensor t) {
        ByteBuffer bytes = t.toByteBuffer();
        if (t.numel() > 4 || !t.dtype().isFloating()) {
            return crc(bytes);
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < t.numel(); i++) {
            out.append(i == 0 ? "" : " ").append(t.dtype() == DType.FLOAT32 ? "%08x".formatted(bytes.getInt(4 * i))
                    : "%016x".formatted(bytes.getLong(8 * i)));
        }
        return out.toString();
    }

    static String crc(ByteBuffer bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes.duplicate());
        return "%08x".formatted(crc.getValue());
    }
}
