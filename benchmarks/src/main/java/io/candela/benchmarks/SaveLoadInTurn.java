package io.candela.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@link SaveLoad} measures and PyTorch's and safetensors' own of the same 256 MiB, all in turn: a disk changes its speed from minute to minute, so
 * that only what was measured within the same seconds can be compared. Prints the minimum, the median and the maximum of each.
 *
 * <pre>{@code java -Xmx3g -cp benchmarks/target/benchmarks.jar io.candela.benchmarks.SaveLoadInTurn ROUNDS PYTHON benchmarks/python/files.py}</pre>
 */
public final class SaveLoadInTurn {
    /** One thing that is measured. */
    @FunctionalInterface
    private interface Work {
        /** @return the microseconds it took */
        double measure() throws IOException;
    }

    /** What Candela or the JDK does, in this process. */
    @FunctionalInterface
    private interface Own {
        void run() throws IOException;
    }

    private SaveLoadInTurn() {}

    /** @param args how many rounds; and, if PyTorch is to be measured too, its Python and the script */
    public static void main(String[] args) throws IOException {
        SavedModel model = new SavedModel();
        model.save();
        Process python = null;
        try {
            Map<String, Work> works = new LinkedHashMap<>();
            SaveLoad own = new SaveLoad();
            works.put("raw write, forced", timed(() -> own.rawWrite(model)));
            works.put("save", timed(() -> own.save(model)));
            works.put("save safetensors", timed(() -> own.saveSafetensors(model)));
            works.put("raw read", timed(() -> own.rawRead(model)));
            works.put("load", timed(() -> own.load(model)));
            works.put("load safetensors", timed(() -> own.loadSafetensors(model)));
            works.put("load mapped", timed(() -> own.loadMapped(model)));
            if (args.length > 1) {
                python = new ProcessBuilder(args[1], args[2], model.file("").toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
                addPython(works, python);
            }
            report(works, Integer.parseInt(args[0]));
        } finally {
            if (python != null) {
                python.destroyForcibly();
            }
            model.delete();
        }
    }

    private static Work timed(Own own) {
        return () -> {
            long start = System.nanoTime();
            own.run();
            return (System.nanoTime() - start) / 1e3;
        };
    }

    private static void addPython(Map<String, Work> works, Process python) throws IOException {
        BufferedReader answers = python.inputReader();
        BufferedWriter orders = python.outputWriter();
        for (String name : answers.readLine().split(";")) {
            works.put(name, () -> {
                orders.write(name + "\n");
                orders.flush();
                return Double.parseDouble(answers.readLine());
            });
        }
    }

    private static void report(Map<String, Work> works, int rounds) throws IOException {
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int round = -2; round < rounds; round++) { // the first two warm up
            for (Map.Entry<String, Work> work : works.entrySet()) {
                double taken = work.getValue().measure();
                if (round >= 0) {
                    times.computeIfAbsent(work.getKey(), name -> new ArrayList<>()).add(taken);
                }
            }
        }
        System.out.printf("%d rounds; milliseconds: minimum, median, maximum%n", rounds);
        times.forEach((name, all) -> {
            double[] sorted = all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            System.out.printf(Locale.ROOT, "%-24s %9.2f %9.2f %9.2f%n", name, sorted[0] / 1e3, sorted[sorted.length / 2] / 1e3,
                    sorted[sorted.length - 1] / 1e3);
        });
    }
}
