package io.candela.io.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.FormatException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {
    private static final Tensor NINE = Tensor.arange(9.0).reshape(1, 3, 3);

    @TempDir
    private Path folder;

    private Path paint(String name, int type, int... rgb) throws IOException {
        BufferedImage picture = new BufferedImage(rgb.length, 1, type);
        for (int x = 0; x < rgb.length; x++) {
            if (type == BufferedImage.TYPE_BYTE_GRAY) {
                picture.getRaster().setSample(x, 0, 0, rgb[x]);
            } else {
                picture.setRGB(x, 0, rgb[x]);
            }
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        assertTrue(ImageIO.write(picture, name.endsWith("png") ? "png" : "jpg", file.toFile()));
        return file;
    }

    @Test
    void foldersAreClasses() throws IOException {
        paint("dog/b.png", BufferedImage.TYPE_INT_RGB, 0xff8000, 0x0000ff);
        paint("dog/a/c.png", BufferedImage.TYPE_BYTE_GRAY, 128, 255);
        paint("cat/z.jpg", BufferedImage.TYPE_INT_RGB, 0xffffff);
        Files.writeString(folder.resolve("dog").resolve("notes.txt"), "no picture");
        var dataset = new ImageFolder(folder);
        assertEquals(List.of("cat", "dog"), dataset.classes());
        assertEquals(3, dataset.size());
        assertEquals(List.of("z.jpg", "c.png", "b.png"), List.of(0, 1, 2).stream().map(i -> dataset.file(i).getFileName().toString()).toList());
        assertEquals(0, dataset.get(0).target().itemLong());
        assertTrue(dataset.get(0).input().equal(Tensor.ones(3, 1, 1)), "white survives JPEG");
        float gray = 128 / 255f;
        assertTrue(dataset.get(1).input().equal(Tensor.of(new float[] {gray, 1, gray, 1, gray, 1}, 3, 1, 2)), "gray is as bright as in the file");
        assertTrue(dataset.get(2).input().equal(Tensor.of(new float[] {1, 0, gray, 0, 0, 1}, 3, 1, 2)));
        assertEquals(1, dataset.get(2).target().itemLong());
        Dataset<Sample> white = dataset.map(sample -> sample.mapInput(Transform.centerCrop(1, 1)));
        assertEquals("(3, 3, 1, 1)", DataLoader.of(white, DataLoader.options().batchSize(3).workers(2)).iterator().next().input().shape().toString());
    }

    @Test
    void damagedPicturesAreToldWithTheirFile() throws IOException {
        Path good = paint("one/a.png", BufferedImage.TYPE_INT_RGB, new int[100]);
        byte[] bytes = Files.readAllBytes(good);
        var dataset = new ImageFolder(folder);
        for (int length : new int[] {0, 4, 20, bytes.length / 2}) {
            Files.write(good, Arrays.copyOf(bytes, length));
            FormatException e = assertThrows(FormatException.class, () -> dataset.get(0));
            assertEquals("a.png", e.file());
        }
        bytes[16] = bytes[20] = 0x7f; // sizes of two thousand millions
        Files.write(good, bytes);
        FormatException e = assertThrows(FormatException.class, () -> dataset.get(0));
        DataLoader<Batch> loader = DataLoader.of(dataset, DataLoader.options().workers(1));
        assertEquals(e.getMessage(), assertThrows(DataLoaderException.class, () -> loader.iterator().next()).getCause().getMessage());
        Files.createDirectory(folder.resolve("empty"));
        assertThrows(IllegalArgumentException.class, () -> new ImageFolder(folder));
        assertThrows(IllegalArgumentException.class, () -> new ImageFolder(folder.resolve("empty")));
    }

    @Test
    void normalizes() {
        Transform normalize = Transform.normalize(new float[] {1, 2}, new float[] {2, 4});
        Tensor picture = Tensor.of(new float[] {3, 1, 10, -2}, 2, 1, 2);
        assertTrue(normalize.apply(picture).equal(Tensor.of(new float[] {1, 0, 2, -1}, 2, 1, 2)));
        assertThrows(ShapeException.class, () -> normalize.apply(NINE));
        assertThrows(IllegalArgumentException.class, () -> Transform.normalize(new float[1], new float[1]));
        assertThrows(IllegalArgumentException.class, () -> Transform.normalize(new float[1], new float[2]));
    }

    @Test
    void flipsAndCrops() {
        Tensor.manualSeed(0);
        assertTrue(Transform.horizontalFlip().apply(NINE).get(0).get(0).equal(Tensor.of(new float[] {2, 1, 0})));
        assertTrue(Transform.centerCrop(1, 2).apply(NINE).equal(Tensor.of(new float[] {3, 4}, 1, 1, 2)));
        assertSame(NINE, Transform.randomHorizontalFlip(0).apply(NINE));
        assertTrue(Transform.randomHorizontalFlip(1).then(Transform.horizontalFlip()).apply(NINE).equal(NINE));
        Set<Float> corners = new TreeSet<>();
        int flipped = 0;
        for (int i = 0; i < 400; i++) {
            Tensor part = Transform.randomCrop(2, 2, 1).apply(NINE.add(1));
            assertEquals("(1, 2, 2)", part.shape().toString());
            corners.add((float) part.get(0).get(1).get(1).item());
            flipped += Transform.randomHorizontalFlip(0.25).apply(NINE) == NINE ? 0 : 1;
        }
        assertEquals(new TreeSet<>(List.of(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f)), corners, "every place is possible");
        assertTrue(flipped > 70 && flipped < 130, "a quarter of 400, not " + flipped);
        assertThrows(ShapeException.class, () -> Transform.centerCrop(4, 1).apply(NINE));
        assertThrows(ShapeException.class, () -> Transform.randomCrop(6, 1, 1).apply(NINE));
        assertThrows(IllegalArgumentException.class, () -> Transform.randomCrop(1, 1, -1));
        assertThrows(IllegalArgumentException.class, () -> Transform.randomHorizontalFlip(2));
    }
}
