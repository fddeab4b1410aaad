package io.candela.io.pt;

import static io.candela.io.pt.PtFiles.map;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.ElementType;
import io.candela.io.Size;
import io.candela.io.StorageRef;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tuple;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written comes back, storages hold what is needed, and what cannot be written is named. */
class WriterTest {
    @TempDir
    private Path folder;

    private Object reload(Object value) throws IOException {
        return PtFiles.reload(value, folder);
    }

    private long storageBytes(Object value) throws IOException {
        reload(value);
        try (PtReader reader = PtReader.open(folder.resolve("reload.pth"))) {
            return reader.storages().stream().mapToLong(StorageRef::bytes).sum();
        }
    }

    @Test
    void valuesOfEveryType() throws IOException {
        BigInteger two = BigInteger.TWO;
        List<Object> values = new ArrayList<>(Arrays.asList(null, true, false, 0L, 255L, 256L, 65_535L, 65_536L, -1L, Long.MIN_VALUE, Long.MAX_VALUE,
                two.pow(63), two.pow(64), two.pow(2100), two.pow(63).negate().subtract(BigInteger.ONE), 0.5, -0.0, Double.NaN, Double.MIN_VALUE, "",
                "a\0b\n'\"", "\u00e4\u20ac\ud83d\udd25", "lone \ud800 surrogate", "x".repeat(70_000), Tuple.of(), Tuple.of(1L),
                Tuple.of(1L, 2L), Tuple.of(1L, 2L, 3L), Tuple.of(1L, 2L, 3L, 4L), Tuple.of(Tuple.of(Tuple.of((Object) null))), List.of(),
                List.of(List.of(1L)), Map.of(), Map.of(1L, "a"), Set.of(), Set.of("x"), Size.of(), Size.of(1, 2), ElementType.BFLOAT16,
                new DeviceTag("cpu", -1), new DeviceTag("cuda", 0)));
        assertEquals(values, reload(values));
        assertArrayEquals(new byte[] {-128, 0, 127}, (byte[]) reload(new byte[] {-128, 0, 127}));
        assertArrayEquals(new byte[0], (byte[]) reload(new byte[0]));
        assertEquals(List.of(1L, 2L, 3L, 0.5), reload(List.of((byte) 1, (short) 2, 3, 0.5f)), "narrow numbers become Long and Double");
    }

    @Test
    void mapsKeepTheirOrderAndKind() throws IOException {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("z", 1L);
        map.put(7L, 2L);
        map.put(null, 3L);
        map.put(true, 4L);
        map.put(Tuple.of(1L, "x"), 5L);
        Object again = reload(map);
        assertEquals(new ArrayList<>(map.entrySet()), new ArrayList<>(map(again).entrySet()));
        assertFalse(again instanceof StateDict);

        StateDict state = new StateDict();
        state.put("b", FakeTensor.counting(2));
        state.put("a", FakeTensor.counting(3));
        assertEquals(Map.of(), ((StateDict) reload(state)).metadata());
        state.setVersion("", 1);
        state.setVersion("bn", 2);
        StateDict same = (StateDict) reload(state);
        assertEquals(List.of("b", "a"), new ArrayList<>(same.keySet()));
        assertEquals(state, same);
        assertEquals(state.metadata(), same.metadata());
        assertEquals(2L, new StateDict(same).version("bn"));
    }

