package io.candela.export;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** One operation of a forward pass, as it went in two runs. */
final class OnnxCall {
    private final OnnxExport export;
    private final Recording.Call a;
    private final Recording.Call b;

    OnnxCall(OnnxExport export, Recording.Call a, Recording.Call b) {
        this.export = export;
        this.a = a;
        this.b = b;
        if (!a.name().equals(b.name()) || !a.attributes().keySet().equals(b.attributes().keySet())) {
            throw refused("which operations run depends on the input: here also " + b.name());
        }
        if (!Arrays.equals(a.numbers(), b.numbers()) || !a.attributeNumbers().equals(b.attributeNumbers())) {
            throw refused("its operands are others for other inputs");
        }
    }

    String name() {
        return a.name();
    }

    IllegalArgumentException refused(String why) {
        return new IllegalArgumentException("OnnxExport: %s in %s cannot be exported: %s".formatted(a.name(), a.place(), why));
    }

    // ---- operands and results ----

    int operands() {
        return a.operands().length;
    }

    boolean has(int operand) {
        return a.operands()[operand] != null;
    }

    Tensor operand(int operand) {
        return a.operands()[operand];
    }

    Tensor result() {
        return a.results()[0];
    }

    int results() {
        return a.results().length;
    }

    DType dtype() {
        return result().dtype();
    }

    /** The name of an operand. */
    String in(int operand) {
        return name(a.numbers()[operand], a.operands()[operand], b.operands()[operand]);
    }

    /** The name of an operand in another type. */
    String in(int operand, DType dtype) {
        Tensor t = operand(operand);
        return t.dtype() == dtype ? in(operand) : cast(in(operand), dtype);
    }

    String cast(String value, DType dtype) {
        return export.graph().node("Cast", List.of(value), "to", OnnxGraph.type(dtype).getNumber());
    }

    private String name(int number, Tensor one, Tensor other) {
        return number >= 0 ? export.computed(number) : export.constant(one, other, this);
    }

    /** An operand that must be a constant, such as the weights of a recurrent layer. */
    Tensor constant(int operand) {
        if (a.numbers()[operand] >= 0) {
            throw refused("operand " + operand + " depends on the input");
        }
        return a.operands()[operand];
    }

    /** Whether an operand is missing or zeros. */
    boolean isZero(int operand) {
        return !has(operand) || a.numbers()[operand] < 0 && isZero(a.operands()[operand]) && isZero(b.operands()[operand]);
    }

    private static boolean isZero(Tensor t) {
        return t.ne(0).any().item() == 0;
    }

    /** Sizes of an operand in both runs. */
    int[][] sizes(int operand) {
        return new int[][] {a.operands()[operand].shape().toArray(), b.operands()[operand].shape().toArray()};
    }

    // ---- attributes ----

    boolean hasAttribute(String name) {
        return a.attributes().containsKey(name);
    }

    /** An attribute that must be the same in both runs. */
    <T> T attribute(String name, Class<T> type) {
        Object value = a.attributes().get(name);
        Object other = b.attributes().get(name);
        boolean same = value instanceof int[] all ? Arrays.equals(all, (int[]) other) : value.equals(other);
        if (!same) {
            throw refused("its '%s' is %s or %s, it depends on the input".formatted(name, text(value), text(other)));
        }
        return type.cast(value);
    }

    private static String text(Object value) {
        return value instanceof int[] all ? Arrays.toString(all) : String.valueOf(value);
    }

    double number(String name) {
        return attribute(name, Number.class).doubleValue();
    }

    int integer(String name) {
        return attribute(name, Integer.class);
    }

    /** A tensor among the attributes. */
    String tensor(String name) {
        return name(a.attributeNumbers().get(name), (Tensor) a.attributes().get(name), (Tensor) b.attributes().get(name));
    }

    Tensor tensorValue(String name) {
        return (Tensor) a.attributes().get(name);
    }

    /** Sizes, or an int, in both runs. */
    int[][] both(String name) {
        return new int[][] {ints(a.attributes().get(name)), ints(b.attributes().get(name))};
    }

    private static int[] ints(Object value) {
        return value instanceof Shape shape ? shape.toArray() : value instanceof Integer i ? new int[] {i} : (int[]) value;
    }

    /** An attribute of which both runs may differ in what nobody reads. */
    <T> T any(String name, Class<T> type) {
        return type.cast(a.attributes().get(name));
    }
}
