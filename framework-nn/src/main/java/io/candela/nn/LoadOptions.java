package io.candela.nn;

import java.util.Objects;

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
 */
public record LoadOptions(boolean strict, boolean assign, boolean skipMismatched, String stripPrefix) {
    private static final LoadOptions DEFAULTS = new LoadOptions(true, false, false, "");

    /** Checks that no option is null. */
    public LoadOptions {
        Objects.requireNonNull(stripPrefix, "stripPrefix");
    }

    /** PyTorch's defaults. */
    public static LoadOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another {@link #strict()}. */
    public LoadOptions withStrict(boolean strict) {
        return new LoadOptions(strict, assign, skipMismatched, stripPrefix);
    }

    /** These options with another {@link #assign()}. */
    public LoadOptions withAssign(boolean assign) {
        return new LoadOptions(strict, assign, skipMismatched, stripPrefix);
    }

    /** These options with another {@link #skipMismatched()}. */
    public LoadOptions withSkipMismatched(boolean skipMismatched) {
        return new LoadOptions(strict, assign, skipMismatched, stripPrefix);
    }

    /** These options with another {@link #stripPrefix()}. */
    public LoadOptions withStripPrefix(String stripPrefix) {
        return new LoadOptions(strict, assign, skipMismatched, stripPrefix);
    }
}
