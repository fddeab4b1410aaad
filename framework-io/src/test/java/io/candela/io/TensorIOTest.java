package io.candela.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.pt.DeviceTag;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.Tuple;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors in files. */
class TensorIOTest {
    @TempDir
    private Path folder;

    private static Path golden(String name) {
        try {
            return Path.of(TensorIOTest.class.getResource("/golden/pt/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Loaded reload(Object value) throws IOException {
        Path path = folder.resolve("reload.pth");
        TensorIO.save(value, path);
        return TensorIO.load(path);
    }

    private static Tensor counting(int... shape) {
        int numel = Shape.of(shape).numel();
        float[] data = new float[numel];
        for (int i = 0; i < numel; i++) {
            data[i] = i;
        }
        return shape.length == 0 ? Tensor.scalar(0.0) : Tensor.of(data, shape);
    }

    @Test
    void nestedMapsAreReachedByKey(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("nested.pth");
        TensorIO.save(Map.of("model", Map.of("weight", Tensor.ones(2))), file);
        Loaded loaded = TensorIO.load(file);
        assertTrue(loaded.get("model").get("weight").tensor().equal(Tensor.ones(2)));
        var missing = assertThrows(IllegalStateException.class, () -> loaded.get("model").get("bias"));
        assertEquals("nested.pth: value[model] has no key bias; its keys are [weight]", missing.getMessage());
        var notMap = assertThrows(IllegalStateException.class, () -> loaded.get("model").get("weight").map());
        assertEquals("nested.pth: value[model][weight] is not a map, it is of type Tensor", notMap.getMessage());
    }

    @Test
    void stateDictOfPyTorch() throws IOException {
        StateDict state = TensorIO.load(golden("state_dict.pth")).stateDict();
        Tensor weight = (Tensor) state.get("0.weight");
        assertEquals(Shape.of(2, 4), weight.shape());
        assertTrue(weight.equal(counting(2, 4)));
        assertFalse(weight.requiresGrad());
        Tensor count = (Tensor) state.get("1.num_batches_tracked");
        assertEquals(DType.INT64, count.dtype());
        assertEquals(18, count.itemLong());
        assertEquals(2L, state.version("1"));
    }

    @Test
    void typesOfPyTorchBitForBit() throws IOException {
        StateDict types = TensorIO.load(golden("types.pth")).stateDict();
        assertArrayEquals(new double[] {0.5, Double.NEGATIVE_INFINITY}, ((Tensor) types.get("float64")).toDoubleArray());
        assertArrayEquals(new float[] {1.5f, -0.0f}, ((Tensor) types.get("float32")).toFloatArray());
        assertArrayEquals(new long[] {1L << 40, -1}, ((Tensor) types.get("int64")).toLongArray());
        assertArrayEquals(new int[] {7, -8}, ((Tensor) types.get("int32")).toIntArray());
        assertArrayEquals(new short[] {-32768, 9}, ((Tensor) types.get("int16")).toShortArray());
        assertArrayEquals(new int[] {-128, 127}, ((Tensor) types.get("int8")).toIntArray());
        assertEquals(DType.FLOAT16, ((Tensor) types.get("float16")).dtype());
        assertArrayEquals(new short[] {0x7C01, -0x155, 0x3C01}, ((Tensor) types.get("float16")).view(DType.INT16).toShortArray());
        assertEquals(DType.BFLOAT16, ((Tensor) types.get("bfloat16")).dtype());
        assertArrayEquals(new short[] {0x7F81, -0x42, 0x3F81}, ((Tensor) types.get("bfloat16")).view(DType.INT16).toShortArray());
        assertArrayEquals(new int[] {0, 255}, ((Tensor) types.get("uint8")).toIntArray());
        assertArrayEquals(new boolean[] {true, false}, ((Tensor) types.get("bool")).toBooleanArray());
        assertEquals(DType.BOOL, ((Tensor) types.get("bool")).dtype());
        assertEquals(42, ((Tensor) types.get("scalar")).item());
        assertEquals(Shape.of(0, 3), ((Tensor) types.get("empty")).shape());
        assertEquals(0x7FC0BEEF, ((Tensor) types.get("nan")).toByteBuffer().order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(0));
    }

    @Test
    void viewsOfPyTorch() throws IOException {
        Map<Object, Object> views = TensorIO.load(golden("views.pth")).map();
        Tensor base = (Tensor) views.get("base");
        assertTrue(((Tensor) views.get("transposed")).equal(base.t()));
        assertArrayEquals(new float[] {1, 4, 13, 16}, ((Tensor) views.get("steps")).toFloatArray());
        assertArrayEquals(new float[] {5, 5, 5, 5, 5, 5}, ((Tensor) views.get("expanded")).toFloatArray());
        assertArrayEquals(counting(24).toFloatArray(), ((Tensor) views.get("channels_last")).toFloatArray());
        assertEquals(1, ((Tensor) views.get("channels_last")).stride(1));
        assertEquals(Shape.of(0, 4), ((Tensor) views.get("empty")).shape());
        base.addInPlace(counting(4, 6)); // all see it
        assertArrayEquals(new float[] {2, 8, 26, 32}, ((Tensor) views.get("steps")).toFloatArray());
    }

    @Test
    void tiesSurvive() throws IOException {
        StateDict tied = TensorIO.load(golden("tied.pth")).stateDict();
        assertSame(((Tensor) tied.get("a.weight")).storage(), ((Tensor) tied.get("b.weight")).storage());
        StateDict again = reload(tied).stateDict();
        assertSame(((Tensor) again.get("a.weight")).storage(), ((Tensor) again.get("b.weight")).storage());
    }

    @Test
    void optimizerOfPyTorchIsPlainMaps() throws IOException {
        Map<Object, Object> adam = TensorIO.load(golden("adam.pth")).map();
        Map<?, ?> first = (Map<?, ?>) ((Map<?, ?>) adam.get("state")).get(0L);
        assertEquals(1, ((Tensor) first.get("step")).item());
        assertEquals(Shape.of(2, 3), ((Tensor) first.get("exp_avg")).shape());
        Map<?, ?> group = (Map<?, ?>) ((List<?>) adam.get("param_groups")).get(0);
        assertEquals(Tuple.of(0.9, 0.999), group.get("betas"));
    }

    @Test
    void leavesAndParametersRequireGradients() throws IOException {
        Map<Object, Object> values = TensorIO.load(golden("parameter.pth")).map();
        assertTrue(((Tensor) values.get("parameter")).requiresGrad());
        assertTrue(((Tensor) values.get("parameter")).isLeaf());
        assertFalse(((Tensor) values.get("frozen")).requiresGrad());
        assertTrue(reload(counting(2).setRequiresGrad(true)).tensor().requiresGrad());
    }

    @Test
    void numpyArraysAreTensors() throws IOException {
        Map<Object, Object> values = TensorIO.load(golden("numpy.pth")).map();
        assertTrue(((Tensor) values.get("array")).equal(counting(2, 3)));
        assertTrue(((Tensor) values.get("fortran")).equal(counting(2, 3)));
        assertEquals(DType.INT64, ((Tensor) values.get("fortran")).dtype());
        assertArrayEquals(new double[] {1, 2}, ((Tensor) values.get("swapped")).toDoubleArray());
    }

    @Test
    void storagesAreFlatTensors() throws IOException {
        Map<Object, Object> values = TensorIO.load(golden("storage.pth")).map();
        assertTrue(((Tensor) values.get("typed")).equal(counting(3)));
        assertEquals(DType.UINT8, ((Tensor) values.get("untyped")).dtype());
    }

    @Test
    void typesAndDevicesAreOurs() throws IOException {
        Map<Object, Object> values = TensorIO.load(golden("values.pth")).map();
        assertEquals(DType.FLOAT32, values.get("dtype"));
        assertEquals(Device.CPU, values.get("cpu"));
        assertEquals(Device.cuda(1), values.get("cuda"));
        assertEquals(new DeviceTag("mps", -1), values.get("mps"));
        List<Object> ours = List.of(DType.BOOL, Device.CPU, Device.cuda(3));
        assertEquals(ours, reload(ours).list());
    }

    @ParameterizedTest
    @ValueSource(strings = {"complex64", "uint16", "float8_e4m3fn"})
    void typesThatCandelaDoesNotHave(String type) {
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.load(golden("refused_" + type + ".pth")));
        assertTrue(e.getMessage().contains("tensor 'layer.weight' is " + type + ", which Candela does not have"), e.getMessage());
    }

    @Test
    void everyTypeAndShapeComesBack() throws IOException {
        for (DType type : DType.values()) {
            for (int[] shape : new int[][] {{}, {0}, {1}, {7}, {3, 0, 2}, {2, 3, 4}}) {
                Tensor tensor = counting(shape).to(type);
                Tensor again = reload(tensor).tensor();
                assertEquals(type, again.dtype());
                assertEquals(tensor.shape(), again.shape());
                assertTrue(tensor.equal(again));
            }
        }
    }

    @Test
    void everyBitOfTheHalfTypes() throws IOException {
        Tensor bits = Tensor.arange(65536).to(DType.INT16);
        for (DType type : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
            Tensor all = bits.view(type);
            assertTrue(bits.equal(reload(all).tensor().view(DType.INT16)));
            Tensor transposed = all.view(256, 256).t(); // saved through a copy
            assertTrue(bits.view(256, 256).t().equal(reload(transposed).tensor().view(DType.INT16)));
        }
    }

    @Test
    void largerThanTheBuffer() throws IOException {
        Tensor large = counting(700, 1000);
        assertTrue(large.equal(reload(large).tensor()));
        assertTrue(large.t().equal(reload(large.t()).tensor()));
        assertTrue(large.narrow(0, 100, 500).equal(reload(large.narrow(0, 100, 500)).tensor()));
        assertTrue(large.narrow(1, 3, 900).equal(reload(large.narrow(1, 3, 900)).tensor()));
    }

    @Test
    void aViewSavesOnlyItsElements() throws IOException {
        Tensor base = counting(1000, 1000);
        reload(base.narrow(1, 0, 2));
        assertTrue(Files.size(folder.resolve("reload.pth")) < 12_000);
    }

    @Test
    void sameBytesEachTime() throws IOException {
        Path path = folder.resolve("reload.pth");
        TensorIO.save(nest(), path);
        byte[] first = Files.readAllBytes(path);
        TensorIO.save(nest(), path);
        assertArrayEquals(first, Files.readAllBytes(path));
    }

    @Test
    void failedSaveLeavesTheOldFile() throws IOException {
        Path path = folder.resolve("model.pth");
        TensorIO.save(Map.of("x", counting(3)), path);
        byte[] before = Files.readAllBytes(path);
        assertThrows(IllegalArgumentException.class, () -> TensorIO.save(Map.of("x", new StringBuilder()), path));
        Tensor released = counting(3);
        released.release();
        assertThrows(IllegalStateException.class, () -> TensorIO.save(Map.of("x", released), path));
        assertArrayEquals(before, Files.readAllBytes(path));
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void loadedInAScopeBelongsToIt() throws IOException {
        TensorIO.save(counting(3), folder.resolve("a.pth"));
        Tensor tensor;
        try (var scope = TensorScope.open()) {
            tensor = TensorIO.load(folder.resolve("a.pth")).tensor();
            assertEquals(3, tensor.sum().item());
        }
        assertThrows(IllegalStateException.class, tensor::toFloatArray);
    }

    @Test
    void loadedAsTheWrongThing() throws IOException {
        Loaded list = reload(List.of(1, 2));
        assertEquals(List.of(1L, 2L), list.list());
        IllegalStateException e = assertThrows(IllegalStateException.class, list::stateDict);
        assertEquals("reload.pth: value is not a map, it is of type ArrayList", e.getMessage());
        assertThrows(IllegalStateException.class, list::tensor);
        assertThrows(IllegalStateException.class, reload(Map.of(1, 2))::stateDict);
        assertNull(reload(null).value());
        assertEquals(Map.of("a", 1L), reload(Map.of("a", 1L)).stateDict(), "a plain dict serves as a state dict");
    }

    /**
     * The file that tools/check_pt.py opened with PyTorch. If the writer is to write other bytes, save {@link #nest()} there anew and run the
     * script.
     */
    @Test
    void bytesThatPyTorchWasSeenToRead() throws IOException {
        Path path = folder.resolve("candela.pth");
        TensorIO.save(nest(), path);
        assertArrayEquals(Files.readAllBytes(golden("candela.pth")), Files.readAllBytes(path));
    }

    static Map<String, Object> nest() {
        Tensor weight = counting(2, 3);
        StateDict model = new StateDict();
        model.put("weight", weight);
        model.put("tied.weight", weight.detach());
        model.put("bias", Tensor.of(new double[] {0.5, Double.NaN, Double.NEGATIVE_INFINITY}));
        model.put("count", Tensor.scalar(7L));
        model.put("int", Tensor.of(new int[] {1, -2}));
        model.put("byte", Tensor.of(new byte[] {0, (byte) 255}));
        model.put("mask", Tensor.of(new boolean[] {true, false}));
        model.put("empty", Tensor.zeros(0, 3));
        model.put("nan", Tensor.of(new float[] {Float.intBitsToFloat(0x7FC0BEEF), -0.0f}));
        model.setVersion("", 1);
        model.setVersion("norm", 2);
        Map<String, Object> nest = new LinkedHashMap<>();
        nest.put("model", model);
        nest.put("epoch", 3);
        nest.put("lr", 0.001);
        nest.put("name", "gr\u00fc\u00df \ud83d\udd25");
        nest.put("none", null);
        nest.put("flags", List.of(true, false));
        nest.put("betas", Tuple.of(0.9, 0.999));
        nest.put("bytes", new byte[] {0, -1, 10});
        nest.put("state", Map.of(0L, Map.of("step", Tensor.scalar(1.0))));
        nest.put("leaf", counting(2).setRequiresGrad(true));
        nest.put("column", counting(4, 6).narrow(1, 1, 1));
        nest.put("transposed", counting(2, 3).t());
        nest.put("expanded", Tensor.ones(1).expand(2, 2));
        nest.put("size", Size.of(2, 3));
        nest.put("dtype", DType.FLOAT32);
        nest.put("device", Device.cuda(1));
        nest.put("ints", List.of(0, 255, 256, 65_536, -1, Integer.MIN_VALUE, Long.MIN_VALUE, BigInteger.TWO.pow(100)));
        nest.put("set", Set.of("x"));
        nest.put("list", LongStream.range(0, 1001).boxed().toList());
        nest.put("pairs", new ArrayList<>(List.of(Tuple.of(), Tuple.of("a", List.of()))));
        return nest;
    }
}
