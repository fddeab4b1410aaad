package io.candela.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How {@link Module#loadStateDict(java.util.Map, LoadOptions)} treats what does not match. Start from {@link #defaults()}:
 * {@code LoadOptions.defaults().withStrict(false)}.
 *
 * @param strict         whether missing and unexpected keys are errors; default true
 * @param assign         whether the module's tensors take over memory, type and device of the state's tensors instead of copying their
 *                       elements; default false
 * @param skipMismatched whether a tensor of another shape is left out and reported instead of being an error; default false
 * @param stripPrefix    removed from the start of every key that has it, such as {@code "module."} of a file written by a parallel wrapper;
 *                       default empty
 * @param renames        what is replaced in every key after that, one rule after the other; default none
 */
public record LoadOptions(boolean strict, boolean assign, boolean skipMismatched, String stripPrefix, List<Rename> renames) {
    private static final LoadOptions DEFAULTS = new LoadOptions(true, false, false, "", List.of());

    /**
     * Replaces all that matches in a key.
     *
     * @param pattern     what to look for
     * @param replacement what to put in its place, as {@link java.util.regex.Matcher#replaceAll(String)} takes it: {@code $1} is the first group
     */
    public record Rename(Pattern pattern, String replacement) {
        /** Checks that nothing is null. */
        public Rename {
            Objects.requireNonNull(pattern, "pattern");
            Objects.requireNonNull(replacement, "replacement");
        }
    }

    /** Checks that no option is null. */
    public LoadOptions {
        Objects.requireNonNull(stripPrefix, "stripPrefix");
        renames = List.copyOf(renames);
    }

    /** PyTorch's defaults. */
    public static LoadOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another {@link #strict()}. */
    public LoadOptions withStrict(boolean strict) {
        return new LoadOptions(strict, assign, skipMismatched, stripPrefix, renames);
    }

    /** These options with another {@link #assign()}. */
    public LoadOptions withAssign(boolean assign) {
        return new LoadOptions(strict, assign, skipMismatched, stripPrefix, renames);
    }

    /** These options with another {@link #skipMismatched()}. */
    public LoadOptions withSkipMismatched(boolean skipMismatched) {
        return new LoadOptions(strict, assign, skipMismatched, stripPrefix, renames);
    }

    /** These options with another {@link #stripPrefix()}. */
    public LoadOptions withStripPrefix(String stripPrefix) {
        return new LoadOptions(strict, assign, skipMismatched, stripPrefix, renames);
    }

    /**
     * These options with one more rule at the end of {@link #renames()}: {@code withRename("^encoder\\.", "backbone.")}.
     *
     * @throws java.util.regex.PatternSyntaxException if {@code pattern} is no regular expression
     */
    public LoadOptions withRename(String pattern, String replacement) {
        List<Rename> more = new ArrayList<>(renames);
        more.add(new Rename(Pattern.compile(pattern), replacement));
        return new LoadOptions(strict, assign, skipMismatched, stripPrefix, more);
    }

    /** What a key of the state is called after {@link #stripPrefix()} and {@link #renames()}. */
    String newName(String key) {
        String name = key.startsWith(stripPrefix) ? key.substring(stripPrefix.length()) : key;
        for (Rename rename : renames) {
            name = rename.pattern.matcher(name).replaceAll(rename.replacement);
        }
        return name;
    }
}
