package io.candela.io;

import static io.candela.io.Golden.counting;
import static io.candela.io.Golden.file;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NumPy's files, against NumPy's own. */
class NpyTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2", "v3", "fortran", "big"})
    void matricesOfAnyVersionAndOrder(String name) throws IOException {
        Tensor tensor = TensorIO.load(file("npy/" + name + ".npy")).tensor();
        assertEquals(DType.FLOAT32, tensor.dtype());
        assertTrue(tensor.equal(counting(2, 3)));
        assertEquals(name.equals("fortran") ? 1 : 3, tensor.stride(0));
    }

    @Test
    void otherArrays() throws IOException {
        assertTrue(TensorIO.load(file("npy/big_fortran_int64.npy")).tensor().equal(counting(2, 3).to(DType.INT64)));
        Tensor scalar = TensorIO.load(file("npy/scalar.npy")).tensor();
        assertEquals(Shape.of(), scalar.shape());
        assertEquals(42, scalar.itemLong());
        assertEquals(Shape.of(0, 3), TensorIO.load(file("npy/empty.npy")).tensor().shape());
        assertArrayEquals(new boolean[] {true, false}, TensorIO.load(file("npy/bool.npy")).tensor().toBooleanArray());
        assertArrayEquals(new double[] {0.5, Double.NaN}, TensorIO.load(file("npy/double.npy")).tensor().toDoubleArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "fortran", "scalar", "empty", "bool", "double"})
    void sameBytesAsNumPyWrites(String name) throws IOException {
        Path ours = folder.resolve(name + ".npy");
        TensorIO.save(TensorIO.load(file("npy/" + name + ".npy")).tensor(), ours);
        assertArrayEquals(Files.readAllBytes(file("npy/" + name + ".npy")), Files.readAllBytes(ours));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored", "deflated"})
    void archives(String name) throws IOException {
        StateDict arrays = TensorIO.load(file("npy/" + name + ".npz")).stateDict();
        assertEquals("[weight, nested/name, fortran, zeros, empty]", arrays.keySet().toString());
        assertTrue(((Tensor) arrays.get("weight")).equal(counting(2, 3)));
        assertTrue(((Tensor) arrays.get("fortran")).equal(counting(2, 3)));
        assertArrayEquals(new long[] {0, 1, 2, 3}, ((Tensor) arrays.get("nested/name")).toLongArray());
        assertTrue(((Tensor) arrays.get("zeros")).equal(Tensor.zeros(DType.FLOAT64, 100, 100)));
        assertEquals(Shape.of(0), ((Tensor) arrays.get("empty")).shape());
    }

    @Test
    void everyTypeAndShapeComesBackInArchives() throws IOException {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (DType type : DType.values()) {
            for (int[] shape : new int[][] {{}, {0}, {1}, {7}, {3, 0, 2}, {2, 3, 4}}) {
                if (!type.torchName().equals("bfloat16")) {
                    all.put(type + Arrays.toString(shape), counting(shape).to(type));
                }
            }
        }
        all.put("large", counting(700, 1000)); // more than one piece
        all.put("transposed", counting(700, 1000).t());
        all.put("steps", counting(7, 10).narrow(1, 2, 3));
        for (boolean compress : new boolean[] {false, true}) {
            Path path = folder.resolve("all.npz");
            TensorIO.save(all, path, WriteOptions.defaults().compress(compress));
            StateDict again = TensorIO.load(path).stateDict();
            all.forEach((name, tensor) -> assertTrue(((Tensor) again.get(name)).equal(tensor), name));
            assertEquals(all.keySet(), again.keySet());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "refused_object.npy | NumPy array holds Python objects",
        "refused_record.npy | records of several fields",
        "refused_text.npy | has dtype '<U1', which holds no numbers",
        "refused_complex64.npy | is complex64, which Candela does not have",
        "refused_bzip2.npz | entry x.npy is compressed in a way that is not supported (method 12)",
        "refused_text.npz | entry readme.txt of a NumPy archive is no array"})
    void whatIsNotSupportedIsNamed(String name, String message) {
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.load(file("npy/" + name)));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} | has 8 bytes, 4 are there",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x | must be one dict",
        "{'descr': '<f4', 'fortran_order': False} | must be one dict",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,)} | once each, got 'shape'",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)} | must be True or False",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)} | must hold integers of at least 0",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)} | is too large",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [1]} | must have ( here",
        "{'descr': '?', 'fortran_order': False, 'shape': (1,)} | has dtype '?'",
        "__import__('os') | must have { here"})
    void headersThatCannotBe(String header, String message) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes = new byte[10 + text.length + 4];
        System.arraycopy(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0}, 0, bytes, 0, 10);
        System.arraycopy(text, 0, bytes, 10, text.length);
        Path path = Files.write(folder.resolve("crafted.npy"), bytes);
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.load(path));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void whatAnArrayCannotHold() {
        Path path = folder.resolve("no.npy");
        assertThrows(IllegalArgumentException.class, () -> TensorIO.save(Map.of("x", counting(2)), path));
        assertThrows(IllegalArgumentException.class, () -> TensorIO.save(counting(2), folder.resolve("no.npz")));
    }
}
