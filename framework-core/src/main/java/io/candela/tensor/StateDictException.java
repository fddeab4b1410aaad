package io.candela.tensor;

import java.util.List;

/** A state cannot be loaded. The message lists every problem that was found, one a line; nothing was changed. */
public final class StateDictException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /**
     * @param heading  who could not load what
     * @param problems at least one; each becomes a line of the message, indented by a tab
     */
    public StateDictException(String heading, List<String> problems) {
        super(heading + "\n\t" + String.join("\n\t", problems));
        this.problems = List.copyOf(problems);
    }

    /** The problems, as in the message. */
    public List<String> problems() {
        return problems;
    }
}
