package io.candela.examples;

/** Runs what a user's first commands need, so that the class archive which the launcher makes meanwhile has it all. */
final class ArchiveTraining {
    private ArchiveTraining() {}

    /** Leaves files in the working directory. */
    public static void main(String[] args) {
        Main.commandLine().execute("iris", "--epochs", "2", "--save", "iris.pth");
        Main.commandLine().execute("digits", "--epochs", "1", "--save", "digits.pth");
    }
}
