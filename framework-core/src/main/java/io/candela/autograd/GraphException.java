package io.candela.autograd;

import java.util.Locale;

/** The graph cannot give a gradient: it was freed, a saved value was changed, or a tensor takes no part in it. */
public final class GraphException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the message with {@link String#format}.
     *
     * @param format a format string: who, what differs, the values, the remedy
     * @param values its arguments
     */
    public GraphException(String format, Object... values) {
        super(String.format(Locale.ROOT, format, values));
    }
}
