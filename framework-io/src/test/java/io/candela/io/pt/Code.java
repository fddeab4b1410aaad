package io.candela.io.pt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A pickle put together opcode by opcode, honest or not. */
final class Code {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Code() {
        op(Op.PROTO, 2);
    }

    Code op(int... more) {
        for (int b : more) {
            bytes.write(b);
        }
        return this;
    }

    Code text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        op(Op.BINUNICODE).i4(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    Code global(String module, String name) {
        op(Op.GLOBAL);
        bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Code number(long value) {
        op(Op.LONG1, 8);
        return i4((int) value).i4((int) (value >> 32));
    }

    Code i4(int value) {
        return op(value, value >> 8, value >> 16, value >> 24);
    }

    /** Storage 0. */
    Code storage(String type, long numel) {
        return op(Op.MARK).text("storage").global("torch", type).text("0").text("cpu").number(numel).op(Op.TUPLE, Op.BINPERSID);
    }

    /** A tensor over storage 0. */
    Code tensor(long numel, long offset, long[] sizes, long[] strides) {
        global("torch._utils", "_rebuild_tensor_v2").op(Op.MARK).storage("FloatStorage", numel).number(offset);
        return tuple(sizes).tuple(strides).op(Op.NEWFALSE).global("collections", "OrderedDict").op(Op.EMPTY_TUPLE, Op.REDUCE, Op.TUPLE, Op.REDUCE);
    }

    Code tuple(long... numbers) {
        op(Op.MARK);
        for (long number : numbers) {
            number(number);
        }
        return op(Op.TUPLE);
    }

    Code repeat(int times, int... ops) {
        for (int i = 0; i < times; i++) {
            op(ops);
        }
        return this;
    }

    byte[] stop() {
        return op(Op.STOP).bytes.toByteArray();
    }

    byte[] cut() {
        return bytes.toByteArray();
    }
}
