package io.candela.examples;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line of the examples. Exit codes: 0 when all went well, 2 when an argument or a file cannot be used, 1 for all other
 * trouble, and when {@code diff} finds a difference.
 * What went wrong stands in one sentence on the error stream.
 */
@Command(name = "candela", description = "Example programs of Candela, a deep-learning framework for Java.", subcommands = {
    Iris.class, Digits.class, Devices.class, Inspect.class, Convert.class, Diff.class})
public final class Main implements Runnable {
    private static final int FAILED = 1;
    private static final int BAD_INPUT = 2;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private Main() {}

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.setProperty("jdk.console", "java.base"); // Java 22 to 24 would otherwise see a console in a pipe
        System.exit(commandLine().execute(args));
    }

    /** The command line with all commands, ready to be executed. */
    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setParameterExceptionHandler((e, args) -> fail(e.getCommandLine(), usage(e), BAD_INPUT))
                .setExecutionExceptionHandler((e, command, parsed) -> fail(command, message(e), e instanceof InputException ? BAD_INPUT : FAILED));
    }

    /** Called when no subcommand is given. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing, such as iris");
    }

    private static int fail(CommandLine command, String message, int exitCode) {
        PrintWriter err = command.getErr();
        err.println("candela: " + message);
        err.flush();
        return exitCode;
    }

    private static String usage(ParameterException e) {
        return e.getMessage() + "; see " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    }

    private static String message(Exception e) {
        return e.getMessage() != null ? e.getMessage() : e.toString();
    }
}
