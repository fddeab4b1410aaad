package io.candela.testing;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which methods compiled classes call or refer to: read from the constant pools of their files, as the Java Virtual Machine Specification, 4.4, lays them out. */
public final class CalledMethods {
    private CalledMethods() {}

    /** Of all classes beside and below {@code test}, which must lie in a folder: "owner.name(parameters)" in the notation of class files. */
    public static Set<String> by(Class<?> test) {
        try {
            Path root = Path.of(test.getProtectionDomain().getCodeSource().getLocation().toURI());
            Set<String> called = new TreeSet<>();
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                    read(file, called);
                }
            }
            return called;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The public methods of {@code type}, declared or inherited, that none of {@code called} is; "name(simple types)". */
    public static List<String> missing(Class<?> type, Set<String> called) {
        Set<String> owners = new TreeSet<>();
        for (Class<?> c = type; c != Object.class; c = c.getSuperclass()) {
            owners.add(c.getName());
            Arrays.stream(c.getInterfaces()).map(Class::getName).forEach(owners::add);
        }
        return Arrays.stream(type.getMethods()).filter(m -> m.getDeclaringClass() != Object.class && !m.isSynthetic())
                .filter(m -> owners.stream().noneMatch(owner -> called.contains(owner.replace('.', '/') + "." + m.getName() + parameters(m))))
                .map(m -> m.getName() + Arrays.stream(m.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(", ", "(", ")")))
                .distinct().sorted().toList();
    }

    private static String parameters(Method m) {
        return Arrays.stream(m.getParameterTypes()).map(Class::descriptorString).collect(Collectors.joining("", "(", ")"));
    }

    private static void read(Path file, Set<String> called) throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            in.skipNBytes(8); // magic and version
            int count = in.readUnsignedShort();
            String[] texts = new String[count];
            int[][] pairs = new int[count][]; // class or name, then name and type
            boolean[] methods = new boolean[count];
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> texts[i] = in.readUTF();
                    case 3, 4 -> in.skipNBytes(4);
                    case 5, 6 -> {
                        in.skipNBytes(8);
                        i++; // long and double take two places
                    }
                    case 7, 8, 16, 19, 20 -> pairs[i] = new int[] {in.readUnsignedShort()};
                    case 9, 10, 11, 12, 17, 18 -> {
                        pairs[i] = new int[] {in.readUnsignedShort(), in.readUnsignedShort()};
                        methods[i] = tag == 10 || tag == 11;
                    }
                    case 15 -> in.skipNBytes(3);
                    default -> throw new IOException(file + ": unknown constant " + tag);
                }
            }
            for (int i = 1; i < count; i++) {
                if (methods[i]) {
                    int[] nameAndType = pairs[pairs[i][1]];
                    String type = texts[nameAndType[1]];
                    called.add(texts[pairs[pairs[i][0]][0]] + "." + texts[nameAndType[0]] + type.substring(0, type.indexOf(')') + 1));
                }
            }
        }
    }
}
