package io.candela.testing;

import io.candela.backend.Backends;
import io.candela.tensor.Device;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/**
 * Runs a test on every kind of device, or with {@code -Dcandela.tests.device=cuda} on that one alone. One that is not there shows as a skipped
 * test, never as a failure.
 */
public final class EachBackend {
    private static final String ONLY = System.getProperty("candela.tests.device");
    private static final int EVERY = Integer.getInteger("candela.tests.every", 1);

    private EachBackend() {}

    /** One device of each kind. */
    public static List<Device> devices() {
        return ONLY == null ? List.of(Device.CPU, Device.cuda(0)) : List.of(Device.parse(ONLY));
    }

    /** Whether a device is one of those, and here. */
    public static boolean isTested(Device device) {
        return usable().contains(device);
    }

    /** All rows of a table, or with {@code -Dcandela.tests.every=8} each eighth, for a device on which all take too long. */
    public static <R> List<R> sample(List<R> rows) {
        return IntStream.range(0, rows.size()).filter(i -> i % EVERY == 0).mapToObj(rows::get).toList();
    }

    /** The devices that are here. */
    public static List<Device> usable() {
        return devices().stream().filter(Backends::isUsable).toList();
    }

    /** A skipped test for every device that is not here. */
    public static Stream<DynamicTest> missing() {
        return devices().stream().filter(d -> !Backends.isUsable(d)).map(d -> DynamicTest.dynamicTest(d + " is not usable here",
                () -> Assumptions.abort(d + " is not usable here: nothing was tested on it")));
    }

    /** One test per device and row, or of the rows that are sampled. */
    public static <R> Stream<DynamicTest> rows(List<R> rows, Function<R, String> name, BiConsumer<R, Device> test) {
        Stream<DynamicTest> here = usable().stream().flatMap(d -> sample(rows).stream()
                .map(row -> DynamicTest.dynamicTest(name.apply(row) + " on " + d, () -> test.accept(row, d))));
        return Stream.concat(here, missing());
    }

    /** One test per device. */
    public static Stream<DynamicTest> run(String name, Consumer<Device> test) {
        return Stream.concat(usable().stream().map(d -> DynamicTest.dynamicTest(name + " on " + d, () -> test.accept(d))), missing());
    }
}
