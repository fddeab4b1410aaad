package io.candela.testing;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One row of the table that {@link OpContract} goes through: an op under the name that its golden values have, and what is special about it.
 * The operands come from the golden file.
 */
public final class OpCase {
    final String name;
    final Function<Tensor[], Tensor[]> forward;
    final List<Rejection> rejections = new ArrayList<>();
    Function<Tensor[], Tensor> inPlace;
    Function<INDArray[], INDArray> nd4j;
    boolean pointwise;
    boolean view;
    boolean loose;
    boolean factory;
    boolean zeroSigns = true;
    boolean checked = true;
    boolean expanded = true;
    double slack = 1;

    /** A call that must fail: with which exception, and with which message. */
    record Rejection(Class<? extends Throwable> type, String message, Supplier<?> call) {}

    private OpCase(String name, Function<Tensor[], Tensor[]> forward) {
        this.name = name;
        this.forward = forward;
    }

    /** The row's name. */
    public String name() {
        return name;
    }

    /** An op on one tensor. */
    public static OpCase unary(String name, UnaryOperator<Tensor> op) {
        return nary(name, x -> op.apply(x[0]));
    }

    /** An op on two tensors. */
    public static OpCase binary(String name, BinaryOperator<Tensor> op) {
        return nary(name, x -> op.apply(x[0], x[1]));
    }

    /** An op on any number of tensors. */
    public static OpCase nary(String name, Function<Tensor[], Tensor> op) {
        return new OpCase(name, x -> new Tensor[] {op.apply(x)});
    }

    /** An op on one tensor with several results. */
    public static OpCase many(String name, Function<Tensor, Tensor[]> op) {
        return new OpCase(name, x -> op.apply(x[0]));
    }

    /** An op on any number of tensors with several results. */
    public static OpCase naryMany(String name, Function<Tensor[], Tensor[]> op) {
        return new OpCase(name, op);
    }

    /** The form that overwrites the first operand. */
    public OpCase inPlace(UnaryOperator<Tensor> op) {
        inPlace = x -> op.apply(x[0]);
        return this;
    }

    /** The form that overwrites the first of any number of operands. */
    public OpCase inPlaceOf(Function<Tensor[], Tensor> op) {
        inPlace = op;
        return this;
    }

    /** The form that overwrites the first of two operands. */
    public OpCase inPlace(BinaryOperator<Tensor> op) {
        inPlace = x -> op.apply(x[0], x[1]);
        return this;
    }

    /** What ND4J computes instead; may overwrite its operands. */
    public OpCase nd4j(UnaryOperator<INDArray> op) {
        nd4j = x -> op.apply(x[0]);
        return this;
    }

    /** What ND4J computes instead, from two operands. */
    public OpCase nd4j(BinaryOperator<INDArray> op) {
        nd4j = x -> op.apply(x[0], x[1]);
        return this;
    }

    /** A call that must throw exactly {@code type} with a message that is {@code message}. */
    public OpCase rejects(Class<? extends Throwable> type, String message, Supplier<?> call) {
        rejections.add(new Rejection(type, message, call));
        return this;
    }

    /** Element i of the result depends on element i of the operands alone: golden values are repeated to sizes that large kernels take. */
    public OpCase pointwise() {
        pointwise = true;
        return this;
    }

    /** Results of 0 may have the other sign than PyTorch's, whose choice between 0 and −0 depends on their order. */
    public OpCase anyZero() {
        zeroSigns = false;
        return this;
    }

    /** Not to be compared with differences: the function is too coarse for them. */
    public OpCase unchecked() {
        checked = false;
        return this;
    }

    /** Operands whose rows are equal are refused: that arrangement is left out. */
    public OpCase needsUnequalRows() {
        expanded = false;
        return this;
    }

    /** The result shares the operand's memory. */
    public OpCase view() {
        view = true;
        return this;
    }

    /** Makes a tensor on the CPU, wherever the operands are, which only say what kind. */
    public OpCase factory() {
        factory = true;
        return this;
    }

    /** Whether results share memory, and how they lie in it, is left open. */
    public OpCase loose() {
        loose = true;
        return this;
    }

    /** How many times the usual error is allowed; for reductions it grows with their length. */
    public OpCase slack(double factor) {
        slack = factor;
        return this;
    }
}
