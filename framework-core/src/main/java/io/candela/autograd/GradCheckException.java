package io.candela.autograd;

import java.util.Locale;

/** {@link GradCheck} found a gradient that differs from the differences of the function. */
public final class GradCheckException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GradCheckException(String format, Object... values) {
        super(String.format(Locale.ROOT, format, values));
    }
}
