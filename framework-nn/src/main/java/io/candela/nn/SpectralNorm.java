package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * Divides by the largest singular value, which the power method approaches a little further at each use in training mode; of
 * {@link Parametrizations#spectralNorm}. State {@code _u}, {@code _v}: the singular vectors; none for one dimension.
 */
final class SpectralNorm extends Layer implements RightInverse {
    private static final int ITERATIONS_AT_START = 15;

    private final int iterations;
    private final double eps;
    private final int dim;
    private final Tensor u; // null for a vector
    private final Tensor v;

    SpectralNorm(Tensor weight, int iterations, double eps, int dim) {
        if (iterations <= 0) {
            throw new IllegalArgumentException("spectralNorm: nPowerIterations must be positive, got " + iterations);
        }
        weight.size(dim); // refuses what is not there
        this.iterations = iterations;
        this.eps = eps;
        this.dim = dim < 0 ? dim + weight.dim() : dim;
        if (weight.dim() > 1) {
            Tensor matrix = matrix(weight.detach());
            u = registerBuffer("_u", drawn(matrix, matrix.size(0)));
            v = registerBuffer("_v", drawn(matrix, matrix.size(1)));
            iterate(matrix, ITERATIONS_AT_START);
        } else {
            u = null;
            v = null;
        }
    }

    private Tensor drawn(Tensor like, int size) {
        return unit(Tensor.empty(Shape.of(size), like.dtype(), like.device()).normalInPlace(0, 1));
    }

    private Tensor unit(Tensor x) {
        return F.normalize(x, 2, 0, eps);
    }

    /** {@code (size of dim, all others)}. */
    private Tensor matrix(Tensor weight) {
        return weight.moveDim(dim, 0).flatten(1, -1);
    }

    private void iterate(Tensor matrix, int times) {
        Autograd.noGrad(() -> {
            for (int i = 0; i < times; i++) {
                u.copyFrom(unit(matrix.matmul(v)));
                v.copyFrom(unit(matrix.mT().matmul(u)));
            }
        });
    }

    @Override
    public Tensor forward(Tensor weight) {
        if (weight.dim() == 1) {
            return unit(weight);
        }
        Tensor matrix = matrix(weight);
        if (isTraining()) {
            iterate(matrix, iterations);
        }
        // Copies: the next forward changes the vectors, while this one's gradient may still be wanted
        Tensor sigma = u.clone().dot(matrix.matmul(v.clone()));
        return weight.div(sigma);
    }

    @Override
    public Tensor rightInverse(Tensor value) {
        return value;
    }

    @Override
    String typeName() {
        return "_SpectralNorm";
    }
}
