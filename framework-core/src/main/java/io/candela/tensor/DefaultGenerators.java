package io.candela.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The generators used wherever none is given: the CPU's, and one for each GPU for which it was asked. */
final class DefaultGenerators {
    private static final Map<Device, Generator> OF_DEVICES = new TreeMap<>(Comparator.comparingInt(Device::index)); // guarded by itself
    private static Long seed; // of those to come; null for fresh ones

    /** A class of its own, so that no program asks for a seed that it does not need. */
    private static final class Cpu {
        static final Generator GENERATOR = new Generator();

        static {
            GENERATOR.seed();
        }
    }

    private DefaultGenerators() {}

    static Generator ofCpu() {
        return Cpu.GENERATOR;
    }

    static Generator of(Device device) {
        if (device.type() == Device.Type.CPU) {
            return Cpu.GENERATOR;
        }
        synchronized (OF_DEVICES) {
            return OF_DEVICES.computeIfAbsent(device, d -> {
                Generator fresh = new Generator(d);
                if (seed == null) {
                    fresh.seed();
                } else {
                    fresh.manualSeed(seed);
                }
                return fresh;
            });
        }
    }

    static List<Generator> all() {
        List<Generator> all = new ArrayList<>();
        all.add(Cpu.GENERATOR);
        synchronized (OF_DEVICES) {
            all.addAll(OF_DEVICES.values());
        }
        return all;
    }

    static void seedDevices(long newSeed) {
        synchronized (OF_DEVICES) {
            seed = newSeed;
            OF_DEVICES.values().forEach(g -> g.manualSeed(newSeed));
        }
    }
}
