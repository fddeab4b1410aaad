package io.candela.tensor;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

/** How Python spells values, for printed forms that are to be PyTorch's. */
public final class PythonText {
    private PythonText() {
    }

    /** {@code True}, {@code None}, {@code 'text'}, {@code 1e-05}, {@code [1, 2]}, {@code (0.9, 0.999)}; anything else as Java has it. */
    public static String of(Object value) {
        if (value == null) {
            return "None";
        } else if (value instanceof Boolean flag) {
            return flag ? "True" : "False";
        } else if (value instanceof Double || value instanceof Float) {
            return number(((Number) value).doubleValue());
        } else if (value instanceof String text) {
            return "'" + text + "'";
        } else if (value instanceof List<?> list) {
            String elements = list.stream().map(PythonText::of).collect(Collectors.joining(", "));
            return list instanceof Tuple ? "(" + elements + (list.size() == 1 ? ",)" : ")") : "[" + elements + "]";
        }
        return value.toString();
    }

    /** Python's spelling of a float: {@code 0.1}, {@code 1e-05}, {@code 1.0}, {@code nan}. */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        double size = Math.abs(value);
        BigDecimal decimal = new BigDecimal(Double.toString(value));
        if (size == 0 || size >= 1e-4 && size < 1e16) {
            String plain = (value == 0 ? Double.toString(value) : decimal.stripTrailingZeros().toPlainString());
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        BigDecimal digits = decimal.stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        String mantissa = digits.movePointLeft(exponent).stripTrailingZeros().toPlainString();
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }
}
