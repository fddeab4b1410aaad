package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Constructor arguments as plain values (numbers, booleans, strings, lists, maps, tensors) and back. Names are PyTorch's, in snake case. */
final class SpecValues {
    /** The functions that have a name; others cannot be described. */
    private static final Map<String, Object> FUNCTIONS = Map.of("relu", TransformerOptions.RELU, "gelu", TransformerOptions.GELU,
            "pairwise_distance", TripletMarginWithDistanceLoss.PAIRWISE_DISTANCE);

    /** Options that are no records, from their own methods, so that these check the values. */
    private static final Map<Class<?>, Function<ModuleArguments, Object>> OPTIONS = Map.of(
            ConvOptions.class, SpecValues::conv,
            MaxPoolOptions.class, SpecValues::maxPool,
            AvgPoolOptions.class, SpecValues::avgPool,
            InterpolateOptions.class, SpecValues::interpolate);

    private SpecValues() {}

    static String snake(String camel) {
        return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    static String camel(String snake) {
        StringBuilder text = new StringBuilder();
        for (String part : snake.split("_")) {
            text.append(text.isEmpty() ? part : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
        }
        return text.toString();
    }

    // ---- to plain values ----

    /** @throws IllegalArgumentException if there is no plain form, as of a function of the user's own */
    static Object plain(String who, Object value) {
        if (value == null || value instanceof Boolean || value instanceof String || value instanceof Tensor || value instanceof Double
                || value instanceof Long) {
            return value;
        }
        if (value instanceof Number n) {
            return value instanceof Float ? (Object) n.doubleValue() : (Object) n.longValue();
        }
        if (value instanceof DType dtype) {
            return dtype.torchName();
        }
        if (value instanceof Enum<?> e) {
            return e.name().toLowerCase(Locale.ROOT);
        }
        if (value instanceof Shape shape) {
            return plain(who, shape.toArray());
        }
        if (value instanceof int[] all) {
            return Arrays.stream(all).mapToObj(i -> (Object) (long) i).toList();
        }
        if (value instanceof double[] all) {
            return Arrays.stream(all).boxed().toList();
        }
        if (value instanceof Object[] all) {
            return plain(who, Arrays.asList(all));
        }
        if (value instanceof List<?> list) {
            List<Object> plain = new ArrayList<>();
            list.forEach(element -> plain.add(plain(who, element)));
            return plain;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> plain = new LinkedHashMap<>();
            map.forEach((key, element) -> plain.put(key, plain(who, element)));
            return plain;
        }
        return value instanceof UnaryOperator<?> || value instanceof BinaryOperator<?> ? nameOf(who, value) : fields(who, value);
    }

    private static String nameOf(String who, Object function) {
        return FUNCTIONS.entrySet().stream().filter(known -> known.getValue() == function).map(Map.Entry::getKey).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(who + ": a function of your own cannot be described; known are " + FUNCTIONS.keySet()));
    }

    private static Map<String, Object> fields(String who, Object options) {
        if (!options.getClass().isRecord() && !OPTIONS.containsKey(options.getClass())) {
            throw new IllegalArgumentException("%s: a value of %s cannot be described".formatted(who, options.getClass().getName()));
        }
        Map<String, Object> plain = new LinkedHashMap<>();
        for (Field field : options.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                plain.put(snake(field.getName()), plain(who, read(field, options)));
            }
        }
        return plain;
    }

