package io.candela.io.pt;

import io.candela.io.AtomicFile;
import io.candela.io.zip.ZipWriter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Golden files, and files that no honest program writes. */
final class PtFiles {
    private PtFiles() {
    }

    static Path golden(String name) {
        try {
            return Path.of(PtFiles.class.getResource("/golden/pt/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Object load(Path path) throws IOException {
        try (PtReader reader = PtReader.open(path)) {
            return reader.read(FakeTensor.leaves(reader));
        }
    }

    static void save(Object value, Path path) throws IOException {
        PtWriter.write(value, path, UnaryOperator.identity());
    }

    static Object reload(Object value, Path folder) throws IOException {
        Path path = folder.resolve("reload.pth");
        save(value, path);
        return load(path);
    }

    /** A file with these entries in the folder {@code archive}. */
    static Path zip(Path folder, Map<String, byte[]> entries) throws IOException {
        Path path = Files.createTempFile(folder, "crafted", ".pth");
        try (AtomicFile file = AtomicFile.open(path)) {
            ZipWriter zip = new ZipWriter(file.output(), "archive");
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.write(entry.getKey(), entry.getValue());
            }
            zip.finish();
            file.commit();
        }
        return path;
    }

    /** A file with this pickle, and storages 0, 1, … of these sizes. */
    static Path crafted(Path folder, byte[] pickle, int... storages) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("data.pkl", pickle);
        entries.put("byteorder", "little".getBytes());
        for (int i = 0; i < storages.length; i++) {
            entries.put("data/" + i, new byte[storages[i]]);
        }
        entries.put("version", "3\n".getBytes());
        return zip(folder, entries);
    }

    @SuppressWarnings("unchecked")
    static Map<Object, Object> map(Object value) {
        return (Map<Object, Object>) value;
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object value) {
        return (List<Object>) value;
    }
}
