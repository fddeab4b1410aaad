package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Programs of the documentation. */
final class JavaSource {
    private JavaSource() {}

    /** Compiles a program for Java 17; a warning is a failure. */
    static void compile(Path source, Path folder, String document) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options = List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none", "--release", "17",
                "-Xlint:all,-options,-path");
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source)).call();
        }
        assertEquals("", messages.toString(), () -> document + ", " + source.getFileName() + " does not compile cleanly");
    }
}
