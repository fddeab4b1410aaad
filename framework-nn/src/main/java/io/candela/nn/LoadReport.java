package io.candela.nn;

import io.candela.tensor.Shape;
import io.candela.tensor.StateDictException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Why a state was refused: the class and how many problems, then one line for the missing keys, one for the unexpected keys, with hints
 * where a likely cause shows, and one per tensor.
 */
final class LoadReport {
    private static final int MOST_COMPARED = 40_000; // pairs of keys; beyond, a foreign file is more likely than a misspelling

    private final String who;
    private final LoadResult result;
    private final List<String> problems;
    private final Map<String, Shape> shapes;

    LoadReport(String who, LoadResult result, List<String> problems, Map<String, Shape> shapes) {
        this.who = who;
        this.result = result;
        this.problems = problems;
        this.shapes = shapes;
    }

    /** @param strict whether missing and unexpected keys are problems */
    StateDictException exception(boolean strict) {
        List<String> lines = new ArrayList<>();
        int count = problems.size();
        if (strict) {
            count += result.missingKeys().size() + result.unexpectedKeys().size();
            if (!result.missingKeys().isEmpty()) {
                lines.add("missing key(s): " + result.missingKeys().stream().map(this::withShape).collect(Collectors.joining(", ")));
            }
            if (!result.unexpectedKeys().isEmpty()) {
                lines.add("unexpected key(s): " + result.unexpectedKeys().stream().map(this::withSuggestion).collect(Collectors.joining(", "))
                        + prefixHint());
            }
        }
        lines.addAll(problems);
        return new StateDictException("%s: %d problem%s, nothing was loaded".formatted(who, count, count == 1 ? "" : "s"), lines);
    }

    private String prefixHint() {
        String prefix = commonPrefix();
        return prefix.isEmpty() ? ""
                : "; the file's keys start with \"%1$s\": strip it with LoadOptions.defaults().withStripPrefix(\"%1$s\")".formatted(prefix);
    }

    private String withShape(String key) {
        Shape shape = shapes.get(key);
        return '"' + key + '"' + (shape == null ? "" : " " + shape);
    }

    private String withSuggestion(String key) {
        String nearest = nearest(key, result.missingKeys());
        return '"' + key + '"' + (nearest == null ? "" : " (meant \"" + nearest + "\"?)");
    }

    /** The missing key that differs least, by at most a third of its letters; null if there is none. */
    private String nearest(String key, Collection<String> candidates) {
        if ((long) result.unexpectedKeys().size() * candidates.size() > MOST_COMPARED) {
            return null;
        }
        String best = null;
        int least = Math.max(1, key.length() / 3) + 1;
        for (String candidate : candidates) {
            int distance = Math.abs(candidate.length() - key.length()) < least ? distance(key, candidate) : least;
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** How many letters to insert, remove or replace. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    /** What stands before a missing key in most unexpected keys, such as {@code module.}; empty if there is nothing of the kind. */
    private String commonPrefix() {
        Set<String> missing = Set.copyOf(result.missingKeys());
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String key : result.unexpectedKeys()) {
            for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
                if (missing.contains(key.substring(dot + 1))) {
                    counts.merge(key.substring(0, dot + 1), 1, Integer::sum);
                }
            }
        }
        for (Map.Entry<String, Integer> entry : counts.entrySet()) {
            if (entry.getValue() * 2 > result.unexpectedKeys().size()) {
                return entry.getKey();
            }
        }
        return "";
    }
}
