package io.candela.io.pt;

import static io.candela.io.pt.PtFiles.load;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.FileSource;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pickles that no honest program writes are refused in words, at the byte, in bounded time and memory. */
class HostilePickleTest {
    private static final long MAX = Long.MAX_VALUE;

    @TempDir
    private Path folder;

    private FormatException refused(byte[] pickle, int... storages) throws IOException {
        Path path = PtFiles.crafted(folder, pickle, storages);
        return assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertThrows(FormatException.class, () -> load(path)));
    }

    private void refusedWith(String message, byte[] pickle, int... storages) throws IOException {
        String actual = refused(pickle, storages).getMessage();
        assertTrue(actual.contains(message), actual);
    }

    @ParameterizedTest
    @CsvSource({"os,system", "posix,system", "nt,system", "builtins,eval", "builtins,exec", "builtins,getattr", "builtins,__import__",
        "subprocess,Popen", "torch,load", "torch.hub,load", "torch.serialization,load", "runpy,_run_code",
        "numpy.testing._private.utils,runstring", "torch.jit.unsupported_tensor_ops,execWrapper", "java.lang,Runtime", "io.candela.io,TensorIO",
        "torch,nn.Module", "torch._utils,__builtins__"})
    void globalsThatAreNotOnTheList(String module, String name) throws IOException {
        refusedWith("pickle asks for global " + module + "." + name + ", which is not on the allow-list",
                new Code().global(module, name).text("echo hello").op(Op.TUPLE1, Op.REDUCE).stop());
        refusedWith("pickle asks for global " + module + "." + name, new Code().text(module).text(name).op(Op.STACK_GLOBAL).stop());
    }

    @Test
    void messageNamesFileAndByte() throws IOException {
        byte[] pickle = new Code().op(Op.NONE, Op.POP).global("os", "system").stop();
        FormatException e = refused(pickle);
        long data = 64; // the first entry's
        assertEquals(data + 4, e.offset());
        assertEquals(e.file() + ", byte 68: pickle asks for global os.system, which is not on the allow-list", e.getMessage());
    }

    static Stream<Arguments> broken() {
        return Stream.of(
            Arguments.of("does not start with its protocol", new byte[] {'.'}),
            Arguments.of("protocol 1", new byte[] {(byte) 0x80, 1, 'N', '.'}),
            Arguments.of("protocol 6", new byte[] {(byte) 0x80, 6, 'N', '.'}),
            Arguments.of("pickle ends within an opcode", new Code().op(Op.NONE).cut()),
            Arguments.of("takes more objects than it made", new Code().stop()),
            Arguments.of("objects left over", new Code().op(Op.NONE, Op.NONE).stop()),
            Arguments.of("objects left over", new Code().op(Op.NONE, Op.MARK, Op.NONE).stop()),
            Arguments.of("takes more objects than it made", new Code().op(Op.NONE, Op.MARK, Op.POP).stop()),
            Arguments.of("takes more objects than it made", new Code().op(Op.NONE, Op.MARK, Op.TUPLE1).stop()),
            Arguments.of("mark that it did not set", new Code().op(Op.TUPLE).stop()),
            Arguments.of("opcode 0x69", new Code().op(Op.INST).stop()),
            Arguments.of("opcode 0x82", new Code().op(Op.EXT1, 1).stop()),
            Arguments.of("opcode 0x50", new Code().op(Op.PERSID, '1', '\n').stop()),
            Arguments.of("opcode 0x92", new Code().op(Op.NEWOBJ_EX).stop()),
            Arguments.of("opcode 0x49", new Code().op('I', '1', '\n').stop()),
            Arguments.of("reads memo 3", new Code().op(Op.NONE, Op.BINPUT, 2, Op.BINGET, 3).stop()),
            Arguments.of("reads memo 4294967295", new Code().op(Op.LONG_BINGET).i4(-1).stop()),
            Arguments.of("memo index 4294967295 is out of range", new Code().op(Op.NONE, Op.LONG_BINPUT).i4(-1).stop()),
            Arguments.of("memo index 2147483647 is out of range", new Code().op(Op.NONE, Op.LONG_BINPUT).i4(Integer.MAX_VALUE).stop()),
            Arguments.of("sets an item of a list", new Code().op(Op.EMPTY_LIST, Op.NONE, Op.NONE, Op.SETITEM).stop()),
            Arguments.of("sets an item of a list", new Code().op(Op.EMPTY_LIST, Op.MARK, Op.NONE, Op.NONE, Op.SETITEMS).stop()),
            Arguments.of("sets an item of a tuple", new Code().op(Op.EMPTY_TUPLE, Op.NONE, Op.NONE, Op.SETITEM).stop()),
            Arguments.of("sets an item of torch.Size", new Code().global("torch", "Size").op(Op.NONE, Op.NONE, Op.SETITEM).stop()),
            Arguments.of("without a value", new Code().op(Op.EMPTY_DICT, Op.MARK, Op.NONE, Op.SETITEMS).stop()),
            Arguments.of("appends to a dict", new Code().op(Op.EMPTY_DICT, Op.NONE, Op.APPEND).stop()),
            Arguments.of("adds an item to a list", new Code().op(Op.EMPTY_LIST, Op.MARK, Op.NONE, Op.ADDITEMS).stop()),
            Arguments.of("a list in a dict as a key", new Code().op(Op.EMPTY_DICT, Op.EMPTY_LIST, Op.NONE, Op.SETITEM).stop()),
            Arguments.of("a list in a set as a key", new Code().op(Op.EMPTY_SET, Op.MARK, Op.EMPTY_LIST, Op.ADDITEMS).stop()),
            Arguments.of("pickle calls None", new Code().op(Op.NONE, Op.EMPTY_TUPLE, Op.REDUCE).stop()),
            Arguments.of("pickle calls torch.float32", new Code().global("torch", "float32").op(Op.EMPTY_TUPLE, Op.REDUCE).stop()),
            Arguments.of("instead of a tuple of arguments", new Code().global("torch", "Size").op(Op.EMPTY_LIST, Op.REDUCE).stop()),
            Arguments.of("sets attributes of a dict", new Code().op(Op.EMPTY_DICT, Op.EMPTY_DICT, Op.BUILD).stop()),
            Arguments.of("sets attributes of torch.Size", new Code().global("torch", "Size").op(Op.EMPTY_DICT, Op.BUILD).stop()),
            Arguments.of("cannot be a value", new Code().global("torch", "Size").stop()),
            Arguments.of("cannot be a value", new Code().global("torch", "FloatStorage").stop()),
            Arguments.of("takes 1 arguments, got 0", new Code().global("torch", "Size").op(Op.EMPTY_TUPLE, Op.REDUCE).stop()),
            Arguments.of("takes only the encoding latin1", new Code().global("_codecs", "encode").text("x").text("rot13").op(Op.TUPLE2, Op.REDUCE)
                .stop()),
            Arguments.of("string in the pickle is not UTF-8", new Code().op(Op.SHORT_BINUNICODE, 1, 0xFF).stop()),
            Arguments.of("asks for 4294967295 bytes", new Code().op(Op.BINUNICODE).i4(-1).stop()),
            Arguments.of("asks for 18446744073709551615 bytes", new Code().op(Op.BINUNICODE8).i4(-1).i4(-1).stop()),
            Arguments.of("asks for 2147483647 bytes", new Code().op(Op.BINBYTES).i4(Integer.MAX_VALUE).stop()),
            Arguments.of("asks for 1099511627776 bytes", new Code().op(Op.FRAME).i4(0).i4(256).stop()),
            Arguments.of("asks for 2147483647 bytes", new Code().op(Op.LONG4).i4(Integer.MAX_VALUE).stop()),
            Arguments.of("integer of 2000 bytes", new Code().op(Op.LONG4).i4(2000).repeat(2000, 1).stop()),
            Arguments.of("longer than 1024 bytes", new Code().op(Op.GLOBAL).repeat(5000, 'a').op('\n').stop()));
    }

    @ParameterizedTest
    @MethodSource
    void broken(String message, byte[] pickle) throws IOException {
        refusedWith(message, pickle);
    }

    /** Objects that hold the one before twice: sixty of them have 2^60 names. */
    @Test
    void scriptObjectsWithVeryManyNames() throws IOException {
        Code code = new Code().global("__torch__", "M").op(Op.EMPTY_TUPLE, Op.NEWOBJ, Op.EMPTY_DICT, Op.MARK).text("w")
                .tensor(1, 0, new long[] {1}, new long[] {1}).op(Op.SETITEMS, Op.BUILD, Op.BINPUT, 0);
        for (int i = 0; i < 60; i++) {
            code.op(Op.POP).global("__torch__", "M").op(Op.EMPTY_TUPLE, Op.NEWOBJ, Op.EMPTY_DICT, Op.MARK).text("a").op(Op.BINGET, i).text("b")
                    .op(Op.BINGET, i, Op.SETITEMS, Op.BUILD, Op.BINPUT, i + 1);
        }
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("data.pkl", code.stop());
        entries.put("constants.pkl", new byte[0]);
        entries.put("data/0", new byte[4]);
        entries.put("version", "3\n".getBytes());
        FormatException e = assertThrows(FormatException.class, () -> load(PtFiles.zip(folder, entries)));
        assertTrue(e.getMessage().contains("names in the TorchScript archive take more than 64 MiB"), e.getMessage());
    }

    @Test
    void persistentIdsNameStorages() throws IOException {
        String message = "persistent id in the pickle does not name a storage";
        refusedWith(message, new Code().text("storage").op(Op.BINPERSID).stop());
        refusedWith(message, new Code().op(Op.NONE, Op.BINPERSID).stop());
        refusedWith(message, new Code().op(Op.MARK).text("module").global("torch", "FloatStorage").text("0").text("cpu").number(1)
                .op(Op.TUPLE, Op.BINPERSID).stop(), 4);
        refusedWith(message, new Code().op(Op.MARK).text("storage").text("FloatStorage").text("0").text("cpu").number(1)
                .op(Op.TUPLE, Op.BINPERSID).stop(), 4);
    }

    @Test
    void storagesAgreeWithTheirEntries() throws IOException {
        String bytes = "but its entry has 8 bytes";
        refusedWith(bytes, new Code().storage("FloatStorage", 1).stop(), 8);
        refusedWith(bytes, new Code().storage("FloatStorage", 3).stop(), 8);
        refusedWith(bytes, new Code().storage("FloatStorage", -2).stop(), 8);
        refusedWith(bytes, new Code().storage("FloatStorage", (1L << 62) + 2).stop(), 8); // 8 bytes, if it overflows
        refusedWith(bytes, new Code().storage("FloatStorage", MAX).stop(), 8);
        refusedWith("there is no entry archive/data/0", new Code().storage("FloatStorage", 2).stop());
        refusedWith("describes storage 0 twice", new Code().storage("FloatStorage", 2).storage("LongStorage", 1).op(Op.TUPLE2).stop(), 8);
        String[] tricks = {"../0", "/0", "0/", "", "0\0", "00"};
        for (String key : tricks) {
            refusedWith("there is no entry", new Code().op(Op.MARK).text("storage").global("torch", "FloatStorage").text(key).text("cpu").number(2)
                    .op(Op.TUPLE, Op.BINPERSID).stop(), 8);
        }
    }

    @Test
    void tensorsStayInsideOfTheirStorages() throws IOException {
        long[][][] outside = {
            {{0}, {5}, {1}}, {{1}, {4}, {1}}, {{0}, {2}, {4}}, {{-1}, {1}, {1}}, {{0}, {-1}, {1}}, {{3}, {2}, {-1}}, {{MAX}, {1}, {1}}, {{4}, {}, {}},
            {{0}, {2, 3}, {2, 1}}, {{0}, {1L << 32, 1L << 32}, {0, 0}}, {{0}, {MAX}, {MAX}}, {{1}, {2}, {MAX}}, {{0}, {3, 3}, {MAX / 2, 1}},
            {{0}, {1L << 33}, {1L << 31}}, {{MAX}, {2}, {1}}};
        for (long[][] t : outside) {
            FormatException e = refused(new Code().tensor(4, t[0][0], t[1], t[2]).stop(), 16);
            assertTrue(e.getMessage().contains("_rebuild_tensor_v2"), e.getMessage());
        }
        refusedWith("2 sizes and 1 strides", new Code().tensor(4, 0, new long[] {2, 2}, new long[] {1}).stop(), 16);
        refusedWith("at most 64 dimensions", new Code().tensor(4, 0, new long[65], new long[65]).stop(), 16);
        load(PtFiles.crafted(folder, new Code().tensor(4, MAX, new long[] {0, MAX, MAX}, new long[] {MAX, MAX, MAX}).stop(), 16)); // empty
        load(PtFiles.crafted(folder, new Code().tensor(4, 3, new long[] {1}, new long[] {MAX}).stop(), 16)); // a stride that is not used
    }

    @Test
    void containersThatContainThemselves() throws IOException {
        refusedWith("a list contains itself", new Code().op(Op.EMPTY_LIST, Op.BINPUT, 0, Op.BINGET, 0, Op.APPEND).stop());
        refusedWith("contains itself", new Code().op(Op.EMPTY_DICT, Op.BINPUT, 0).text("me").op(Op.BINGET, 0, Op.SETITEM).stop());
        refusedWith("contains itself (at 0.0)",
                new Code().op(Op.EMPTY_LIST, Op.BINPUT, 0, Op.BINGET, 0, Op.TUPLE1, Op.APPEND).stop());
        refusedWith("contains itself", new Code().global("collections", "OrderedDict").op(Op.EMPTY_TUPLE, Op.REDUCE, Op.BINPUT, 0, Op.EMPTY_DICT)
                .text("_metadata").op(Op.BINGET, 0, Op.SETITEM, Op.BUILD).stop());
    }

    @Test
    void metadataOfTheWrongKind() throws IOException {
        refusedWith("_metadata is the value true, not a dict", new Code().global("collections", "OrderedDict")
                .op(Op.EMPTY_TUPLE, Op.REDUCE, Op.EMPTY_DICT).text("_metadata").op(Op.NEWTRUE, Op.SETITEM, Op.BUILD).stop());
    }

    @Test
    void deepNesting() throws IOException {
        int deep = 100_000;
        refusedWith("nested deeper than 500", new Code().repeat(deep, Op.EMPTY_LIST).repeat(deep - 1, Op.APPEND).stop());
        refusedWith("nested deeper than 500", new Code().op(Op.NONE).repeat(deep, Op.TUPLE1).stop());
        refusedWith("nested deeper than 500",
                new Code().op(Op.NONE).repeat(deep, Op.BINPUT, 0, Op.POP, Op.EMPTY_LIST, Op.BINGET, 0, Op.APPEND).stop());
        Object nested = load(PtFiles.crafted(folder, new Code().op(Op.NONE).repeat(500, Op.TUPLE1).stop()));
        assertTrue(nested instanceof List);
    }

    @Test
    void marksWithoutEnd() throws IOException {
        refused(new Code().repeat(1_000_000, Op.MARK).stop());
    }

    /** A list of two lists of two lists … is read in linear time, since what stands twice is read once. */
    @Test
    void memoBomb() throws IOException {
        Code code = new Code().op(Op.EMPTY_LIST, Op.BINPUT, 0);
        for (int i = 0; i < 200; i++) {
            code.op(Op.POP, Op.EMPTY_LIST, Op.MARK, Op.BINGET, i, Op.BINGET, i, Op.APPENDS, Op.BINPUT, i + 1);
        }
        Path path = PtFiles.crafted(folder, code.stop());
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> load(path));
    }

    /** The same with tuples as keys, whose hash code would take exponential time. */
    @Test
    void keyBomb() throws IOException {
        Code code = new Code().op(Op.NONE, Op.BINPUT, 0);
        for (int i = 0; i < 100; i++) {
            code.op(Op.POP, Op.BINGET, i, Op.BINGET, i, Op.TUPLE2, Op.BINPUT, i + 1);
        }
        refusedWith("a tuple in a dict as a key", code.op(Op.EMPTY_DICT, Op.BINGET, 100, Op.NONE, Op.SETITEM, Op.TUPLE2).stop());
    }

    private void refusedBy(HeapBudget budget, FileSource file, byte[] pickle) {
        PickleReader reader = new PickleReader(new PickleInput(file, 0, pickle), budget, (key, type, numel, location, offset) -> null);
        FormatException e = assertThrows(FormatException.class, reader::read);
        assertTrue(e.getMessage().contains("needs more than 32 MiB of heap"), e.getMessage());
    }

    /** Memory stays below the budget, whatever it is spent on. */
    @Test
    void heapIsBounded() throws IOException {
        try (FileSource file = FileSource.open(PtFiles.golden("types.pth"))) {
            Code copies = new Code().op(Op.EMPTY_LIST).global("_codecs", "encode").op(Op.BINPUT, 0, Op.POP).text("x".repeat(1 << 20)).text("latin1")
                    .op(Op.TUPLE2, Op.BINPUT, 1, Op.POP);
            copies.repeat(100_000, Op.BINGET, 0, Op.BINGET, 1, Op.REDUCE, Op.APPEND);
            byte[][] pickles = {copies.stop(),
                new Code().repeat(1_000_000, Op.EMPTY_DICT).stop(), new Code().repeat(1_000_000, Op.EMPTY_LIST).stop(),
                new Code().repeat(1_000_000, Op.EMPTY_SET).stop(), new Code().repeat(5_000_000, Op.NONE).stop(),
                new Code().repeat(1_000_000, Op.NONE, Op.TUPLE1, Op.POP).stop(), new Code().repeat(10_000_000, Op.MARK).stop(),
                new Code().repeat(2_000_000, Op.BININT1, 200).stop(), new Code().repeat(1_000_000, Op.SHORT_BINUNICODE, 0).stop(),
                new Code().op(Op.EMPTY_LIST, Op.MARK).repeat(4_000_000, Op.NONE).op(Op.APPENDS).stop(),
                new Code().op(Op.NONE, Op.LONG_BINPUT).i4(9_000_000).repeat(10_000_000, Op.NEWTRUE, Op.POP).stop(),
                new Code().global("collections", "OrderedDict").op(Op.BINPUT, 0).repeat(1_000_000, Op.BINGET, 0, Op.EMPTY_TUPLE, Op.REDUCE).stop()};
            for (byte[] pickle : pickles) {
                refusedBy(new HeapBudget(file, 32 << 20), file, pickle);
            }
        }
    }

    /** Many different keys with one hash code. */
    @Test
    void collidingKeys() throws IOException {
        Code code = new Code().op(Op.EMPTY_DICT, Op.MARK);
        for (int i = 0; i < 5000; i++) {
            code.tuple(31L * i, 5000 - i).op(Op.NONE);
        }
        refusedWith("neither strings nor integers", code.op(Op.SETITEMS).stop());
    }
}
