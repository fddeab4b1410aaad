package io.candela.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;

/** A source that is one file. */
public abstract class SingleFile implements TensorSource {
    protected final FileSource file;

    protected SingleFile(FileSource file) {
        this.file = file;
    }

    /**
     * Opens a file and reads its structure; a file whose structure is bad is closed.
     *
     * @param make the reader of its format
     */
    protected static <S extends SingleFile> S open(Path path, Function<FileSource, S> make) throws IOException {
        S source = make.apply(FileSource.open(path));
        try {
            source.readStructure();
            return source;
        } catch (IOException | RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    /**
     * Reads and checks all but the payload.
     *
     * @throws FormatException if it is damaged, hostile, or of another format
     */
    protected abstract void readStructure() throws IOException;

    @Override
    public void close() throws IOException {
        file.close();
    }
}
