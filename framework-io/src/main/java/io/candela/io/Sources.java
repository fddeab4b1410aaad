package io.candela.io;

import io.candela.io.npy.NpyReader;
import io.candela.io.pt.LegacyReader;
import io.candela.io.pt.PtReader;
import io.candela.io.safetensors.SafetensorsReader;
import io.candela.io.safetensors.ShardedReader;
import io.candela.io.zip.Zip;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens a file by what is in it; its name decides only where the contents leave a doubt. */
final class Sources {
    private static final int START = 512;
    private static final int ATTEMPTS = 100; // whoever saves is slower than whoever only opens

    private Sources() {
    }

    static TensorSource open(Path path) throws IOException {
        for (int attempt = 1; ; attempt++) {
            List<Object> before = state(path);
            try {
                TensorSource source = openOnce(path);
                if (attempt == ATTEMPTS || before.equals(state(path))) {
                    return source;
                }
                source.close(); // maybe a set before its turn: until it is complete, a file of the same name goes before it
            } catch (IOException e) {
                if (attempt == ATTEMPTS || before.equals(state(path))) {
                    throw e;
                }
                // replaced between two of its files: the next time the new ones are there
            }
        }
    }

    /** What changes when a file or a set is replaced. */
    private static List<Object> state(Path path) {
        return List.of(FileSource.identity(path), FileSource.identity(ShardedReader.index(path)));
    }

    private static TensorSource openOnce(Path path) throws IOException {
        if (!Files.exists(path) && Files.exists(ShardedReader.index(path))) {
            return ShardedReader.open(ShardedReader.index(path)); // what was saved as model.safetensors is loaded as such
        }
        ByteBuffer start;
        try (FileSource file = FileSource.open(path)) {
            start = file.read(0, (int) Math.min(file.length(), START));
        }
        String name = String.valueOf(path.getFileName());
        if (name.endsWith(".index.json")) {
            return ShardedReader.open(path);
        } else if (startsWith(start, 0, "PK")) {
            return name.endsWith(".npz") || firstEntry(start).endsWith(".npy") ? NpyReader.open(path, true) : PtReader.open(path);
        } else if (startsWith(start, 1, "NUMPY") || name.endsWith(".npy")) {
            return NpyReader.open(path, false);
        } else if (LegacyReader.matches(start)) {
            return LegacyReader.open(path);
        } else if (startsWith(start, 8, "{") || name.endsWith(".safetensors")) {
            return SafetensorsReader.open(path);
        }
        return PtReader.open(path); // which says what the file is not
    }

    private static boolean startsWith(ByteBuffer start, int at, String ascii) {
        byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
        return start.remaining() >= at + bytes.length && start.slice(at, bytes.length).equals(ByteBuffer.wrap(bytes));
    }

    private static String firstEntry(ByteBuffer start) {
        int length = start.remaining() < Zip.LOCAL_BYTES ? 0 : start.getShort(26) & 0xFFFF;
        return start.remaining() < Zip.LOCAL_BYTES + length ? ""
                : new String(start.array(), Zip.LOCAL_BYTES, length, StandardCharsets.ISO_8859_1);
    }
}
