package io.candela.nn;

import io.candela.tensor.Tensor;

/** x Φ(x), element by element, with Φ the distribution function of the standard normal distribution. */
public final class GELU extends HookedLayer {
    /** How Φ is computed. */
    public enum Approximate {
        /** Exactly. */ NONE,
        /** By a hyperbolic tangent. */ TANH
    }

    private final Approximate approximate;

    /** Exact. */
    public GELU() {
        this(Approximate.NONE);
    }

    /** Exact or approximated. */
    public GELU(Approximate approximate) {
        this.approximate = approximate;
    }

    boolean isTanh() {
        return approximate == Approximate.TANH;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.gelu(x, approximate);
    }

    @Override
    protected String describe() {
        return "approximate='" + approximate.name().toLowerCase(java.util.Locale.ROOT) + "'";
    }
}
