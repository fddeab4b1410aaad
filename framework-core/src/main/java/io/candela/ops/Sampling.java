package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.backend.Backend;
import io.candela.backend.NnKernels.Distribution;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Generator;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Draws that depend on tensors; without gradient. */
public final class Sampling {
    private Sampling() {}

    /** Whether numbers are to be drawn where tensors of a GPU are. */
    private static boolean isDevices(Generator generator) {
        return generator.device().type() != Device.Type.CPU;
    }

    /** Integers from {@code low} to {@code high}−1, of another tensor's shape, type and device. */
    public static Tensor randint(Tensor like, long low, long high) {
        Generator generator = Generator.getDefault(like.device());
        boolean exact = Math.max(Math.abs((double) low), Math.abs((double) high)) <= 0x1p53;
        if (isDevices(generator) && low < high && exact && like.dtype() != DType.BOOL) {
            return Autograd.applyInPlace(new Assign.Random(Distribution.INTEGER, low, high, generator), like.detach().emptyLike());
        }
        long[] data = new long[like.numel()];
        Generator.getDefault().randint(data, 0, data.length, low, high);
        return inMemory(Tensor.of(data, data.length), like);
    }

    /** A random order of 0 to {@code n}−1, on a GPU: that of random numbers of 53 bits, of which two are hardly ever equal. */
    public static Tensor randperm(int n, Generator generator) {
        if (n < 0) {
            throw new IllegalArgumentException("randperm: n must not be negative, got " + n);
        }
        return Tensor.empty(Shape.of(n), DType.FLOAT64, generator.device()).uniformInPlace(0, 1, generator).argsort();
    }

    /** 1 with the probabilities of {@code p}, else 0. */
    public static Tensor bernoulli(Tensor p, Generator generator) {
        if (isDevices(generator) && p.dtype().isFloating()) {
            Tensor q = p.detach();
            if (q.ge(0).logicalAnd(q.le(1)).all().item() == 0) {
                throw new IllegalArgumentException("bernoulli: p must be between 0 and 1");
            }
            Tensor draws = Tensor.empty(p.shape(), p.dtype() == DType.FLOAT64 ? p.dtype() : DType.FLOAT32, p.device());
            return draws.uniformInPlace(0, 1, generator).lt(q).to(p.dtype());
        }
        int n = p.numel();
        int[] shape = p.shape().toArray();
        if (p.dtype() == DType.FLOAT32 || p.dtype().isHalf()) {
            float[] out = new float[n];
            generator.bernoulli(out, 0, n, p.toFloatArray(), 0);
            return Tensor.of(out, p.dtype(), n).view(shape).to(p.device());
        }
        if (p.dtype() == DType.FLOAT64) {
            double[] out = new double[n];
            generator.bernoulli(out, 0, n, p.toDoubleArray(), 0);
            return Tensor.of(out, n).view(shape).to(p.device());
        }
        throw new DTypeException("bernoulli: probabilities must be floating point, got %s", p.dtype());
    }

    /** Numbers of events at given rates. */
    public static Tensor poisson(Tensor rates, Generator generator) {
        if (!rates.dtype().isFloating()) {
            throw new DTypeException("poisson: rates must be floating point, got %s; convert with to(DType.FLOAT32)", rates.dtype());
        }
        if (isDevices(generator) && generator.device().equals(rates.device())) {
            Tensor r = rates.detach();
            if (r.ge(0).all().item() == 0) {
                throw new IllegalArgumentException("poisson: rates must be 0 or more");
            }
            Tensor out = Pointwise.rowMajor(r);
            Backend.of(r).nn().poisson(r, generator, out);
            return out;
        }
        Backend.of(rates).countHostWork("poisson");
        double[] rate = rates.toDoubleArray();
        for (double r : rate) {
            if (!(r >= 0)) {
                throw new IllegalArgumentException("poisson: rates must be 0 or more, got " + r);
            }
        }
        for (int i = 0; i < rate.length; i++) {
            rate[i] = rate[i] >= 10 ? manyEvents(rate[i], generator) : rate[i] == 0 ? 0 : fewEvents(rate[i], generator);
        }
        return Tensor.of(rate, rate.length).to(rates.dtype()).view(rates.shape().toArray()).to(rates.device());
    }

