package io.candela.tensor;

/** Evenly spaced numbers, rounded on the way as PyTorch's kernels round in each type. */
final class Sequences {
    private Sequences() {}

    static Tensor arange(long start, long end, long step) {
        if (step == 0) {
            throw new IllegalArgumentException("arange: step must not be 0");
        }
        if (end != start && end > start != step > 0) {
            throw new IllegalArgumentException("arange: a step of %d does not lead from %d to %d".formatted(step, start, end));
        }
        long count = Math.floorDiv(end - start + (step > 0 ? step - 1 : step + 1), step);
        long[] data = new long[Math.toIntExact(count)];
        for (int i = 0; i < data.length; i++) {
            data[i] = start + i * step;
        }
        return Tensor.of(data, data.length);
    }

    /** In an integer type, start and step lose their fractions; the count, but of int64, is that of the fractions. */
    static Tensor arange(DType dtype, double start, double end, double step) {
        refuseBool("arange", dtype);
        if (step == 0 || !Double.isFinite(start) || !Double.isFinite(end) || !Double.isFinite(step)) {
            throw new IllegalArgumentException("arange: finite numbers and a step other than 0 are needed, got %s, %s, %s".formatted(start, end, step));
        }
        if (end != start && end > start != step > 0) {
            throw new IllegalArgumentException("arange: a step of %s does not lead from %s to %s".formatted(step, start, end));
        }
        if (dtype == DType.INT64) {
            return arange((long) start, (long) end, (long) step);
        }
        int count = Math.toIntExact((long) Math.ceil((end - start) / step));
        if (dtype.isIntegral()) {
            long[] data = new long[count];
            for (int i = 0; i < count; i++) {
                data[i] = (long) start + i * (long) step;
            }
            return Tensor.of(data, count).to(dtype);
        }
        double[] data = new double[count];
        for (int i = 0; i < count; i++) {
            data[i] = start + i * step;
        }
        return Tensor.of(data, count).to(dtype);
    }

    /** PyTorch counts from both ends, in the type itself; integers by way of double. */
    static Tensor linspace(DType dtype, double start, double end, int steps) {
        refuseBool("linspace", dtype);
        checkSteps("linspace", steps);
        return switch (dtype) {
            case FLOAT32, FLOAT16, BFLOAT16 -> Tensor.of(floats(dtype, (float) start, (float) end, steps), steps).to(dtype);
            case FLOAT64 -> Tensor.of(doubles(start, end, steps), steps);
            default -> {
                double[] data = doubles((long) start, (long) end, steps);
                for (int i = 0; i < steps; i++) {
                    data[i] = (long) data[i];
                }
                yield Tensor.of(data, steps).to(dtype);
            }
        };
    }

    private static float[] floats(DType dtype, float start, float end, int steps) {
        float first = Half.round(dtype, start);
        float last = Half.round(dtype, end);
        float step = steps < 2 ? 0 : Half.round(dtype, Half.round(dtype, last - first) / (steps - 1));
        float[] data = new float[steps];
        for (int i = 0; i < steps; i++) {
            data[i] = i < steps / 2 || steps == 1 ? first + Half.round(dtype, step * i) : last - Half.round(dtype, step * (steps - i - 1));
        }
        return data;
    }

    private static double[] doubles(double start, double end, int steps) {
        double step = steps < 2 ? 0 : (end - start) / (steps - 1);
        double[] data = new double[steps];
        for (int i = 0; i < steps; i++) {
            data[i] = i < steps / 2 || steps == 1 ? start + step * i : end - step * (steps - i - 1);
        }
        return data;
    }

    static Tensor logspace(DType dtype, double start, double end, int steps, double base) {
        refuseBool("logspace", dtype);
        checkSteps("logspace", steps);
        double[] data = doubles(dtype.isFloating() ? start : (long) start, dtype.isFloating() ? end : (long) end, steps);
        for (int i = 0; i < steps; i++) {
            data[i] = Math.pow(base, data[i]);
        }
        return Tensor.of(data, steps).to(dtype);
    }

    private static void checkSteps(String who, int steps) {
        if (steps < 0) {
            throw new IllegalArgumentException(who + ": steps must be 0 or more, got " + steps);
        }
    }

    private static void refuseBool(String who, DType dtype) {
        if (dtype == DType.BOOL) {
            throw new DTypeException("%s: needs numbers, got bool; convert with to(DType.BOOL) after", who);
        }
    }
}
