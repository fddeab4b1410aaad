package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.autograd.GraphException;
import io.candela.autograd.UnaryOp;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Losses {@code (n)} of {@link CTCLoss}: −ln of the probability of all alignments, by the forward-backward algorithm on logarithms, in double.
 * States are the target's labels with a blank before, between and after them.
 *
 * <p>The gradient is PyTorch's: right for log probabilities that come from a {@link LogSoftmax}, whose own gradient it takes into account.
 */
final class CtcAlignment extends UnaryOp {
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    private final int[][] states; // per sequence the class of each state
    private final int[] lengths; // of the inputs
    private final boolean zeroInfinity;
    private Tensor operand; // without its graph; only its shape and type are used
    private double[] logp; // (time, n, classes)
    private double[][][] alphas; // per sequence, (time, state)
    private double[] losses;

    private CtcAlignment(int[][] states, int[] lengths, boolean zeroInfinity) {
        this.states = states;
        this.lengths = lengths;
        this.zeroInfinity = zeroInfinity;
    }

    static Tensor loss(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths, CTCLoss.Options options) {
        boolean single = logProbs.dim() == 2;
        if (logProbs.dim() != 3 && !single) {
            throw new ShapeException("ctcLoss: logProbs must be (time, n, classes) or (time, classes), got %s", logProbs.shape());
        }
        if (!logProbs.dtype().isFloating()) {
            throw new DTypeException("ctcLoss: logProbs must be floating point, got %s", logProbs.dtype());
        }
        Tensor batch = single ? logProbs.unsqueeze(1) : logProbs;
        int[] times = lengths("inputLengths", inputLengths, batch.size(1), batch.size(0));
        int[] labels = lengths("targetLengths", targetLengths, batch.size(1), Integer.MAX_VALUE);
        int[][] states = states(single && targets.dim() == 1 ? targets.unsqueeze(0) : targets, labels, batch.size(2), options.blank());
        Tensor losses = Autograd.apply(new CtcAlignment(states, times, options.zeroInfinity()), batch);
        if (options.reduction() == Reduction.MEAN) {
            double[] divisors = Arrays.stream(labels).mapToDouble(n -> Math.max(n, 1)).toArray();
            return losses.div(Tensor.of(divisors).to(losses.dtype()).to(losses.device())).mean();
        }
        return options.reduction().of("ctcLoss", single ? losses.squeeze(0) : losses);
    }

    private static int[] lengths(String name, Tensor lengths, int n, int most) {
        if (lengths.dtype().isFloating() || lengths.dim() > 1 || lengths.numel() != n) {
            throw new ShapeException("ctcLoss: %s must be %d integers, got %s of %s", name, n, lengths.shape(), lengths.dtype());
        }
        int[] out = lengths.toIntArray();
        for (int length : out) {
            if (length < 0 || length > most) {
                throw new ShapeException("ctcLoss: %s must be from 0 to %d, got %d", name, most, length);
            }
        }
        return out;
    }

    private static int[][] states(Tensor targets, int[] lengths, int classes, int blank) {
        if (blank < 0 || blank >= classes) {
            throw new ShapeException("ctcLoss: blank %d is out of range for %d classes", blank, classes);
        }
        int total = Arrays.stream(lengths).sum();
        int longest = Arrays.stream(lengths).max().orElse(0);
        boolean joined = targets.dim() == 1;
        if (targets.dtype().isFloating() || (joined ? targets.size(0) != total
                : targets.dim() != 2 || targets.size(0) != lengths.length || targets.size(1) < longest)) {
            throw new ShapeException("ctcLoss: targets must be integers, (%d, %d or more) or one after the other (%d), got %s of %s", lengths.length,
                    longest, total, targets.shape(), targets.dtype());
        }
        long[] labels = targets.toLongArray();
        int[][] states = new int[lengths.length][];
        int start = 0;
        for (int i = 0; i < states.length; i++) {
            states[i] = new int[2 * lengths[i] + 1];
            Arrays.fill(states[i], blank);
            for (int s = 0; s < lengths[i]; s++) {
                long label = labels[start + s];
                if (label < 0 || label >= classes) {
                    throw new ShapeException("ctcLoss: label %d is out of range for %d classes", label, classes);
                }
                states[i][2 * s + 1] = (int) label;
            }
            start += joined ? lengths[i] : targets.size(1);
        }
        return states;
    }

