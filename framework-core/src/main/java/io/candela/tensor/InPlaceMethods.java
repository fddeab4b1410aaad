package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.backend.BinaryKernel;
import io.candela.backend.NnKernels.Distribution;
import io.candela.backend.UnaryKernel;
import io.candela.ops.Add;
import io.candela.ops.Assign;
import io.candela.ops.Div;
import io.candela.ops.Elementwise;
import io.candela.ops.Mul;
import io.candela.ops.WithNumber;

/**
 * Methods of {@link Tensor} that overwrite it and return it: PyTorch's names with a trailing underscore. The other operand broadcasts to this
 * tensor; the result is converted to this tensor's type and refused if that would be a lower kind (floating point into integers).
 *
 * <p>Recorded where a gradient is asked for, except that leaves that require one can be changed only inside {@code Autograd.noGrad}.
 */
public sealed interface InPlaceMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** Adds {@code other}. */
    default Tensor addInPlace(Tensor other) {
        return Autograd.applyInPlace(new Add(1, self()), self(), other);
    }

    /** Adds {@code alpha · other}. */
    default Tensor addInPlace(Tensor other, double alpha) {
        return Autograd.applyInPlace(new Add(alpha, self()), self(), other);
    }

    /** Adds a number. */
    default Tensor addInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.ADD, number, self()), self());
    }

    /** Subtracts {@code other}. */
    default Tensor subInPlace(Tensor other) {
        return Autograd.applyInPlace(new Add(-1, self()), self(), other);
    }

    /** Subtracts a number. */
    default Tensor subInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.SUB, number, self()), self());
    }

    /** Multiplies by {@code other}, element by element. */
    default Tensor mulInPlace(Tensor other) {
        return Autograd.applyInPlace(new Mul(self()), self(), other);
    }

    /** Multiplies by a number. */
    default Tensor mulInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.MUL, number, self()), self());
    }

    /** Divides by {@code other}, element by element. */
    default Tensor divInPlace(Tensor other) {
        return Autograd.applyInPlace(new Div(self()), self(), other);
    }

    /** Divides by a number. */
    default Tensor divInPlace(double number) {
        return Autograd.applyInPlace(new WithNumber(BinaryKernel.DIV, number, self()), self());
    }

    /** max(x, 0). */
    default Tensor reluInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.RELU, self()), self());
    }

    /** eˣ. */
    default Tensor expInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.EXP, self()), self());
    }

    /** √x. */
    default Tensor sqrtInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.SQRT, self()), self());
    }

    /** 1/(1 + e⁻ˣ). */
    default Tensor sigmoidInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.SIGMOID, self()), self());
    }

    /** Hyperbolic tangent. */
    default Tensor tanhInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.TANH, self()), self());
    }

    /** −x. */
    default Tensor negInPlace() {
        return Autograd.applyInPlace(new Elementwise(UnaryKernel.NEG, self()), self());
    }

    /** Limits every element to {@code low} … {@code high}. */
    default Tensor clampInPlace(double low, double high) {
        return Autograd.applyInPlace(new io.candela.ops.Clamp(low, high, self()), self());
    }

    /** Copies {@code source}, broadcast and converted, into this tensor; also from another device. */
    default Tensor copyFrom(Tensor source) {
        Tensor here = source.device().equals(self().device()) ? source : source.to(self().device());
        return Autograd.applyInPlace(new Assign(), self(), here);
    }

    /** Sets every element to {@code value}. */
    default Tensor fillInPlace(double value) {
        return Autograd.applyInPlace(new Assign.Number(value), self());
    }

    /** Sets every element to 0. */
    default Tensor zeroInPlace() {
        return fillInPlace(0);
    }

    /** Fills with uniform numbers in {@code from} … {@code to} (excluded) from the default generator, as PyTorch's {@code uniform_}. */
    default Tensor uniformInPlace(double from, double to) {
        return uniformInPlace(from, to, Generator.getDefault());
    }

    /** Fills with uniform numbers in {@code from} … {@code to} (excluded). */
    default Tensor uniformInPlace(double from, double to, Generator generator) {
        return random(Distribution.UNIFORM, from, to, generator);
    }

    /** Fills with normal numbers from the default generator, as PyTorch's {@code normal_}. */
    default Tensor normalInPlace(double mean, double std) {
        return normalInPlace(mean, std, Generator.getDefault());
    }

    /** Fills with normal numbers. */
    default Tensor normalInPlace(double mean, double std, Generator generator) {
        return random(Distribution.NORMAL, mean, std, generator);
    }

    /** Fills with 1 (probability {@code p}) and 0 from the default generator. */
    default Tensor bernoulliInPlace(double p) {
        return bernoulliInPlace(p, Generator.getDefault());
    }

    /** Fills with 1 (probability {@code p}) and 0. */
    default Tensor bernoulliInPlace(double p, Generator generator) {
        return random(Distribution.BERNOULLI, p, 0, generator);
    }

    private Tensor random(Distribution d, double first, double second, Generator generator) {
        return Autograd.applyInPlace(new Assign.Random(d, first, second, generator), self());
    }

}
