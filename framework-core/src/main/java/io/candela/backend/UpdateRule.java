package io.candela.backend;

/**
 * How an optimizer's step changes the elements of a parameter w by its gradient g and by what is remembered of earlier steps. Every rule first
 * takes g to be {@code (maximize ? −g : g) + weightDecay · w}, and then scales w by {@link #shrink}; the rest is said with each.
 *
 * <p>Whatever is the same for all elements (bias corrections, schedules) the optimizer has worked out already.
 */
public sealed interface UpdateRule {
    /** Whether the gradient's sign is changed first. */
    boolean maximize();

    /** Factor of the parameter that is added to its gradient. */
    double weightDecay();

    /** What the parameter is multiplied with before its update. */
    default double shrink() {
        return 1;
    }

    /**
     * {@code b = momentum · b + (1 − dampening) · g}, {@code w −= lr · b}; with Nesterov's momentum {@code w −= lr · (g + momentum · b)}. State: b,
     * unless momentum is 0.
     *
     * @param first whether b is new, and so takes the undamped gradient
     */
    record Momentum(boolean maximize, double weightDecay, double lr, double momentum, double dampening, boolean nesterov, boolean first)
            implements UpdateRule {
    }

    /**
     * Adam and its relatives: {@code m += (1 − beta1) · (g − m)}, {@code v = beta2 · v + (1 − beta2) · g²},
     * {@code w −= (meanStep · m + gradStep · g) / (rootScale · √v + eps)}. State: m, v and, with amsgrad, the largest v so far, which takes v's place
     * in the last formula.
     *
     * @param divide if false there is no division: {@code w −= meanStep · m}
     */
    record Moments(boolean maximize, double weightDecay, double shrink, double beta1, double beta2, double eps, double meanStep, double gradStep,
            double rootScale, boolean amsgrad, boolean divide) implements UpdateRule {
    }

    /** Adamax: m as in {@link Moments}, {@code u = max(beta2 · u, |g| + eps)}, {@code w −= step · m / u}. State: m, u. */
    record InfinityNorm(boolean maximize, double weightDecay, double beta1, double beta2, double eps, double step) implements UpdateRule {
    }

    /** Adagrad: {@code s += g²}, {@code w −= lr · g / (√s + eps)}. State: s. */
    record SquareSum(boolean maximize, double weightDecay, double lr, double eps) implements UpdateRule {
    }

    /**
     * RMSprop: {@code v = alpha · v + (1 − alpha) · g²}, {@code d = g / (√v + eps)}; centered, with {@code √(v − a²)}, a the running mean of g. Then
     * {@code w −= lr · d}, or with momentum {@code b = momentum · b + d}, {@code w −= lr · b}. State: v, b if momentum is above 0, a if centered.
     */
    record SquareMean(boolean maximize, double weightDecay, double lr, double alpha, double eps, double momentum, boolean centered)
            implements UpdateRule {
    }

    /**
     * Adadelta: {@code v = rho · v + (1 − rho) · g²}, {@code d = √(a + eps) / √(v + eps) · g}, {@code a = rho · a + (1 − rho) · d²},
     * {@code w −= lr · d}. State: v, a.
     */
    record SquareRatio(boolean maximize, double weightDecay, double lr, double rho, double eps) implements UpdateRule {
    }

    /**
     * Rprop: an element's step size s is multiplied by {@code grow} where g kept its sign, by {@code cut} where it changed it, within
     * [smallest, largest]; where it changed, g counts as 0. Then {@code w −= sign(g) · s}. State: the last g, s.
     */
    record SignStep(boolean maximize, double cut, double grow, double smallest, double largest) implements UpdateRule {
        @Override
        public double weightDecay() {
            return 0;
        }
    }

    /** Averaged SGD: {@code w −= eta · g}, {@code a += mu · (w − a)}. State: a. */
    record Averaged(boolean maximize, double weightDecay, double shrink, double eta, double mu) implements UpdateRule {
    }
}
