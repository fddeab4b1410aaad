package io.candela.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One run of a program in a JVM of its own: its exit code and what it printed on both streams. */
record Java(int exitCode, String output) {
    static Java run(Path folder, List<String> jvmFlags, String classPath, String mainClass, String... args) throws IOException, InterruptedException {
        List<String> command = command(jvmFlags, classPath, mainClass);
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Java(process.waitFor(), output);
    }

    /** What starts a program, without its arguments; to be added to. */
    static List<String> command(List<String> jvmFlags, String classPath, String mainClass) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 24) { // as in the launcher
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", classPath, mainClass));
        return command;
    }
}
