package io.candela.io.pt;

import static io.candela.io.pt.PtFiles.golden;
import static io.candela.io.pt.PtFiles.list;
import static io.candela.io.pt.PtFiles.load;
import static io.candela.io.pt.PtFiles.map;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.ElementType;
import io.candela.io.FormatException;
import io.candela.io.Leaves;
import io.candela.io.Size;
import io.candela.io.StorageRef;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tuple;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What PyTorch wrote is read as it was meant; see tools/golden/pt_files.py. */
class GoldenFilesTest {
    private static final long[] NONE = {};

    @Test
    void stateDictKeepsOrderValuesAndVersions() throws IOException {
        StateDict state = assertInstanceOf(StateDict.class, load(golden("state_dict.pth")));
        assertEquals(List.of("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"),
                new ArrayList<>(state.keySet()));
        assertEquals(FakeTensor.counting(2, 4), state.get("0.weight"));
        assertEquals(FakeTensor.of(new long[] {2}, 8, 9), state.get("0.bias"));
        FakeTensor count = (FakeTensor) state.get("1.num_batches_tracked");
        assertEquals(ElementType.INT64, count.type());
        assertArrayEquals(NONE, count.sizes());
        assertEquals(List.of(18L), count.elements());
        assertEquals(Map.of("", Map.of("version", 1L), "0", Map.of("version", 1L), "1", Map.of("version", 2L)), state.metadata());
        assertEquals(2L, state.version("1"));
        assertNull(state.version("2"));
    }

    @Test
    void tiedTensorsShareMemory() throws IOException {
        StateDict state = (StateDict) load(golden("tied.pth"));
        FakeTensor a = (FakeTensor) state.get("a.weight");
        FakeTensor b = (FakeTensor) state.get("b.weight");
        assertSame(a.storage(), b.storage());
        assertEquals(FakeTensor.of(new long[] {2, 2}, 4, 5, 6, 7), b);
    }

    @Test
    void optimizerStateOfAdam() throws IOException {
        Map<Object, Object> optimizer = map(load(golden("adam.pth")));
        assertEquals(List.of("state", "param_groups"), new ArrayList<>(optimizer.keySet()));
        Map<Object, Object> state = map(optimizer.get("state"));
        assertEquals(Set.of(0L, 1L), state.keySet());
        assertEquals(List.of("step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"), new ArrayList<>(map(state.get(0L)).keySet()));
        assertEquals(List.of(1f), ((FakeTensor) map(state.get(0L)).get("step")).elements());
        assertArrayEquals(new long[] {2, 3}, ((FakeTensor) map(state.get(0L)).get("exp_avg")).sizes());
        assertEquals(0.2f, ((FakeTensor) map(state.get(1L)).get("exp_avg")).elements().get(1).floatValue(), 1e-7);
        Map<Object, Object> group = map(list(optimizer.get("param_groups")).get(0));
        assertEquals(0.5, group.get("lr"));
        assertEquals(Tuple.of(0.9, 0.999), group.get("betas"));
        assertEquals(true, group.get("amsgrad"));
        assertNull(group.get("foreach"));
        assertTrue(group.containsKey("foreach"));
        assertEquals(List.of(0L, 1L, 2L), group.get("params"));
    }

    @Test
    void optimizerStateOfSgd() throws IOException {
        Map<Object, Object> optimizer = map(load(golden("sgd.pth")));
        assertEquals(FakeTensor.of(new long[] {3}, 1, 2, 3), map(map(optimizer.get("state")).get(1L)).get("momentum_buffer"));
        List<Object> groups = list(optimizer.get("param_groups"));
        assertEquals(0.25, map(groups.get(0)).get("lr"));
        assertEquals(List.of(1L, 2L), map(groups.get(1)).get("params"));
    }

    @Test
    void checkpointIsAPlainMap() throws IOException {
        Map<Object, Object> checkpoint = map(load(golden("checkpoint.pth")));
        assertEquals(LinkedHashMap.class, checkpoint.getClass());
        assertEquals(3L, checkpoint.get("epoch"));
        assertEquals(0.25, checkpoint.get("loss"));
        assertEquals(Map.of("lr", 0.5, "name", "run"), checkpoint.get("args"));
        assertInstanceOf(StateDict.class, checkpoint.get("model"));
    }

