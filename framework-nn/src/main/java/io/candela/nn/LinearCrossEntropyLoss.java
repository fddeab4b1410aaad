package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;

/**
 * A {@link Linear} layer to classes and the cross entropy of what it gives, in one: PyTorch's class of that name. See
 * {@link F#linearCrossEntropy(Tensor, Tensor, Tensor, Tensor, Tensor, Long, Reduction, double, int)} for shapes, and for how rows can be taken in parts, so
 * that the logits of a whole batch never lie in memory.
 *
 * <p>State: {@code weight (classes)} if there are class weights, {@code linear.weight (classes · d1 · …, in)}, {@code linear.bias}.
 */
public final class LinearCrossEntropyLoss extends Loss {
    private final Tensor weight; // null for 1 each
    private final Linear linear;
    private final int inFeatures;
    private final int numClasses;
    private final Options options;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param outFeatures    further sizes {@code (d1, d2, …)} of the labels of a row; default none
     * @param bias           whether the linear layer has one; default not
     * @param dtype          of the linear layer's parameters; default float32
     * @param weight         of each class, {@code (classes)}; it becomes a buffer. Default null, for 1
     * @param ignoreIndex    a label that counts nothing; default null, for −100 where the target holds labels
     * @param reduction      default mean
     * @param labelSmoothing how much of the target is spread over all classes, from 0 to 1; default 0
     * @param batchChunkSize rows whose logits are in memory at once; default 0, for all
     */
    public record Options(Shape outFeatures, boolean bias, DType dtype, Tensor weight, Long ignoreIndex, Reduction reduction, double labelSmoothing,
            int batchChunkSize) {
        /** @throws IllegalArgumentException if {@code labelSmoothing} is not in 0 … 1, or {@code batchChunkSize} is negative */
        public Options {
            if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
                throw new IllegalArgumentException("LinearCrossEntropyLoss: labelSmoothing must be between 0 and 1, got " + labelSmoothing);
            }
            if (batchChunkSize < 0) {
                throw new IllegalArgumentException("LinearCrossEntropyLoss: batchChunkSize must be 1 or more, or 0 for all rows at once, got " + batchChunkSize);
            }
        }

        /** These options with further sizes of the labels of a row. */
        public Options withOutFeatures(int... outFeatures) {
            return new Options(Shape.of(outFeatures), bias, dtype, weight, ignoreIndex, reduction, labelSmoothing, batchChunkSize);
        }

        /** These options with or without a bias. */
        public Options withBias(boolean bias) {
            return new Options(outFeatures, bias, dtype, weight, ignoreIndex, reduction, labelSmoothing, batchChunkSize);
        }

        /** These options with parameters of another type. */
        public Options withDtype(DType dtype) {
            return new Options(outFeatures, bias, dtype, weight, ignoreIndex, reduction, labelSmoothing, batchChunkSize);
        }

        /** These options with class weights. */
        public Options withWeight(Tensor weight) {
            return new Options(outFeatures, bias, dtype, weight, ignoreIndex, reduction, labelSmoothing, batchChunkSize);
        }

        /** These options with a label that counts nothing. */
        public Options withIgnoreIndex(long ignoreIndex) {
            return new Options(outFeatures, bias, dtype, weight, ignoreIndex, reduction, labelSmoothing, batchChunkSize);
        }

        /** These options with another reduction. */
        public Options withReduction(Reduction reduction) {
            return new Options(outFeatures, bias, dtype, weight, ignoreIndex, reduction, labelSmoothing, batchChunkSize);
        }

        /** These options with label smoothing. */
        public Options withLabelSmoothing(double labelSmoothing) {
            return new Options(outFeatures, bias, dtype, weight, ignoreIndex, reduction, labelSmoothing, batchChunkSize);
        }

        /** These options with logits of so many rows in memory at once: PyTorch's {@code LinearCrossEntropyOptions(batch_chunk_size=…)}. */
        public Options withBatchChunkSize(int batchChunkSize) {
            return new Options(outFeatures, bias, dtype, weight, ignoreIndex, reduction, labelSmoothing, batchChunkSize);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(Shape.SCALAR, false, DType.FLOAT32, null, null, Reduction.MEAN, 0, 0);
    }

    /** With the defaults. */
    public LinearCrossEntropyLoss(int inFeatures, int numClasses) {
        this(inFeatures, numClasses, options());
    }

    /**
     * With options.
     *
     * @throws ShapeException if class weights are not {@code (classes)}
     */
    public LinearCrossEntropyLoss(int inFeatures, int numClasses, Options options) {
        Tensor weights = options.weight();
        if (weights != null && (weights.dim() != 1 || weights.size(0) != numClasses)) {
            throw new ShapeException("LinearCrossEntropyLoss: weight must be (%d), got %s", numClasses, weights.shape());
        }
        this.inFeatures = inFeatures;
        this.numClasses = numClasses;
        this.options = options;
        weight = registerBuffer("weight", weights);
        linear = register("linear", new Linear(inFeatures, numClasses * options.outFeatures().numel(), options.bias(), options.dtype()));
    }

    /** The layer whose results are the logits. */
    public Linear linear() {
        return linear;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        int[] inner = options.outFeatures().toArray();
        int[] outer = new int[inner.length + 1];
        outer[0] = numClasses;
        System.arraycopy(inner, 0, outer, 1, inner.length);
        Tensor matrix = linear.weight();
        int[] sizes = Arrays.copyOf(outer, outer.length + 1);
        sizes[outer.length] = inFeatures;
        Tensor bias = linear.bias();
        return F.linearCrossEntropy(input, matrix.reshape(sizes), target, bias == null ? null : bias.reshape(outer), weight, options.ignoreIndex(),
                options.reduction(), options.labelSmoothing(), options.batchChunkSize());
    }

    @Override
    protected String describe() {
        int[] inner = options.outFeatures().toArray();
        return "in_features=" + inFeatures + ", num_classes=" + numClasses + ", out_features=" + ModulePrinter.tuple(inner) + ", bias="
                + ModulePrinter.number(options.bias()) + ", reduction=" + options.reduction().name().toLowerCase(Locale.ROOT) + ", ignore_index="
                + (options.ignoreIndex() == null ? "None" : options.ignoreIndex()) + ", label_smoothing="
                + ModulePrinter.number(options.labelSmoothing()) + ", options=" + (options.batchChunkSize() == 0 ? "None"
                        : "LinearCrossEntropyOptions(batch_chunk_size=" + options.batchChunkSize() + ")");
    }
}
