package io.candela.benchmarks;

import io.candela.tensor.TensorScope;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Each op of {@link TableOps} in turn with PyTorch's from Python, so that both are measured within the same second: Candela's microseconds, PyTorch's,
 * and their quotient, the greatest last; then how many are not slower. Medians of forty rounds, results given back at once on both sides.
 *
 * <pre>{@code java -cp benchmarks/target/benchmarks.jar io.candela.benchmarks.OpTable 1000 1000 0.4 PYTHON benchmarks/python/ops.py [NAME…]}</pre>
 */
public final class OpTable {
    private static final int ROUNDS = 40;

    private static volatile Object sink; // keeps results from being optimized away

    private record Row(String name, double candela, double torch) {
        double quotient() {
            return candela / torch;
        }
    }

    private OpTable() {}

    /** @param args rows, columns, seconds to warm up and to measure each op on each side, Python with PyTorch, the script, names to measure (all if none) */
    public static void main(String[] args) throws IOException {
        double seconds = Double.parseDouble(args[2]);
        List<String> names = Arrays.asList(args).subList(5, args.length);
        Map<String, Supplier<Object>> ops = TableOps.of(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        Process python = new ProcessBuilder(args[3], args[4], args[0], args[1], args[2]).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<Row> table = new ArrayList<>();
        try (BufferedWriter ask = python.outputWriter(); BufferedReader answer = python.inputReader()) {
            for (Map.Entry<String, Supplier<Object>> op : ops.entrySet()) {
                if (names.isEmpty() || names.contains(op.getKey())) {
                    double own = microseconds(op.getValue(), seconds);
                    ask.write(op.getKey() + "\n");
                    ask.flush();
                    Row row = new Row(op.getKey(), own, Double.parseDouble(answer.readLine()));
                    print(row);
                    table.add(row);
                }
            }
        } finally {
            python.destroyForcibly();
        }
        table.sort((a, b) -> Double.compare(a.quotient(), b.quotient()));
        System.out.println();
        table.forEach(OpTable::print);
        System.out.printf(Locale.ROOT, "%d of %d not slower, %d within a tenth%n", table.stream().filter(r -> r.quotient() <= 1).count(), table.size(),
                table.stream().filter(r -> r.quotient() <= 1.1).count());
    }

    private static void print(Row row) {
        System.out.printf(Locale.ROOT, "%-34s %10.2f %10.2f %7.2f%n", row.name, row.candela, row.torch, row.quotient());
    }

    private static double microseconds(Supplier<Object> work, double seconds) {
        long calls = 0;
        for (long end = System.nanoTime() + (long) (seconds * 1e9); System.nanoTime() < end; calls++) {
            once(work);
        }
        long each = Math.max(1, calls / ROUNDS);
        double[] rounds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            for (long call = 0; call < each; call++) {
                once(work);
            }
            rounds[i] = (System.nanoTime() - start) / 1e3 / each;
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
    }

    private static void once(Supplier<Object> work) {
        try (var scope = TensorScope.open()) {
            sink = work.get();
        }
    }
}