    @Test
    void allElementTypesBitForBit() throws IOException {
        Map<String, Object> types = (StateDict) load(golden("types.pth"));
        assertEquals(List.of(0.5, Double.NEGATIVE_INFINITY), ((FakeTensor) types.get("float64")).elements());
        assertEquals(List.of(1.5f, -0.0f), ((FakeTensor) types.get("float32")).elements());
        assertEquals(List.of(1L << 40, -1L), ((FakeTensor) types.get("int64")).elements());
        assertEquals(List.of(7, -8), ((FakeTensor) types.get("int32")).elements());
        assertEquals(ElementType.INT16, ((FakeTensor) types.get("int16")).type());
        assertEquals(ElementType.INT8, ((FakeTensor) types.get("int8")).type());
        FakeTensor half = (FakeTensor) types.get("float16");
        assertEquals(List.of(0x7C01, -0x155), List.of((int) half.storage().getShort(0), (int) half.storage().getShort(2)));
        FakeTensor brain = (FakeTensor) types.get("bfloat16");
        assertEquals(List.of(0x7F81, -0x42), List.of((int) brain.storage().getShort(0), (int) brain.storage().getShort(2)));
        assertEquals(List.of((byte) 0, (byte) 255), ((FakeTensor) types.get("uint8")).elements());
        assertEquals(List.of((byte) 1, (byte) 0), ((FakeTensor) types.get("bool")).elements());
        assertEquals(ElementType.BOOL, ((FakeTensor) types.get("bool")).type());
        assertArrayEquals(NONE, ((FakeTensor) types.get("scalar")).sizes());
        assertEquals(List.of(42f), ((FakeTensor) types.get("scalar")).elements());
        assertArrayEquals(new long[] {0, 3}, ((FakeTensor) types.get("empty")).sizes());
        FakeTensor nan = (FakeTensor) types.get("nan");
        assertEquals(0x7FC0BEEF, nan.storage().getInt(0));
        assertEquals(-0x400001, nan.storage().getInt(4));
    }

    @Test
    void viewsAreReadInLogicalOrder() throws IOException {
        Map<Object, Object> views = map(load(golden("views.pth")));
        FakeTensor base = (FakeTensor) views.get("base");
        for (String name : List.of("rows", "transposed", "steps", "diagonal", "empty")) {
            assertSame(base.storage(), ((FakeTensor) views.get(name)).storage(), name);
        }
        assertEquals(List.of(1f, 4f, 13f, 16f), ((FakeTensor) views.get("steps")).elements());
        assertEquals(List.of(0f, 7f, 14f, 21f), ((FakeTensor) views.get("diagonal")).elements());
        assertArrayEquals(new long[] {6, 4}, ((FakeTensor) views.get("transposed")).sizes());
        assertEquals(List.of(0f, 6f, 12f, 18f, 1f), ((FakeTensor) views.get("transposed")).elements().subList(0, 5));
        assertEquals(FakeTensor.of(new long[] {2, 3}, 5, 5, 5, 5, 5, 5), views.get("expanded"));
        assertEquals(FakeTensor.counting(1, 2, 3, 4), views.get("channels_last"));
        assertArrayEquals(new long[] {24, 1, 8, 2}, ((FakeTensor) views.get("channels_last")).strides());
        assertArrayEquals(new long[] {0, 4}, ((FakeTensor) views.get("empty")).sizes());
    }

    @Test
    void plainValues() throws IOException {
        Map<Object, Object> values = map(load(golden("values.pth")));
        assertTrue(values.containsKey("none"));
        assertNull(values.get("none"));
        assertEquals(true, values.get("yes"));
        assertEquals(false, values.get("no"));
        BigInteger two = BigInteger.TWO;
        assertEquals(List.of(0L, 255L, 256L, 65535L, 65536L, -1L, -(1L << 31), 1L << 31, Long.MIN_VALUE, two.pow(63),
                two.pow(63).negate().subtract(BigInteger.ONE), two.pow(100)), values.get("ints"));
        assertEquals(List.of(0.0, -0.0, 1e300, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY), values.get("floats"));
        assertEquals("gr\u00fc\u00df \ud83d\udd25", values.get("text"));
        assertEquals("empty key", values.get(""));
        assertEquals("a\0b", values.get("nul"));
        assertEquals(Tuple.of(1L, Tuple.of(2L), Tuple.of(), Tuple.of(1L, 2L, 3L), Tuple.of(1L, 2L, 3L, 4L)), values.get("tuple"));
        assertInstanceOf(Tuple.class, values.get("tuple"));
        assertEquals(List.of(List.of(), List.of(1L), Map.of()), values.get("list"));
        assertInstanceOf(ArrayList.class, values.get("list"));
        assertEquals("int key", values.get(5L));
        assertEquals("tuple key", values.get(Tuple.of(1L, "a")));
        assertArrayEquals(new byte[] {0, -1, '\n'}, (byte[]) values.get("bytes"));
        assertArrayEquals(new long[] {2, 3}, ((Size) values.get("size")).toLongs());
        assertEquals(Size.of(), values.get("no size"));
        assertEquals(ElementType.FLOAT32, values.get("dtype"));
        assertEquals(List.of(new DeviceTag("cpu", -1), new DeviceTag("cuda", 1), new DeviceTag("mps", -1)),
                List.of(values.get("cpu"), values.get("cuda"), values.get("mps")));
    }

    @Test
    void whatWasOneObjectIsOneObject() throws IOException {
        Map<Object, Object> shared = map(load(golden("shared.pth")));
        assertSame(shared.get("a"), shared.get("b"));
        assertSame(shared.get("t"), shared.get("u"));
    }

