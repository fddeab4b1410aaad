package io.candela.train;

import io.candela.io.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Keeps a CSV file with a line per epoch: {@code epoch,step,loss,…}. The file is replaced as a whole, so that after a resume each epoch stands in it once.
 * A figure that an epoch does not have is an empty cell.
 */
public final class CsvLog implements TrainLog {
    private final Path file;

    /** @param file written at the end of the first epoch */
    public CsvLog(Path file) {
        this.file = file;
    }

    @Override
    public void epoch(List<EpochFigures> history) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        history.forEach(figures -> names.addAll(figures.values().keySet()));
        StringBuilder text = new StringBuilder("epoch,step");
        names.forEach(name -> text.append(',').append(cell(name)));
        text.append('\n');
        for (EpochFigures figures : history) {
            StringJoiner line = new StringJoiner(",", "", "\n").add(Long.toString(figures.epoch())).add(Long.toString(figures.step()));
            names.forEach(name -> line.add(figures.values().containsKey(name) ? figures.values().get(name).toString() : ""));
            text.append(line);
        }
        try (AtomicFile out = AtomicFile.open(file)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
            while (bytes.hasRemaining()) {
                out.channel().write(bytes);
            }
            out.commit();
        }
    }

    private static String cell(String name) {
        return name.matches("[^,\"\r\n]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }
}
