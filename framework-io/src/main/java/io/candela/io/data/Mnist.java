package io.candela.io.data;

import io.candela.io.FormatException;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The handwritten digits of MNIST, or a set in the same files such as Fashion-MNIST. The files lie in a folder or, as torchvision puts them, in its
 * {@code MNIST/raw}; packed ({@code .gz}) or not.
 */
public final class Mnist {
    private Mnist() {
    }

    /** The 60,000 pictures to learn from: float32 {@code (n, 1, 28, 28)} from 0 to 1, and their labels, int64 {@code (n)}. */
    public static TensorDataset train(Path folder) throws IOException {
        return read(folder, "train");
    }

    /** The 10,000 pictures to test with, in the same form. */
    public static TensorDataset test(Path folder) throws IOException {
        return read(folder, "t10k");
    }

    private static TensorDataset read(Path folder, String set) throws IOException {
        Path imageFile = find(folder, set + "-images-idx3-ubyte");
        Path labelFile = find(folder, set + "-labels-idx1-ubyte");
        Tensor images = read(imageFile, 3, 0x803);
        Tensor labels = read(labelFile, 1, 0x801);
        if (images.size(0) != labels.size(0)) {
            throw new FormatException(String.valueOf(labelFile.getFileName()), 4, "there are %d labels, but %d images in %s", labels.size(0), images.size(0),
                    imageFile.getFileName());
        }
        return new TensorDataset(images.to(DType.FLOAT32).div(255).unsqueeze(1), labels.to(DType.INT64));
    }

    private static Tensor read(Path file, int rank, int magic) throws IOException {
        Tensor tensor = Idx.read(file);
        if (tensor.dtype() != DType.UINT8 || tensor.dim() != rank) {
            throw new FormatException(String.valueOf(file.getFileName()), 0, "magic number must be 0x%08x (uint8, dimensions: %d), got %s, dimensions: %d",
                    magic, rank, tensor.dtype(), tensor.dim());
        }
        return tensor;
    }

    private static Path find(Path folder, String name) throws IOException {
        for (Path place : new Path[] {folder, folder.resolve("MNIST").resolve("raw")}) {
            for (String form : Arrays.asList(name, name + ".gz", name.replace("-idx", ".idx"))) { // some copies have a dot in the name
                if (Files.exists(place.resolve(form))) {
                    return place.resolve(form);
                }
            }
        }
        throw new NoSuchFileException(folder.resolve(name).toString());
    }
}
