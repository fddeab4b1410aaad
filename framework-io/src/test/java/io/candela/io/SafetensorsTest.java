package io.candela.io;

import static io.candela.io.Golden.counting;
import static io.candela.io.Golden.file;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** safetensors files, against those of the reference implementation. */
class SafetensorsTest {
    @TempDir
    private Path folder;

    private static Tensor tensor(StateDict state, String name) {
        return (Tensor) state.get(name);
    }

    private Path write(String header, int payload) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + payload).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
        return Files.write(folder.resolve("crafted.safetensors"), bytes.array());
    }

    @Test
    void filesOfSafetensors() throws IOException {
        StateDict state = TensorIO.load(file("safetensors/types.safetensors")).stateDict();
        assertEquals(8, state.size());
        assertTrue(tensor(state, "weight").equal(counting(2, 3)));
        assertEquals(Shape.of(), tensor(state, "count").shape());
        assertEquals(7, tensor(state, "count").itemLong());
        assertArrayEquals(new double[] {0.5, Double.NEGATIVE_INFINITY}, tensor(state, "bias").toDoubleArray());
        assertArrayEquals(new int[] {1, -2}, tensor(state, "int").toIntArray());
        assertArrayEquals(new int[] {0, 255}, tensor(state, "byte").toIntArray());
        assertArrayEquals(new boolean[] {true, false}, tensor(state, "mask").toBooleanArray());
        assertEquals(Shape.of(0, 3), tensor(state, "empty").shape());
        assertEquals(42, tensor(state, "gr\u00fc\u00df \"q\"").item());
        assertTrue(TensorIO.load(file("safetensors/nothing.safetensors")).stateDict().isEmpty());
    }

    @Test
    void sameBytesAsSafetensorsWrites() throws IOException {
        Path ours = folder.resolve("ours.safetensors");
        StateDict state = TensorIO.load(file("safetensors/types.safetensors")).stateDict();
        StateDict otherOrder = new StateDict();
        state.keySet().stream().sorted().forEach(name -> otherOrder.put(name, state.get(name)));
        TensorIO.save(otherOrder, ours, WriteOptions.defaults().metadata(Map.of("format", "pt")));
        assertArrayEquals(Files.readAllBytes(file("safetensors/types.safetensors")), Files.readAllBytes(ours));
        TensorIO.save(Map.of(), ours);
        assertArrayEquals(Files.readAllBytes(file("safetensors/nothing.safetensors")), Files.readAllBytes(ours));
    }

    @Test
    void everyTypeAndShapeComesBack() throws IOException {
        Path path = folder.resolve("all.safetensors");
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (DType type : DType.values()) {
            for (int[] shape : new int[][] {{}, {0}, {1}, {7}, {3, 0, 2}, {2, 3, 4}}) {
                all.put(type + Arrays.toString(shape), counting(shape).to(type));
            }
        }
        TensorIO.save(all, path);
        StateDict again = TensorIO.load(path).stateDict();
        assertEquals(all.keySet(), Set.copyOf(again.keySet()));
        all.forEach((name, tensor) -> {
            assertEquals(tensor.dtype(), tensor(again, name).dtype());
            assertEquals(tensor.shape(), tensor(again, name).shape());
            assertTrue(tensor.equal(tensor(again, name)), name);
        });
    }

    @Test
    void notANumberKeepsItsBits() throws IOException {
        Path path = folder.resolve("nan.safetensors");
        TensorIO.save(Map.of("x", Tensor.of(new float[] {Float.intBitsToFloat(0x7FC0BEEF), -0.0f})), path);
        ByteBuffer bits = tensor(TensorIO.load(path).stateDict(), "x").toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x7FC0BEEF, bits.getInt(0));
        assertEquals(0x80000000, bits.getInt(4));
    }

    @Test
    void viewsAreWrittenInRowMajorOrder() throws IOException {
        Path path = folder.resolve("views.safetensors");
        Tensor base = counting(4, 6);
        TensorIO.save(Map.of("t", base.t(), "column", base.narrow(1, 1, 1), "row", base.select(0, 2)), path);
        StateDict state = TensorIO.load(path).stateDict();
        assertTrue(tensor(state, "t").equal(base.t()));
        assertTrue(tensor(state, "t").isContiguous());
        assertTrue(tensor(state, "column").equal(base.narrow(1, 1, 1)));
        assertTrue(tensor(state, "row").equal(base.select(0, 2)));
        assertEquals(Files.size(path), 8 + headerLength(path) + 4 * (24 + 4 + 6));
    }

    private static long headerLength(Path path) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    }

    /** What every plain reader sees, and what ours makes of it. */
    @Test
    void tiedTensorsAreWholeForAllAndTiedForUs() throws IOException {
        Path path = folder.resolve("tied.safetensors");
        Tensor weight = counting(2, 3);
        StateDict state = new StateDict();
        state.put("embed", weight);
        state.put("head", weight.detach());
        state.put("other", counting(2, 3));
        TensorIO.save(state, path);
        try (TensorFile file = TensorIO.open(path)) {
            assertEquals(Map.of("head", "embed"), file.values());
            assertEquals("embed", file.info("head").tiedTo());
            assertEquals(8 + headerLength(path) + 3 * 24, Files.size(path), "head has bytes of its own");
        }
        StateDict again = TensorIO.load(path).stateDict();
        assertSame(tensor(again, "embed").storage(), tensor(again, "head").storage());
        assertNotSame(tensor(again, "embed").storage(), tensor(again, "other").storage());

        byte[] bytes = Files.readAllBytes(path); // as another program changes one of the two
        bytes[(int) (8 + headerLength(path)) + 4 + 24] ^= 1;
        Files.write(path, bytes);
        StateDict changed = TensorIO.load(path).stateDict();
        assertNotSame(tensor(changed, "embed").storage(), tensor(changed, "head").storage());
        assertFalse(tensor(changed, "embed").equal(tensor(changed, "head")));
    }

    @Test
    void tiedTensorsWrittenOnceAsSaveModelDoes() throws IOException {
        StateDict state = TensorIO.load(file("safetensors/left_out.safetensors")).stateDict();
        assertTrue(tensor(state, "b.weight").equal(counting(2, 2)));
        assertSame(tensor(state, "a.weight").storage(), tensor(state, "b.weight").storage());
        Path ours = folder.resolve("ours.safetensors");
        TensorIO.save(state, ours, WriteOptions.defaults().repeatTied(false));
        assertArrayEquals(Files.readAllBytes(file("safetensors/left_out.safetensors")), Files.readAllBytes(ours));
    }

    @Test
    void recordsOfTiesInACircleTieNothingTwice() throws IOException {
        Path path = write("{\"__metadata__\":{\"a\":\"b\",\"b\":\"c\",\"c\":\"a\",\"d\":\"d\"},\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]},\"c\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,3]},"
                + "\"d\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]}}", 4);
        assertEquals(Set.of("a", "b", "c", "d"), TensorIO.load(path).stateDict().keySet());
    }

    @Test
    void setsOfFiles() throws IOException {
        StateDict state = TensorIO.load(file("safetensors/set.safetensors.index.json")).stateDict();
        assertTrue(tensor(state, "a").equal(counting(3)));
        assertTrue(tensor(state, "b").equal(counting(4)));
        assertArrayEquals(new long[] {0, 1}, tensor(state, "c").toLongArray());
        Path ours = folder.resolve("set.safetensors");
        Files.writeString(ours, "an older single file");
        TensorIO.save(state, ours, WriteOptions.defaults().maxShardSize(32).metadata(Map.of("format", "pt")));
        for (String name : List.of("set.safetensors.index.json", "set-00001-of-00002.safetensors", "set-00002-of-00002.safetensors")) {
            assertArrayEquals(Files.readAllBytes(file("safetensors/" + name)), Files.readAllBytes(folder.resolve(name)), name);
        }
        assertEquals(state.keySet(), TensorIO.load(ours).stateDict().keySet(), "loaded by the name under which it was saved");
        try (TensorFile file = TensorIO.open(ours)) {
            assertEquals("safetensors, a set of 2 files", file.format());
            assertTrue(file.read("c").equal(tensor(state, "c")));
        }
        TensorIO.save(state, ours);
        assertFalse(Files.exists(folder.resolve("set.safetensors.index.json")), "the set is no longer what has the name");
        assertEquals(3, TensorIO.load(ours).stateDict().size());
    }

    @Test
    void tiesStayInOneFileOfASet() throws IOException {
        Path path = folder.resolve("tied.safetensors");
        Tensor weight = counting(4);
        StateDict state = new StateDict();
        state.put("embed", weight);
        state.put("middle", counting(4));
        state.put("head", weight.detach());
        for (boolean repeat : new boolean[] {true, false}) {
            TensorIO.save(state, path, WriteOptions.defaults().maxShardSize(20).repeatTied(repeat));
            StateDict again = TensorIO.load(path).stateDict();
            assertEquals(state.keySet(), Set.copyOf(again.keySet()));
            assertSame(tensor(again, "embed").storage(), tensor(again, "head").storage());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{\"weight_map\":{\"a\":\"../x.safetensors\"}} | weight_map of tensor 'a' names a file elsewhere: '../x.safetensors'",
        "{\"weight_map\":{\"a\":\"/etc/passwd\"}} | names a file elsewhere",
        "{\"weight_map\":{\"a\":\"x.safetensors\"}} | the set's file x.safetensors is missing",
        "{\"weight_map\":{\"a\":\"s.safetensors\",\"a\":\"s.safetensors\"}} | weight_map has tensor 'a' twice",
        "{\"weight_map\":{\"b\":\"s.safetensors\"}} | tensor 'b' is not in s.safetensors, where the index says it is",
        "{\"weight_map\":{\"b\":1}} | must be the name of a file",
        "{\"metadata\":{}} | index has no weight_map",
        "[] | index must be a JSON object",
        "{\"weight_map\": | index is no valid JSON"})
    void indexesThatCannotBe(String json, String message) throws IOException {
        Files.copy(write("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1), folder.resolve("s.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        Path index = Files.writeString(folder.resolve("s.safetensors.index.json"), json);
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.load(index));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 4 | tensor 'a' is in the header twice",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 4 | they overlap",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 8 | there is a hole",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 8 | tensors take 4 bytes, the file has 8 after its header",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 3 | tensors take 4 bytes, the file has 3 after its header",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}} | 4 | does not take the bytes from 0 to 4",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}} | 4 | does not take the bytes",
        "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,0]}} | 0 | does not take the bytes",
        "{'a':{'dtype':'F4','shape':[2],'data_offsets':[0,1]}} | 1 | tensor 'a' has dtype F4, which is not known; known are BOOL, U8,",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}} | 4 | shape of tensor 'a' must hold integers of at least 0",
        "{'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}} | 4 | must hold integers",
        "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,4]}} | 4 | must hold integers",
        "{'a':{'dtype':'F32','shape':'x','data_offsets':[0,4]}} | 4 | shape of tensor 'a' must be an array",
        "{'a':{'dtype':'F32','data_offsets':[0,4]}} | 4 | must have dtype, shape and two data_offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,4]}} | 4 | must have dtype, shape and two data_offsets",
        "{'a':{'dtype':'F32','dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 4 | dtype of tensor 'a' is given twice",
        "{'a':{'dtype':'F32','stride':[1],'shape':[1],'data_offsets':[0,4]}} | 4 | stride of tensor 'a' is not known",
        "{'a':1} | 0 | tensor 'a' must be an object",
        "{'__metadata__':{'a':1}} | 0 | __metadata__ a must be a string",
        "{'__metadata__':{'a':'1','a':'2'}} | 0 | __metadata__ has a twice",
        "{'__metadata__':{},'__metadata__':{}} | 0 | __metadata__ is in the header twice",
        "{} {} | 0 | header has something after its last }",
        "{'a' | 0 | header is no valid JSON",
        "[] | 0 | header of a safetensors file must start with {",
        "~ {}~ | 0 | header of a safetensors file must start with {"})
    void headersThatCannotBe(String header, int payload, String message) throws IOException {
        Path path = write(header.replace('\'', '"'), payload);
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.load(path));
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().startsWith("crafted.safetensors, byte " + e.offset() + ": "), e.getMessage());
    }

    @Test
    void lengthsThatCannotBe() throws IOException {
        for (long length : new long[] {-1, 100_000_001, 1L << 62, 3, 0}) {
            byte[] bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put((byte) '{').put((byte) '}').array();
            Path path = Files.write(folder.resolve("length.safetensors"), bytes);
            assertThrows(FormatException.class, () -> TensorIO.load(path), "length " + length);
        }
        Path path = Files.write(folder.resolve("short.safetensors"), new byte[7]);
        assertThrows(FormatException.class, () -> TensorIO.load(path));
    }

    @Test
    void typesOfTheFormatThatCandelaLacks() {
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.load(file("safetensors/refused_float8_e4m3fn.safetensors")));
        assertTrue(e.getMessage().contains("tensor 'x' is float8_e4m3fn, which Candela does not have"), e.getMessage());
    }

    @Test
    void whatTheFormatCannotHold() {
        Path path = folder.resolve("no.safetensors");
        assertThrows(IllegalArgumentException.class, () -> TensorIO.save(counting(2), path));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> TensorIO.save(Map.of("epoch", 3), path));
        assertEquals("TensorIO.save: no.safetensors holds tensors by name, but epoch is of type Integer; use PyTorch's format", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> TensorIO.save(Map.of("__metadata__", counting(2)), path));
        assertThrows(IllegalArgumentException.class, () -> TensorIO.save(Map.of("x", counting(2)), path, WriteOptions.defaults().compress(true)));
        assertFalse(Files.exists(path));
    }

    @Test
    void filesAbove2GiB() throws IOException {
        long big = 1_600_000_000;
        String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},\"b\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]},"
                .formatted(big, big, big, big, 2 * big) + "\"c\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[%d,%d]}}".formatted(2 * big, 2 * big + 4);
        Path path = write(header, 0);
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            long start = sparse.length();
            sparse.seek(start + 2 * big);
            sparse.write(new byte[] {1, 2, 3, 4});
        }
        try (TensorFile file = TensorIO.open(path, ReadOptions.defaults().mmap(true))) {
            assertArrayEquals(new int[] {1, 2, 3, 4}, file.read("c").toIntArray());
            Tensor b = file.read("b"); // lies across the end of a piece of the mapping
            assertEquals((int) big, b.numel());
            assertEquals(0, b.get((int) big - 1).item());
        }
        try (TensorFile file = TensorIO.open(path)) {
            assertArrayEquals(new int[] {1, 2, 3, 4}, file.read("c").toIntArray());
        }
    }
}