    @Test
    void setsCountersAndByteArrays() throws IOException {
        Map<Object, Object> sets = map(load(golden("sets.pth")));
        assertEquals(Set.of(3L), sets.get("set"));
        assertInstanceOf(LinkedHashSet.class, sets.get("set"));
        assertEquals(Set.of("x"), sets.get("frozen"));
        assertEquals(Map.of("a", 2L, "b", 1L), sets.get("counter"));
        assertArrayEquals(new byte[] {'x', 'y'}, (byte[]) sets.get("bytearray"));
        assertArrayEquals(new byte[0], (byte[]) sets.get("empty"));
        assertEquals(Map.of(1L, "one"), sets.get("ordered"));
    }

    @Test
    void longContainersComeInBatches() throws IOException {
        Map<Object, Object> batches = map(load(golden("batches.pth")));
        assertEquals(LongStream.range(0, 1001).boxed().toList(), batches.get("list1001"));
        assertEquals(LongStream.range(0, 1000).boxed().toList(), new ArrayList<>(map(batches.get("dict1000")).values()));
        assertEquals(LongStream.range(0, 1001).boxed().toList(), new ArrayList<>(map(batches.get("ordered1001")).values()));
    }

    @Test
    void parameters() throws IOException {
        Map<Object, Object> values = map(load(golden("parameter.pth")));
        assertEquals(FakeTensor.counting(2).as(true, true), values.get("parameter"));
        assertEquals(FakeTensor.counting(3).as(false, true), values.get("frozen"));
        assertEquals(FakeTensor.counting(4).as(true, false), values.get("leaf"));
        assertEquals(FakeTensor.counting(2).as(true, true), map(load(golden("attributes.pth"))).get("parameter"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void newerProtocols(int protocol) throws IOException {
        Map<Object, Object> values = map(load(golden("protocol" + protocol + ".pth")));
        assertEquals(load(golden("state_dict.pth")), values.get("model"));
        assertArrayEquals(new byte[] {0, -1}, (byte[]) values.get("bytes"));
        assertEquals(Set.of(1L), values.get("set"));
        assertEquals(BigInteger.TWO.pow(70), values.get("big"));
        assertEquals("x".repeat(300), values.get("name"));
        assertEquals(Tuple.of(1L, 2L), values.get("pair"));
    }

    @Test
    void numpyScalarsAndArrays() throws IOException {
        Map<Object, Object> values = map(load(golden("numpy.pth")));
        assertEquals(List.of(0.5, 1.5, -7L, 200L, true),
                List.of(values.get("f8"), values.get("f4"), values.get("i8"), values.get("u1"), values.get("b1")));
        NumpyArray array = (NumpyArray) values.get("array");
        assertEquals(ElementType.FLOAT32, array.type());
        assertArrayEquals(new long[] {2, 3}, array.sizes());
        assertEquals(5f, array.elements().getFloat(20));
        assertFalse(array.columnMajor());
        assertTrue(((NumpyArray) values.get("fortran")).columnMajor());
        assertEquals(2.0, ((NumpyArray) values.get("swapped")).elements().getDouble(8));
    }

    @Test
    void storagesWithoutTensors() throws IOException {
        Map<Object, Object> values = map(load(golden("storage.pth")));
        assertEquals(new StorageRef("0", ElementType.FLOAT32, 3, "cpu"), values.get("typed"));
        assertEquals(new StorageRef("1", ElementType.UINT8, 2, "cpu"), values.get("untyped"));
    }

    @Test
    void savedOnAGpu() throws IOException {
        try (PtReader reader = PtReader.open(golden("gpu.pth"))) {
            assertEquals(List.of("cuda:0", "cuda:0"), reader.storages().stream().map(StorageRef::location).toList());
        }
        assertEquals(FakeTensor.counting(2, 2), map(load(golden("gpu.pth"))).get("weight"));
    }

    @Test
    void filesWithoutChecksums() throws IOException {
        assertEquals(Map.of("x", FakeTensor.counting(3)), load(golden("no_checksums.pth")));
    }

    @Test
    void readingTwiceGivesTwoNests() throws IOException {
        try (PtReader reader = PtReader.open(golden("values.pth"))) {
            Object first = reader.read(new Leaves() { });
            assertNotSame(map(first).get("list"), map(reader.read(new Leaves() { })).get("list"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "refused_module | pickle asks for global torch.nn.modules.linear.Linear, which is not on the allow-list",
        "refused_random | pickle asks for global random.Random, which is not on the allow-list",
        "refused_tar | file is a tar archive",
        "refused_sparse | sparse tensors are not supported",
        "refused_quantized | quantized tensors are not supported",
        "refused_meta | tensors without data are not supported",
        "refused_complex | complex numbers are not supported",
        "refused_conj | conjugated or negated lazily"})
    void whatIsNotSupportedIsNamed(String name, String message) {
        FormatException e = assertThrows(FormatException.class, () -> load(golden(name + ".pth")));
        assertTrue(e.getMessage().startsWith(name + ".pth, byte " + e.offset() + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"complex64", "uint16", "float8_e4m3fn"})
    void otherElementTypesAreKnownToTheFormat(String type) throws IOException {
        FakeTensor tensor = (FakeTensor) map(load(golden("refused_" + type + ".pth"))).get("layer.weight");
        assertEquals(ElementType.ofTorchName(type), tensor.type());
        assertEquals(2 * tensor.type().bytes(), tensor.storage().capacity());
    }
}
