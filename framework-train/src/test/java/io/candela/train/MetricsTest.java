package io.candela.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Metrics against scikit-learn, whose numbers {@code tools/golden/events.py} made, and early stopping. */
class MetricsTest {
    private static final int CLASSES = 5; // the last one never occurs

    private static Map<String, double[]> golden() throws IOException {
        Map<String, double[]> golden = new HashMap<>();
        try (InputStream in = MetricsTest.class.getResourceAsStream("/golden/metrics.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#")).map(line -> line.split(" ")).forEach(words ->
                    golden.put(words[0], Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray()));
        }
        return golden;
    }

    /** Outputs whose largest value is at the prediction, and the second at the class after it. */
    private static Tensor outputs(double[] predictions) {
        float[][] outputs = new float[predictions.length][CLASSES];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i][(int) predictions[i]] = 2;
            outputs[i][((int) predictions[i] + 1) % CLASSES] = 1;
        }
        return Tensor.of(outputs);
    }

    private static Tensor targets(double[] targets) {
        return Tensor.of(Arrays.stream(targets).mapToLong(value -> (long) value).toArray());
    }

    private static void feed(Metric metric, int from, int to) throws IOException {
        Tensor outputs = outputs(golden().get("predictions"));
        metric.update(outputs.slice(0, from, to), targets(golden().get("targets")).slice(0, from, to));
    }

    @Test
    void precisionRecallF1() throws IOException {
        ConfusionMatrix first = new ConfusionMatrix(CLASSES);
        feed(first, 0, 10);
        ConfusionMatrix metric = new ConfusionMatrix(CLASSES);
        metric.loadStateDict(first.stateDict()); // as after a resume
        feed(metric, 10, 30);
        Map<String, double[]> golden = golden();
        for (int c = 0; c < CLASSES; c++) {
            assertEquals(golden.get("each_precision")[c], metric.precision(c), 1e-15);
            assertEquals(golden.get("each_recall")[c], metric.recall(c), 1e-15);
            assertEquals(golden.get("each_f1")[c], metric.f1(c), 1e-15);
        }
        for (String name : new String[] {"precision", "recall", "f1"}) {
            assertEquals(golden.get("macro_" + name)[0], metric.compute().get(name), 1e-15, name);
        }
        metric.reset();
        assertEquals(0, metric.compute().get("recall"));
    }

    @Test
    void allRightIsOneExactly() {
        ConfusionMatrix metric = new ConfusionMatrix(10);
        metric.update(Tensor.eye(10), Tensor.arange(0, 10));
        assertEquals(Map.of("precision", 1.0, "recall", 1.0, "f1", 1.0), metric.compute());
    }

    @Test
    void confusionMatrixRefusesWhatIsNoClass() {
        ConfusionMatrix metric = new ConfusionMatrix(2);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () ->
                metric.update(Tensor.of(new float[][] {{1, 0}, {0, 1}}), Tensor.of(new long[] {0, 2})));
        assertEquals("ConfusionMatrix: sample 1 is of class 2 and taken for 1, there are 2 classes", e.getMessage());
        assertEquals("[[0, 0], [0, 0]]", metric.toString());
        assertThrows(IllegalArgumentException.class, () -> metric.loadStateDict(new ConfusionMatrix(3).stateDict()));
        assertThrows(IllegalArgumentException.class, () -> new ConfusionMatrix(1));
    }

    @Test
    void accuracy() throws IOException {
        double[] targets = golden().get("targets");
        double[] predictions = golden().get("predictions");
        int best = 0;
        int second = 0;
        for (int i = 0; i < targets.length; i++) {
            best += targets[i] == predictions[i] ? 1 : 0;
            second += targets[i] == (predictions[i] + 1) % CLASSES ? 1 : 0;
        }
        assertTrue(best > 0 && second > 0, "the data shows something");
        Accuracy first = new Accuracy();
        feed(first, 0, 7);
        Accuracy top1 = new Accuracy();
        top1.loadStateDict(first.stateDict());
        feed(top1, 7, 30);
        assertEquals(Map.of("accuracy", best / 30.0), top1.compute());
        Accuracy top2 = new Accuracy(2);
        feed(top2, 0, 30);
        assertEquals(Map.of("top2_accuracy", (best + second) / 30.0), top2.compute());
        Accuracy all = new Accuracy(9);
        feed(all, 0, 30);
        assertEquals(Map.of("top9_accuracy", 1.0), all.compute());
        top1.reset();
        assertEquals(Map.of("accuracy", Double.NaN), top1.compute());
        assertThrows(IllegalArgumentException.class, () -> new Accuracy(0));
    }

    @Test
    void earlyStopping() {
        EarlyStopping loss = EarlyStopping.smallest("loss", 2, 0.1);
        assertFalse(loss.update(Map.of("loss", 1.0)));
        assertFalse(loss.update(Map.of("loss", 0.95)), "too small an improvement");
        assertFalse(loss.update(Map.of("loss", 0.8)));
        assertFalse(loss.update(Map.of("loss", Double.NaN)));
        EarlyStopping resumed = EarlyStopping.smallest("loss", 2, 0.1);
        resumed.loadStateDict(loss.stateDict());
        assertEquals(0.8, resumed.best());
        assertTrue(resumed.update(Map.of("loss", 0.75)));
        assertTrue(resumed.shouldStop());
        assertThrows(IllegalArgumentException.class, () -> resumed.update(Map.of("accuracy", 1.0)));
        EarlyStopping accuracy = EarlyStopping.largest("accuracy", 1, 0);
        assertFalse(accuracy.update(Map.of("accuracy", 0.5)));
        assertFalse(accuracy.update(Map.of("accuracy", 0.6)));
        assertTrue(accuracy.update(Map.of("accuracy", 0.6)));
    }
}
