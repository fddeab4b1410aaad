package io.candela.optim;

import io.candela.tensor.Tensor;
import java.util.function.DoubleFunction;

/**
 * Looks along a direction for a step that lowers the loss enough and flattens its slope, the strong Wolfe conditions: first outward until such steps
 * are bracketed, then within, by cubic interpolation. J. Nocedal and S. Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6, with the
 * constants and safeguards of {@code torch.optim.LBFGS}, which come from minFunc.
 */
final class StrongWolfe {
    private static final double C1 = 1e-4; // part of the descent that the first slope promises
    private static final double C2 = 0.9; // part of the first slope that may remain

    /** A step, the loss there, its gradient, and its slope along the direction. */
    record Point(double step, double loss, Tensor grad, double slope) {
    }

    private final DoubleFunction<Point> evaluate;
    private final Point start;
    private final double largest; // element of the direction
    private final double toleranceChange;
    private final int limit;
    private int evaluations;

    /**
     * @param start           step 0
     * @param largest         largest absolute value of the direction's elements
     * @param toleranceChange width of the bracket, measured in the parameters, at which to stop
     * @param limit           evaluations at most, beside the first
     */
    StrongWolfe(DoubleFunction<Point> evaluate, Point start, double largest, double toleranceChange, int limit) {
        this.evaluate = evaluate;
        this.start = start;
        this.largest = largest;
        this.toleranceChange = toleranceChange;
        this.limit = limit;
    }

    /** How often the loss was computed. */
    int evaluations() {
        return evaluations;
    }

    private Point at(double step) {
        evaluations++;
        return evaluate.apply(step);
    }

    private boolean isTooHigh(Point p) {
        return p.loss > start.loss + C1 * p.step * start.slope;
    }

    private boolean isFlat(Point p) {
        return Math.abs(p.slope) <= -C2 * start.slope;
    }

    /** The best step that was found, beginning with a guess. */
    Point search(double guess) {
        Point last = start;
        Point now = at(guess);
        for (int i = 0; i < limit; i++) {
            if (isTooHigh(now) || i > 1 && now.loss >= last.loss) {
                return zoom(last, now, i);
            } else if (isFlat(now)) {
                return now;
            } else if (now.slope >= 0) {
                return zoom(last, now, i);
            }
            double next = cubicMinimum(last, now, now.step + 0.01 * (now.step - last.step), now.step * 10);
            last = now;
            now = at(next);
        }
        return start.loss <= now.loss ? start : now;
    }

    /** Narrows a bracket. */
    private Point zoom(Point first, Point second, int done) {
        Point[] bracket = {first, second};
        int low = first.loss <= second.loss ? 0 : 1;
        boolean stuck = false;
        for (int i = done; i < limit && Math.abs(second.step - first.step) * largest >= toleranceChange; i++) {
            double left = Math.min(bracket[0].step, bracket[1].step);
            double right = Math.max(bracket[0].step, bracket[1].step);
            double step = cubicMinimum(bracket[0], bracket[1], left, right);
            double margin = 0.1 * (right - left);
            if (Math.min(right - step, step - left) < margin) { // close to an end: the second time, or at the end itself, move inward
                boolean move = stuck || step >= right || step <= left;
                if (move) {
                    step = Math.abs(step - right) < Math.abs(step - left) ? right - margin : left + margin;
                }
                stuck = !move;
            } else {
                stuck = false;
            }
            Point now = at(step);
            if (isTooHigh(now) || now.loss >= bracket[low].loss) {
                bracket[1 - low] = now;
                low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
            } else {
                if (isFlat(now)) {
                    return now;
                } else if (now.slope * (bracket[1 - low].step - bracket[low].step) >= 0) {
                    bracket[1 - low] = bracket[low];
                }
                bracket[low] = now;
            }
            first = bracket[0];
            second = bracket[1];
        }
        return bracket[low];
    }

    /** Where the cubic through two points with their slopes is lowest, within bounds; their middle if there is no such place. */
    private static double cubicMinimum(Point p, Point q, double lowest, double highest) {
        Point left = p.step <= q.step ? p : q;
        Point right = p.step <= q.step ? q : p;
        double d1 = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.step - right.step);
        double square = d1 * d1 - left.slope * right.slope;
        if (!(square >= 0)) {
            return (lowest + highest) / 2;
        }
        double d2 = Math.sqrt(square);
        double at = right.step - (right.step - left.step) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
        return Math.min(Math.max(at, lowest), highest);
    }
}
