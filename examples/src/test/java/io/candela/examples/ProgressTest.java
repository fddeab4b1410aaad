package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void linesTellTheFirstTheLastAndSomeBetween() {
        StringWriter text = new StringWriter();
        Progress progress = Progress.lines(new PrintWriter(text, true), 25);
        for (int epoch = 1; epoch <= 25; epoch++) {
            progress.epoch(epoch, 1.0 / epoch, 0.5);
        }
        assertEquals(14, text.toString().lines().count(), text.toString());
        assertTrue(text.toString().startsWith("epoch 1: loss 1.0000, accuracy 0.5000\nepoch 2: loss 0.5000, accuracy 0.5000\nepoch 4: "), text.toString());
        assertTrue(text.toString().endsWith("epoch 25: loss 0.0400, accuracy 0.5000\n"), text.toString());
    }

    @Test
    void barShowsLossAndAccuracy() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Progress progress = Progress.bar(new PrintStream(bytes, true, StandardCharsets.UTF_8), 3)) {
            for (int epoch = 1; epoch <= 3; epoch++) {
                progress.epoch(epoch, 0.25, 0.75);
            }
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("loss 0.2500, accuracy 0.7500"), text);
        assertTrue(text.contains("3/3"), text);
    }
}
