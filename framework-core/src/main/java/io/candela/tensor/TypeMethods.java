package io.candela.tensor;

import io.candela.ops.Pointwise;
import io.candela.ops.Views;

/**
 * Methods of {@link Tensor} about element types: the conversions that PyTorch calls {@code half()}, {@code float()} and so on, and new tensors
 * in the type and on the device of this one. Where Java reserves PyTorch's word, all have a {@code to} in front; {@code byte()} and
 * {@code char()}, whose names mean other things in Java, are {@code to(DType.UINT8)} and {@code to(DType.INT8)}.
 */
public sealed interface TypeMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** This tensor in float16; itself if it is that. */
    default Tensor toHalf() {
        return self().to(DType.FLOAT16);
    }

    /** This tensor in bfloat16; itself if it is that. */
    default Tensor toBfloat16() {
        return self().to(DType.BFLOAT16);
    }

    /** This tensor in float32; itself if it is that. */
    default Tensor toFloat() {
        return self().to(DType.FLOAT32);
    }

    /** This tensor in float64; itself if it is that. */
    default Tensor toDouble() {
        return self().to(DType.FLOAT64);
    }

    /** This tensor in int16; itself if it is that. */
    default Tensor toShort() {
        return self().to(DType.INT16);
    }

    /** This tensor in int32; itself if it is that. */
    default Tensor toInt() {
        return self().to(DType.INT32);
    }

    /** This tensor in int64; itself if it is that. */
    default Tensor toLong() {
        return self().to(DType.INT64);
    }

    /** This tensor in bool, true where not 0; itself if it is that. */
    default Tensor toBool() {
        return self().to(DType.BOOL);
    }

    /**
     * The same bytes read as another type, PyTorch's {@code view(dtype)}: memory is shared, no number is converted, no gradient passes. Between
     * types of unequal width the last dimension shrinks or grows.
     *
     * @throws ShapeException if the types differ in width and the last dimension is not contiguous or cannot be divided
     */
    default Tensor view(DType dtype) {
        return Views.reinterpret(self(), dtype);
    }

    /** Zeros of this tensor's shape and device, in memory as {@link Tensor#zerosLike()}. */
    default Tensor zerosLike(DType dtype) {
        return Pointwise.like(self(), 0, dtype);
    }

    /** Ones of this tensor's shape and device, in memory as {@link Tensor#zerosLike()}. */
    default Tensor onesLike(DType dtype) {
        return Pointwise.like(self(), 1, dtype);
    }

    /** A tensor of this tensor's shape and device with undefined elements, in memory as {@link Tensor#zerosLike()}. */
    default Tensor emptyLike(DType dtype) {
        return Pointwise.like(self(), dtype);
    }

    /**
     * A tensor of this tensor's shape, type and device with every element {@code value}, in memory as {@link Tensor#zerosLike()}.
     *
     * @throws DTypeException if the type is an integer type and does not hold {@code value}
     */
    default Tensor fullLike(double value) {
        return fullLike(value, self().dtype());
    }

    /** As {@link #fullLike(double)}, in another type. */
    default Tensor fullLike(double value, DType dtype) {
        return Pointwise.like(self(), value, dtype);
    }

    /** A contiguous tensor of this tensor's type and device, with undefined elements. */
    default Tensor newEmpty(int... shape) {
        return Tensor.empty(Shape.of(shape), self().dtype(), self().device());
    }

    /** Zeros of this tensor's type and device. */
    default Tensor newZeros(int... shape) {
        return newFull(0, shape);
    }

    /** Ones of this tensor's type and device. */
    default Tensor newOnes(int... shape) {
        return newFull(1, shape);
    }

    /**
     * A tensor of this tensor's type and device with every element {@code value}.
     *
     * @throws DTypeException if the type is an integer type and does not hold {@code value}
     */
    default Tensor newFull(double value, int... shape) {
        return Tensor.full(Shape.of(shape), value, self().dtype(), self().device());
    }

    /** A copy of a number or of nested arrays, as {@link Tensor#tensor(Object)}, in this tensor's type and on its device. */
    default Tensor newTensor(Object data) {
        return Tensor.tensor(data, self().dtype()).to(self().device());
    }
}
