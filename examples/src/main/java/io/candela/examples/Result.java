package io.candela.examples;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What came out of a training, or of predictions.
 *
 * @param file        where the weights are
 * @param score       on the test data; null if nothing was trained, then epochs and seconds mean nothing either
 * @param epochs      passes over the training data
 * @param seconds     that the training took
 * @param labelName   what a class is called in JSON, such as species
 * @param predictions null if none were asked for
 */
record Result(Path file, Score score, int epochs, double seconds, String labelName, List<Prediction> predictions) {
    /** The predictions, one per line, and a last line with the test accuracy. */
    void print(PrintWriter out) {
        if (predictions != null) {
            predictions.forEach(p -> out.println(String.format(Locale.ROOT, "%s %.4f", p.label(), p.probability())));
        }
        if (score != null) {
            out.println(String.format(Locale.ROOT, "test accuracy %.4f (%d/%d)", score.accuracy(), score.correct(), score.total()));
        }
        out.flush();
    }

    /** All in one JSON object on one line. */
    void printJson(PrintWriter out) throws IOException {
        try (JsonGenerator json = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET).createGenerator(out)) {
            json.writeStartObject();
            if (score != null) {
                json.writeNumberField("accuracy", score.accuracy());
                json.writeNumberField("loss", score.loss());
                json.writeNumberField("epochs", epochs);
                json.writeNumberField("seconds", seconds);
            }
            json.writeStringField("file", file.toString());
            if (predictions != null) {
                json.writeArrayFieldStart("predictions");
                for (Prediction p : predictions) {
                    json.writeStartObject();
                    json.writeStringField(labelName, p.label());
                    json.writeNumberField("probability", p.probability());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        }
        out.println();
        out.flush();
    }
}
