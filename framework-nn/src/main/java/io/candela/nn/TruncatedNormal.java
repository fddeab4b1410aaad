package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/** Normal numbers within bounds, drawn as PyTorch draws them: rejected ones again, all in each round. */
final class TruncatedNormal {
    private TruncatedNormal() {}

    static Tensor fill(Tensor tensor, double mean, double std, double low, double high) {
        double inside = distribution((high - mean) / std) - distribution((low - mean) / std);
        return inside > 0.3 ? fromNormal(tensor, mean, std, low, high) : fromUniform(tensor, mean, std, low, high);
    }

    private static double distribution(double x) {
        return (1 + Tensor.of(new double[] {x / Math.sqrt(2)}).erf().item()) / 2;
    }

    private static Tensor fromNormal(Tensor tensor, double mean, double std, double low, double high) {
        boolean single = tensor.dtype() == DType.FLOAT32;
        double least = single ? (float) low : low;
        double most = single ? (float) high : high;
        Tensor result = tensor.normalInPlace(mean, std);
        Tensor outside = outside(result, least, most);
        while (outside.any().item() != 0) {
            result = result.emptyLike().normalInPlace(mean, std).where(outside, result);
            outside = outside(result, least, most);
        }
        return result == tensor ? tensor : tensor.copyFrom(result);
    }

    private static Tensor outside(Tensor x, double low, double high) {
        return x.lt(low).logicalOr(x.gt(high));
    }

    /** Where few normal numbers would be inside: uniform ones, kept with the probability that the density gives them. */
    private static Tensor fromUniform(Tensor tensor, double mean, double std, double low, double high) {
        double peak = (Math.max(low, Math.min(mean, high)) - mean) / std;
        Tensor result = tensor.emptyLike();
        Tensor pending = result.onesLike().ne(0);
        while (pending.any().item() != 0) {
            Tensor candidates = tensor.emptyLike().uniformInPlace(low, high);
            result = candidates.where(pending, result);
            Tensor density = candidates.sub(mean).div(std).square().mul(-0.5).sub(-0.5 * peak * peak);
            pending = tensor.emptyLike().uniformInPlace(0, 1).log().gt(density).logicalAnd(pending);
        }
        return tensor.copyFrom(result);
    }
}