    /** Knuth's method: a product of uniform numbers falls below the probability of no event. */
    private static long fewEvents(double rate, Generator generator) {
        double none = Math.exp(-rate);
        double product = uniform(generator);
        long count = 0;
        while (product > none) {
            product *= uniform(generator);
            count++;
        }
        return count;
    }

    /** W. Hörmann, The transformed rejection method for generating Poisson random variables, 1993: PTRS. */
    private static double manyEvents(double rate, Generator generator) {
        double b = 0.931 + 2.53 * Math.sqrt(rate);
        double a = -0.059 + 0.02483 * b;
        double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
        double sure = 0.9277 - 3.6224 / (b - 2);
        while (true) {
            double u = uniform(generator) - 0.5;
            double v = uniform(generator);
            double us = 0.5 - Math.abs(u);
            double k = Math.floor((2 * a / us + b) * u + rate + 0.43);
            if (us >= 0.07 && v <= sure) {
                return k;
            }
            if (k >= 0 && (us >= 0.013 || v <= us) && Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b)
                    <= -rate + k * Math.log(rate) - logFactorial(k)) {
                return k;
            }
        }
    }

    /** Numbers of successes in given numbers of trials with given probabilities; the operands broadcast. */
    public static Tensor binomial(Tensor count, Tensor prob, Generator generator) {
        if (!count.dtype().isFloating() || count.dtype() != prob.dtype()) {
            throw new DTypeException("binomial: count and prob must have one floating point type, got %s and %s; convert with to(DType.FLOAT32)",
                    count.dtype(), prob.dtype());
        }
        if (!count.device().equals(prob.device())) {
            throw new DeviceException("binomial: operands are on different devices: %s on %s, %s on %s; move one with to(device)", count.shape(),
                    count.device(), prob.shape(), prob.device());
        }
        Shape shape = Shape.broadcast("binomial", count.shape(), prob.shape());
        Backend.of(count).countHostWork("binomial");
        double[] trials = count.detach().expand(shape.toArray()).toDoubleArray();
        double[] chance = prob.detach().expand(shape.toArray()).toDoubleArray();
        for (int i = 0; i < trials.length; i++) {
            if (!(trials[i] >= 0) || trials[i] != Math.rint(trials[i])) {
                throw new IllegalArgumentException("binomial: counts must be whole numbers of 0 or more, got " + trials[i]);
            }
            if (!(chance[i] >= 0 && chance[i] <= 1)) {
                throw new IllegalArgumentException("binomial: probabilities must be between 0 and 1, got " + chance[i]);
            }
        }
        for (int i = 0; i < trials.length; i++) {
            double n = trials[i];
            double p = chance[i];
            trials[i] = n == 0 || p == 0 ? 0 : p == 1 ? n : p <= 0.5 ? successes(n, p, generator) : n - successes(n, 1 - p, generator);
        }
        return Tensor.of(trials, trials.length).to(count.dtype()).view(shape.toArray()).to(count.device());
    }

    private static double successes(double n, double p, Generator generator) {
        return n * p >= 10 ? manySuccesses(n, p, generator) : fewSuccesses(n, p, generator);
    }

    /** Adds up the trials from one success to the next, which are geometric numbers. */
    private static double fewSuccesses(double n, double p, Generator generator) {
        double sum = 0;
        for (int k = 0;; k++) {
            sum += Math.ceil(Math.log(uniform(generator)) / Math.log1p(-p));
            if (sum > n) {
                return k;
            }
        }
    }

    /** W. Hörmann, The generation of binomial random variates, 1993: BTRS. */
    private static double manySuccesses(double n, double p, Generator generator) {
        double deviation = Math.sqrt(n * p * (1 - p));
        double b = 1.15 + 2.53 * deviation;
        double a = -0.0873 + 0.0248 * b + 0.01 * p;
        double sure = 0.92 - 4.2 / b;
        double odds = p / (1 - p);
        double alpha = (2.83 + 5.1 / b) * deviation;
        double mode = Math.floor((n + 1) * p);
        while (true) {
            double u = uniform(generator) - 0.5;
            double v = uniform(generator);
            double us = 0.5 - Math.abs(u);
            double k = Math.floor((2 * a / us + b) * u + n * p + 0.5);
            if (us >= 0.07 && v <= sure) {
                return k;
            }
            if (k >= 0 && k <= n && Math.log(v * alpha / (a / (us * us) + b)) <= (mode + 0.5) * Math.log((mode + 1) / (odds * (n - mode + 1)))
                    + (n + 1) * Math.log((n - mode + 1) / (n - k + 1)) + (k + 0.5) * Math.log(odds * (n - k + 1) / (k + 1))
                    + stirlingTail(mode) + stirlingTail(n - mode) - stirlingTail(k) - stirlingTail(n - k)) {
                return k;
            }
        }
    }

    /** What Stirling's formula lacks of ln k!. */
    private static double stirlingTail(double k) {
        if (k <= 9) {
            return logFactorial(k) - (0.5 * Math.log(2 * Math.PI) + (k + 0.5) * Math.log(k + 1) - (k + 1));
        }
        double square = (k + 1) * (k + 1);
        return (1 / 12.0 - (1 / 360.0 - 1 / 1260.0 / square) / square) / (k + 1);
    }

    private static double logFactorial(double k) {
        return Tensor.of(new double[] {k + 1}).lgamma().item();
    }

    private static double uniform(Generator generator) {
        double[] one = new double[1];
        generator.uniform(one, 0, 1, 0, 1);
        return one[0];
    }

    /** Fills with numbers of Cauchy's distribution. */
    public static Tensor cauchy(Tensor x, double median, double sigma, Generator generator) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("cauchy: needs floating point, got %s; convert with to(DType.FLOAT32)", x.dtype());
        }
        if (!(sigma > 0)) {
            throw new IllegalArgumentException("cauchy: sigma must be above 0, got " + sigma);
        }
        if (isDevices(generator)) {
            return x.copyFrom(uniform(x, generator).subInPlace(0.5).mulInPlace(Math.PI).tan().mulInPlace(sigma).addInPlace(median));
        }
        return fill(x, generator, u -> median + sigma * Math.tan(Math.PI * (u - 0.5)));
    }

    /** Fills with numbers of trials up to the first success. */
    public static Tensor geometric(Tensor x, double p, Generator generator) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("geometric: p must be above 0 and below 1, got " + p);
        }
        if (isDevices(generator)) { // 1 − u is above 0
            return x.copyFrom(uniform(x, generator).neg().log1p().mulInPlace(1 / Math.log1p(-p)).ceil().clampMin(1));
        }
        return fill(x, generator, u -> Math.ceil(Math.log(u) / Math.log1p(-p)));
    }

    /** Uniform numbers on a GPU, of a tensor's shape, with the digits that functions of them need. */
    private static Tensor uniform(Tensor x, Generator generator) {
        return Tensor.empty(x.shape(), x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32, x.device()).uniformInPlace(0, 1, generator);
    }

    private static Tensor fill(Tensor x, Generator generator, DoubleUnaryOperator transformation) {
        double[] numbers = new double[x.numel()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = transformation.applyAsDouble(uniform(generator));
        }
        return x.copyFrom(inMemory(Tensor.of(numbers, numbers.length), x));
    }

    /** Drawn numbers as a tensor like another one: PyTorch draws in the order in which elements lie in memory. */
    private static Tensor inMemory(Tensor numbers, Tensor like) {
        Tensor out = Pointwise.like(like, like.dtype());
        Tensor inOrder = ResultOrder.outermostFirst(out);
        inOrder.copyFrom(numbers.view(inOrder.shape().toArray()));
        return out;
    }

    /** Normal numbers with a mean and a deviation for each. */
    public static Tensor normal(Tensor mean, Tensor std, Generator generator) {
        if (!mean.dtype().isFloating() || !std.dtype().isFloating()) {
            throw new DTypeException("normal: mean and std must be floating point, got %s and %s", mean.dtype(), std.dtype());
        }
        if (std.lt(0).any().item() != 0) {
            throw new IllegalArgumentException("normal: std must not be negative");
        }
        Tensor out = Tensor.empty(Shape.broadcast("normal", mean.shape(), std.shape()), Pointwise.promote(mean, std), mean.device());
        return out.normalInPlace(0, 1, generator).mulInPlace(std.detach()).addInPlace(mean.detach());
    }

    /** Positions drawn with given weights, from a vector or from each row of a matrix; int64. */
    public static Tensor multinomial(Tensor weights, int count, boolean replacement, Generator generator) {
        if (!weights.dtype().isFloating()) {
            throw new DTypeException("multinomial: weights must be floating point, got %s; convert with to(DType.FLOAT32)", weights.dtype());
        }
        if (weights.dim() != 1 && weights.dim() != 2) {
            throw new ShapeException("multinomial: weights must have one or two dimensions, got %s", weights.shape());
        }
        int n = weights.size(-1);
        if (count <= 0 || !replacement && count > n) {
            throw new IllegalArgumentException(replacement ? "multinomial: count must be 1 or more, got " + count
                    : "multinomial: count must be 1 to %d without replacement, got %d".formatted(n, count));
        }
        Tensor w = weights.detach();
        if (w.ge(0).logicalAnd(w.lt(Double.POSITIVE_INFINITY)).all().item() == 0) {
            throw new IllegalArgumentException("multinomial: weights must be finite and not negative");
        }
        if (w.sum(-1).eq(0).any().item() != 0) {
            throw new IllegalArgumentException("multinomial: the weights of a row must not all be 0");
        }
        if (!replacement || count == 1) {
            Tensor race = w.div(w.contiguous().emptyLike().exponentialInPlace(1, generator)); // who comes first is who is drawn
            return count == 1 ? race.argmax(-1, true) : race.topk(count, -1).indices();
        }
        int rows = w.numel() / n;
        if (isDevices(generator)) {
            Tensor sums = w.to(w.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32).cumsum(-1);
            Tensor total = sums.narrow(-1, n - 1, 1);
            int[] drawn = w.dim() == 1 ? new int[] {count} : new int[] {rows, count};
            Tensor at = Tensor.empty(Shape.of(drawn), sums.dtype(), w.device()).uniformInPlace(0, 1, generator);
            // the first quotient above the draw: what has no weight is never drawn, and the last quotient is 1
            return Searching.searchSorted("multinomial", sums.div(total), at, true, DType.INT64);
        }
        long[] picks = new long[rows * count];
        double[] draws = new double[picks.length];
        generator.uniform(draws, 0, draws.length, 0, 1);
        double[] all = w.toDoubleArray();
        for (int r = 0; r < rows; r++) {
            double[] sums = cumulative(all, r * n, n, w.dtype() != DType.FLOAT64);
            for (int i = r * count; i < (r + 1) * count; i++) {
                picks[i] = search(sums, draws[i]);
            }
        }
        int[] shape = w.dim() == 1 ? new int[] {count} : new int[] {rows, count};
        return Tensor.of(picks, picks.length).view(shape).to(weights.device());
    }

    /** Running sums, divided by the last, rounded at each step as PyTorch's are. */
    private static double[] cumulative(double[] weights, int from, int n, boolean single) {
        double[] sums = Arrays.copyOfRange(weights, from, from + n);
        for (int i = 1; i < n; i++) {
            sums[i] = single ? (float) sums[i - 1] + (float) sums[i] : sums[i - 1] + sums[i];
        }
        double total = sums[n - 1];
        for (int i = 0; i < n; i++) {
            sums[i] = single ? (float) sums[i] / (float) total : sums[i] / total;
        }
        sums[n - 1] = 1;
        return sums;
    }

    /** The first place whose sum is not below the draw. */
    private static int search(double[] sums, double draw) {
        int low = 0;
        int high = sums.length;
        while (high > low) {
            int middle = low + (high - low) / 2;
            if (sums[middle] < draw) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