    @Override
    public String name() {
        return "ctcLoss";
    }

    @Override
    protected Tensor forward(Tensor batch) {
        logp = batch.toDoubleArray();
        operand = batch.detach();
        alphas = new double[states.length][][];
        losses = new double[states.length];
        double[] shown = new double[states.length];
        for (int i = 0; i < states.length; i++) {
            alphas[i] = walk(i, false);
            int last = states[i].length - 1;
            double[] end = lengths[i] == 0 ? null : alphas[i][lengths[i] - 1];
            losses[i] = end == null ? (last == 0 ? 0 : -NEVER) : -logAdd(end[last], last == 0 ? NEVER : end[last - 1]);
            shown[i] = zeroInfinity && losses[i] == -NEVER ? 0 : losses[i];
        }
        return Tensor.of(shown).to(batch.dtype()).to(batch.device());
    }

    private double logp(int time, int sequence, int label) {
        return logp[(time * states.length + sequence) * operand.size(2) + label];
    }

    /** Logarithms of the probabilities to be in a state at a time and to have come there, or (backwards) to get from there to the end. */
    private double[][] walk(int sequence, boolean backwards) {
        int[] s = states[sequence];
        int time = lengths[sequence];
        double[][] out = new double[time][s.length];
        int step = backwards ? -1 : 1;
        int first = backwards ? s.length - 1 : 0;
        for (int n = 0, t = backwards ? time - 1 : 0; n < time; n++, t += step) {
            for (int k = 0, at = first; k < s.length; k++, at += step) {
                double come;
                if (n == 0) {
                    come = k < 2 ? 0 : NEVER;
                } else {
                    double[] before = out[t - step];
                    come = before[at];
                    come = k < 1 ? come : logAdd(come, before[at - step]);
                    // a blank may be left out between different labels
                    come = k < 2 || s[at] == s[at - 2 * step] ? come : logAdd(come, before[at - 2 * step]);
                }
                out[t][at] = come + logp(t, sequence, s[at]);
            }
        }
        return out;
    }

    private static double logAdd(double a, double b) {
        double high = Math.max(a, b);
        return high == NEVER ? NEVER : high + Math.log1p(Math.exp(Math.min(a, b) - high));
    }

    @Override
    protected Tensor grad(Tensor g) {
        if (Autograd.isGradEnabled()) {
            throw new GraphException("ctcLoss: has no second derivative");
        }
        double[] upstream = g.toDoubleArray();
        int classes = operand.size(2);
        double[] out = new double[logp.length];
        double[] visits = new double[classes];
        for (int i = 0; i < states.length; i++) {
            if (zeroInfinity && losses[i] == -NEVER) {
                continue;
            }
            double[][] betas = walk(i, true);
            for (int t = 0; t < lengths[i]; t++) {
                Arrays.fill(visits, NEVER);
                for (int s = 0; s < states[i].length; s++) {
                    int label = states[i][s];
                    visits[label] = logAdd(visits[label], alphas[i][t][s] + betas[t][s]);
                }
                for (int c = 0; c < classes; c++) {
                    double lp = logp(t, i, c);
                    out[(t * states.length + i) * classes + c] = (Math.exp(lp) - Math.exp(visits[c] + losses[i] - lp)) * upstream[i];
                }
            }
        }
        return Tensor.of(out, operand.shape().toArray()).to(operand.dtype()).to(operand.device());
    }
}