    @Test
    void oneObjectStaysOneObject() throws IOException {
        List<Object> inner = new ArrayList<>(List.of(1L));
        FakeTensor tensor = FakeTensor.counting(2);
        List<Object> again = PtFiles.list(reload(Arrays.asList(inner, inner, tensor, tensor)));
        assertSame(again.get(0), again.get(1));
        assertSame(again.get(2), again.get(3));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2", "999", "1000", "1001", "2000", "2001"})
    void batches(int count) throws IOException {
        List<Object> list = new ArrayList<>();
        Map<Object, Object> map = new LinkedHashMap<>();
        StateDict state = new StateDict();
        for (long i = 0; i < count; i++) {
            list.add(i);
            map.put(i, i);
            state.put("k" + i, i);
        }
        assertEquals(List.of(list, map, state), reload(List.of(list, map, state)));
    }

    @Test
    void viewsOfOneStorageShareIt() throws IOException {
        FakeTensor base = FakeTensor.counting(4, 6);
        Map<Object, Object> views = new LinkedHashMap<>();
        views.put("base", base);
        views.put("row", base.view(6, new long[] {6}, new long[] {1}));
        views.put("transposed", base.view(0, new long[] {6, 4}, new long[] {1, 6}));
        views.put("empty", base.view(30, new long[] {0, 5}, new long[] {5, 1}));
        Map<Object, Object> again = map(reload(views));
        assertEquals(views, again);
        again.values().forEach(view -> assertSame(((FakeTensor) again.get("base")).storage(), ((FakeTensor) view).storage()));
        assertArrayEquals(new long[] {1, 6}, ((FakeTensor) again.get("transposed")).strides());
        assertEquals(96, storageBytes(views));
    }

    @Test
    void onlyWhatIsUsedIsWritten() throws IOException {
        FakeTensor base = FakeTensor.counting(4, 6);
        FakeTensor row = base.view(6, new long[] {6}, new long[] {1});
        FakeTensor later = base.view(14, new long[] {2}, new long[] {1});
        assertEquals(24, storageBytes(row));
        assertEquals(40, storageBytes(List.of(row, later)), "elements 6 to 15");
        assertEquals(List.of(row, later), reload(List.of(row, later)));
    }

    @Test
    void aSingleViewWithGapsLosesThem() throws IOException {
        FakeTensor base = FakeTensor.counting(4, 6);
        FakeTensor column = base.view(1, new long[] {4}, new long[] {6});
        FakeTensor again = (FakeTensor) reload(column);
        assertEquals(List.of(1f, 7f, 13f, 19f), again.elements());
        assertArrayEquals(new long[] {1}, again.strides());
        assertEquals(16, storageBytes(column));
        FakeTensor same = base.view(1, new long[] {4}, new long[] {6});
        List<Object> twice = PtFiles.list(reload(List.of(column, same)));
        assertEquals(16, storageBytes(List.of(column, same)));
        assertSame(((FakeTensor) twice.get(0)).storage(), ((FakeTensor) twice.get(1)).storage(), "tied");
    }

    @Test
    void denseViewsKeepTheirStrides() throws IOException {
        FakeTensor transposed = FakeTensor.counting(3, 2).view(0, new long[] {2, 3}, new long[] {1, 2});
        assertArrayEquals(new long[] {1, 2}, ((FakeTensor) reload(transposed)).strides());
        FakeTensor expanded = FakeTensor.counting(1).view(0, new long[] {1000, 1000}, new long[] {0, 0});
        assertArrayEquals(new long[] {0, 0}, ((FakeTensor) reload(expanded)).strides());
        assertEquals(4, storageBytes(expanded));
    }

    @Test
    void negativeStridesAreStraightened() throws IOException {
        FakeTensor base = FakeTensor.counting(4);
        FakeTensor reversed = base.view(3, new long[] {4}, new long[] {-1});
        List<Object> again = PtFiles.list(reload(List.of(base, reversed)));
        assertEquals(List.of(3f, 2f, 1f, 0f), ((FakeTensor) again.get(1)).elements());
        assertEquals(base, again.get(0));
    }

    @Test
    void emptyAndScalarTensors() throws IOException {
        List<Object> tensors = List.of(FakeTensor.counting(0), FakeTensor.counting(0, 5), FakeTensor.counting(3, 0, 2), FakeTensor.counting());
        assertEquals(tensors, reload(tensors));
        assertEquals(4, storageBytes(tensors));
    }

    @Test
    void flags() throws IOException {
        for (boolean parameter : new boolean[] {false, true}) {
            for (boolean requiresGrad : new boolean[] {false, true}) {
                FakeTensor tensor = FakeTensor.counting(2).as(requiresGrad, parameter);
                assertEquals(tensor, reload(tensor));
            }
        }
    }

    @Test
    void storagesLargerThanOneChunk() throws IOException {
        FakeTensor large = FakeTensor.counting(1000, 1111);
        assertEquals(large, reload(large));
    }

    @Test
    void storageDataIsAligned() throws IOException {
        reload(List.of(FakeTensor.counting(3), FakeTensor.counting(5), "x"));
        byte[] bytes = Files.readAllBytes(folder.resolve("reload.pth"));
        for (float[] first : new float[][] {{0, 1, 2}, {0, 1, 2, 3, 4}}) {
            byte[] payload = new byte[4 * first.length];
            java.nio.ByteBuffer.wrap(payload).order(java.nio.ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(first);
            int at = 0;
            while (at % 64 != 0 || !Arrays.equals(bytes, at, at + payload.length, payload, 0, payload.length)) {
                at++; // runs over the end if the payload is at no multiple of 64
            }
        }
    }

    @Test
    void whatCannotBeWrittenIsNamed() {
        refused("value model.created is of type java.lang.StringBuilder", Map.of("model", Map.of("created", new StringBuilder())));
        refused("the value is of type int[]", new int[3]);
        refused("is of type java.util.concurrent.atomic.AtomicInteger", new java.util.concurrent.atomic.AtomicInteger());
        refused("value a has a key of type java.util.ImmutableCollections$ListN", Map.of("a", Map.of(List.of(), 1)));
        assertFalse(Files.exists(folder.resolve("reload.pth")));
    }

    @Test
    void containersThatContainThemselves() {
        List<Object> list = new ArrayList<>();
        list.add(Map.of("x", list));
        refused("value 0.x contains itself", list);
        Map<Object, Object> map = new HashMap<>();
        map.put("me", Tuple.of(map));
        refused("contains itself", map);
    }

    @Test
    void deepNesting() throws IOException {
        Object nested = 1L;
        for (int i = 0; i < 500; i++) {
            nested = List.of(nested);
        }
        assertEquals(nested, reload(nested));
        Object deeper = List.of(List.of(nested));
        refused("nested deeper than 500", deeper);
    }

    @Test
    void oneMemoryOfTwoTypes() {
        FakeTensor floats = FakeTensor.counting(4);
        FakeTensor ints = new FakeTensor(floats.storage(), ElementType.INT32, 0, new long[] {4}, new long[] {1}, false, false);
        refused("value 1 sees memory as int32 that another tensor sees as float32", List.of(floats, ints));
    }

    private void refused(String message, Object value) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> reload(value));
        assertTrue(e.getMessage().startsWith("TensorIO.save: ") && e.getMessage().contains(message), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"model.pth, model", "iris-model.tar.gz, iris-model.tar", "plain, plain", ".hidden, archive", "gr\u00fc\u00df.pt, archive",
        "a b.pt, a b"})
    void folderInTheZipFile(String file, String name) {
        assertEquals(name, PtWriter.folder(Path.of("some", file)));
    }
}
