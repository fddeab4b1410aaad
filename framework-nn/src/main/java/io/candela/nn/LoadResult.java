package io.candela.nn;

import java.util.List;

/**
 * What did not match in {@link Module#loadStateDict(java.util.Map, LoadOptions)}.
 *
 * @param missingKeys    keys of the module that the state lacks, in the module's order
 * @param unexpectedKeys keys of the state for which the module has no place
 * @param mismatchedKeys keys skipped because the shape differs; filled with {@link LoadOptions#skipMismatched()} alone
 */
public record LoadResult(List<String> missingKeys, List<String> unexpectedKeys, List<String> mismatchedKeys) {
    /** Whether everything was loaded and nothing was left over. */
    public boolean isComplete() {
        return missingKeys.isEmpty() && unexpectedKeys.isEmpty() && mismatchedKeys.isEmpty();
    }

    /** PyTorch's printed form. */
    @Override
    public String toString() {
        if (isComplete()) {
            return "<All keys matched successfully>";
        }
        String mismatched = mismatchedKeys.isEmpty() ? "" : ", mismatched_keys=" + quoted(mismatchedKeys);
        return "_IncompatibleKeys(missing_keys=" + quoted(missingKeys) + ", unexpected_keys=" + quoted(unexpectedKeys) + mismatched + ")";
    }

    private static String quoted(List<String> keys) {
        return keys.isEmpty() ? "[]" : "['" + String.join("', '", keys) + "']";
    }
}
