package io.candela.io.data;

import io.candela.io.FormatException;
import io.candela.tensor.Tensor;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * Pictures in folders, one folder per class, as torchvision's {@code ImageFolder}: classes are numbered in the order of the folders' names, pictures
 * are all PNG and JPEG files in a folder and below it, in the order of their paths. A sample is the picture, float32 {@code (3, height, width)} from 0
 * to 1, and the number of its class, int64 without dimensions. Files are read when a sample is asked for; several threads may ask.
 */
public final class ImageFolder implements Dataset<Sample> {
    private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg");
    private static final int MOST_PIXELS = Integer.MAX_VALUE / 12; // three floats each in one tensor

    private record Picture(Path file, int number) {
    }

    private final List<String> classes;
    private final List<Picture> pictures = new ArrayList<>();

    /**
     * Looks for the pictures.
     *
     * @throws IllegalArgumentException if there are no folders, or one of them has no pictures
     * @throws IOException if a folder cannot be read
     */
    public ImageFolder(Path root) throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            this.classes = entries.filter(Files::isDirectory).map(folder -> folder.getFileName().toString()).sorted().toList();
        }
        if (classes.isEmpty()) {
            throw new IllegalArgumentException("ImageFolder: there are no folders in " + root + "; each class of pictures has one");
        }
        for (int i = 0; i < classes.size(); i++) {
            int number = i;
            int before = pictures.size();
            try (Stream<Path> files = Files.walk(root.resolve(classes.get(i)))) {
                files.filter(ImageFolder::isPicture).sorted().forEach(file -> pictures.add(new Picture(file, number)));
            }
            if (pictures.size() == before) {
                throw new IllegalArgumentException("ImageFolder: there are no PNG or JPEG files in " + root.resolve(classes.get(i)));
            }
        }
    }

    private static boolean isPicture(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(name::endsWith) && Files.isRegularFile(file);
    }

    /** The classes' names, by number. */
    public List<String> classes() {
        return classes;
    }

    /** A sample's file. */
    public Path file(int index) {
        return pictures.get(index).file;
    }

    @Override
    public int size() {
        return pictures.size();
    }

    /**
     * @throws FormatException if the file is no picture, or damaged
     * @throws IOException     if it cannot be read
     */
    @Override
    public Sample get(int index) throws IOException {
        Picture picture = pictures.get(index);
        return Sample.of(toTensor(read(picture.file)), Tensor.scalar((long) picture.number));
    }

    private static BufferedImage read(Path file) throws IOException {
        String name = file.getFileName().toString();
        try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new FormatException(name, 0, "is no picture in a format that is known here");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MOST_PIXELS) { // before memory is taken
                    throw new FormatException(name, 0, "the picture has %d pixels, more than %d", pixels, MOST_PIXELS);
                }
                return reader.read(0);
            } catch (FormatException e) {
                throw e;
            } catch (IOException | RuntimeException e) { // readers throw both when a file is damaged
                throw (IOException) new FormatException(name, in.getStreamPosition(), "the picture cannot be read: %s", e.getMessage()).initCause(e);
            } finally {
                reader.dispose();
            }
        }
    }

    /** A picture as float32 {@code (3, height, width)}, red, green, blue, from 0 to 1; transparency is left out. */
    public static Tensor toTensor(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int area = width * height;
        float[] values = new float[3 * area];
        if (picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY) {
            float[] gray = picture.getRaster().getSamples(0, 0, width, height, 0, (float[]) null); // getRGB would change the brightness
            float white = (1 << picture.getColorModel().getComponentSize(0)) - 1;
            for (int i = 0; i < area; i++) {
                values[i] = values[area + i] = values[2 * area + i] = gray[i] / white;
            }
            return Tensor.of(values, 3, height, width);
        }
        int[] line = new int[width];
        for (int y = 0; y < height; y++) {
            picture.getRGB(0, y, width, 1, line, 0, width);
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                values[at] = (line[x] >> 16 & 0xff) / 255f;
                values[area + at] = (line[x] >> 8 & 0xff) / 255f;
                values[2 * area + at] = (line[x] & 0xff) / 255f;
            }
        }
        return Tensor.of(values, 3, height, width);
    }
}
