package io.candela.examples;

import io.candela.io.FormatException;
import io.candela.io.TensorFile;
import io.candela.io.TensorIO;
import io.candela.io.TensorInfo;
import io.candela.nn.Layer;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the commands about model files share: opening them with errors in one sentence, and words for what is in them. */
final class ModelFiles {
    /** Work with a file that may turn out to be damaged. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws InputException, IOException;
    }

    private static final int MOST_LETTERS = 80;

    private ModelFiles() {
    }

    /** Does something with a file; what is wrong with the file becomes an {@link InputException}. */
    static <T> T with(Path path, Work<T> work) throws InputException, IOException {
        try {
            return work.run();
        } catch (FormatException e) { // the message names the file
            throw new InputException(e.getMessage(), e);
        } catch (FileSystemException e) {
            throw InputException.unreadable(path.toString(), e);
        }
    }

    static TensorFile open(Path path) throws InputException, IOException {
        return with(path, () -> TensorIO.open(path));
    }

    /** Loads weights; if they cannot be used, the model stays as it is. */
    static void restore(Layer model, Path file) throws InputException, IOException {
        try {
            with(file, () -> model.loadStateDict(TensorIO.load(file).stateDict()));
        } catch (IllegalStateException e) { // no state dict; the message names the file
            throw new InputException(e.getMessage(), e);
        } catch (IllegalArgumentException e) { // of another network
            throw new InputException(file + ": " + e.getMessage(), e);
        }
    }

    /** What a file holds beside tensors, without safetensors' notes about tied tensors. */
    static Map<String, Object> values(TensorFile file) {
        Map<String, Object> values = new TreeMap<>(file.values());
        file.tensors().forEach(tensor -> values.remove(tensor.name()));
        return values;
    }

    /** PyTorch's form: {@code (2, 3)}, {@code (5,)}, {@code ()}. */
    static String shape(TensorInfo tensor) {
        return tensor.shape().stream().map(Object::toString).collect(Collectors.joining(", ", "(", tensor.shape().size() == 1 ? ",)" : ")"));
    }

    /** Decimal units: {@code 1.5 MB}. */
    static String size(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** A value on one line. */
    static String text(Object value) {
        String text = value instanceof byte[] bytes ? bytes.length + " bytes" : String.valueOf(value).replaceAll("\\p{Cntrl}+", " ");
        return text.length() <= MOST_LETTERS ? text : text.substring(0, MOST_LETTERS) + "...";
    }
}
