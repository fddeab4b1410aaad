package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.nn.NLLLoss;
import io.candela.optim.Adam;
import io.candela.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same training as PyTorch's: start values, split, order of the batches, steps. {@code tools/golden/iris.py} made the golden values. */
class IrisGoldenTest {
    @Test
    void trainsAsPyTorch() throws IOException, InputException {
        Map<String, double[]> golden = golden();
        Tensor.manualSeed((long) golden.get("seed")[0]);
        IrisData.Split split = IrisCsv.bundled().split();
        Multiclass model = new Multiclass();
        Training training = new Training(model, new NLLLoss(), new Adam(model.parameters(), golden.get("lr")[0]));
        int batchSize = (int) golden.get("batch")[0];

        ShuffledFlowers batches = new ShuffledFlowers(split.train(), batchSize);
        List<Double> losses = new ArrayList<>();
        training.epoch(batches, losses::add);
        double[] expectedLosses = golden.get("losses");
        assertEquals(20, expectedLosses.length);
        for (int i = 0; i < expectedLosses.length; i++) {
            assertEquals(expectedLosses[i], losses.get(i), 1e-6, "loss of step " + (i + 1));
        }

        for (int epoch = 1; epoch < golden.get("epochs")[0]; epoch++) {
            training.epoch(batches, loss -> { });
        }
        double worst = 0;
        for (Map.Entry<String, Tensor> parameter : model.namedParameters().entrySet()) {
            double[] expected = golden.get(parameter.getKey());
            double[] actual = parameter.getValue().toDoubleArray();
            assertEquals(expected.length, actual.length, parameter.getKey());
            for (int i = 0; i < expected.length; i++) {
                double difference = Math.abs(actual[i] - expected[i]) / Math.abs(expected[i]);
                assertTrue(difference < 1e-4, "%s[%d]: expected %s, got %s".formatted(parameter.getKey(), i, expected[i], actual[i]));
                worst = Math.max(worst, difference);
            }
        }
        System.out.printf("parameters after %d epochs differ from PyTorch's by at most %.2g%n", (int) golden.get("epochs")[0], worst);

        Score score = Score.of(model, split.test());
        assertEquals((long) golden.get("correct")[0], score.correct());
        assertEquals((int) golden.get("total")[0], score.total());
    }

    private static Map<String, double[]> golden() throws IOException {
        Map<String, double[]> golden = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(IrisGoldenTest.class.getResourceAsStream("/golden/iris.txt"),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] words = line.split(" ");
                    double[] values = new double[words.length - 1];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = Double.parseDouble(words[i + 1]);
                    }
                    golden.put(words[0], values);
                }
            }
        }
        return golden;
    }
}