    static Object read(Field field, Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e); // just made accessible
        }
    }

    // ---- from plain values ----

    /** The argument {@code name} as a constructor's parameter of type {@code type}. */
    static Object typed(Class<?> type, ModuleArguments from, String name) {
        Object value = from.get(name);
        if (value == null && !type.isPrimitive()) {
            return null;
        }
        if (type == int.class || type == Integer.class) {
            return from.integer(name);
        }
        if (type == long.class || type == Long.class) {
            return from.integer64(name);
        }
        if (type == double.class || type == Double.class) {
            return from.number(name);
        }
        if (type == boolean.class || type == Boolean.class) {
            return from.flag(name);
        }
        if (type == String.class) {
            return from.text(name);
        }
        if (type == Shape.class) {
            return Shape.of(from.integers(name));
        }
        if (type == int[].class) {
            return from.integers(name);
        }
        if (type == double[].class) {
            return from.numbers(name);
        }
        if (type == Integer[].class) {
            return optionalIntegers(from, name);
        }
        if (type == Tensor.class) {
            return from.tensor(name);
        }
        if (type.isEnum()) {
            return constant(type, from, name);
        }
        if (type == UnaryOperator.class || type == BinaryOperator.class) {
            Object function = FUNCTIONS.get(from.text(name));
            if (!type.isInstance(function)) {
                throw new IllegalArgumentException("%s: '%s' is no function for '%s'".formatted(from.who(), value, name));
            }
            return function;
        }
        ModuleArguments nested = from.nested(name);
        Object options = type.isRecord() ? ofRecord(type, nested) : OPTIONS.get(type).apply(nested);
        nested.checkAllRead();
        return options;
    }

    private static Integer[] optionalIntegers(ModuleArguments from, String name) {
        List<?> list = from.list(name);
        Integer[] all = new Integer[list.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = list.get(i) == null ? null : new ModuleArguments(from.who(), Map.of(name, list.get(i))).integer(name);
        }
        return all;
    }

    private static Object constant(Class<?> type, ModuleArguments from, String name) {
        String text = from.text(name);
        for (Object constant : type.getEnumConstants()) {
            if (plain(from.who(), constant).equals(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("%s: argument '%s' is none of %s: '%s'".formatted(from.who(), name, Arrays.toString(type.getEnumConstants()),
                text));
    }

    private static Object ofRecord(Class<?> type, ModuleArguments from) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(components).map(part -> typed(part.getType(), from, snake(part.getName()))).toArray();
        return construct(type, types, values);
    }

    static <T> T construct(Class<T> type, Class<?>[] types, Object... values) {
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new AssertionError(e); // no constructor here declares a checked exception
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e); // the table of layers is wrong, which its test shows
        }
    }

    private static int[] integers(ModuleArguments from, String name) {
        return (int[]) typed(int[].class, from, name);
    }

    private static ConvOptions conv(ModuleArguments a) {
        ConvOptions options = ConvOptions.DEFAULTS.withStride(a.integers("stride")).withPadding(a.integers("padding")).withDilation(a.integers("dilation"))
                .withOutputPadding(a.integers("output_padding")).withGroups(a.integer("groups")).withBias(a.flag("bias"))
                .withPaddingMode((ConvOptions.PaddingMode) typed(ConvOptions.PaddingMode.class, a, "padding_mode"))
                .withDtype((DType) typed(DType.class, a, "dtype"));
        return a.get("padding_word") == null ? options : options.withPadding(a.text("padding_word"));
    }

    private static MaxPoolOptions maxPool(ModuleArguments a) {
        MaxPoolOptions options = MaxPoolOptions.DEFAULTS.withPadding(a.integers("padding")).withDilation(a.integers("dilation"))
                .withCeilMode(a.flag("ceil_mode"));
        int[] stride = integers(a, "stride");
        return stride == null ? options : options.withStride(stride);
    }

    private static AvgPoolOptions avgPool(ModuleArguments a) {
        AvgPoolOptions options = AvgPoolOptions.DEFAULTS.withPadding(a.integers("padding")).withCeilMode(a.flag("ceil_mode"))
                .withCountIncludePad(a.flag("count_include_pad"));
        int[] stride = integers(a, "stride");
        options = stride == null ? options : options.withStride(stride);
        int divisor = a.integer("divisor_override");
        return divisor == 0 ? options : options.withDivisorOverride(divisor);
    }

    private static InterpolateOptions interpolate(ModuleArguments a) {
        InterpolateOptions options = InterpolateOptions.DEFAULTS.withMode((InterpolateMode) typed(InterpolateMode.class, a, "mode"))
                .withRecomputeScaleFactor(a.flag("recompute_scale_factor"));
        int[] size = integers(a, "size");
        options = size == null ? options : options.withSize(size);
        options = a.get("scale_factor") == null ? options : options.withScaleFactor(a.numbers("scale_factor"));
        return a.get("align_corners") == null ? options : options.withAlignCorners(a.flag("align_corners"));
    }
}
