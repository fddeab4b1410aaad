package io.candela.examples;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Tells how a training goes. */
interface Progress extends AutoCloseable {
    /** An epoch is done. */
    void epoch(int number, double loss, double accuracy);

    @Override
    default void close() {}

    /** Tells nothing. */
    static Progress silent() {
        return (number, loss, accuracy) -> {};
    }

    /** Some ten lines, for files and pipes. */
    static Progress lines(PrintWriter out, int epochs) {
        int step = Math.max(1, epochs / 10);
        return (number, loss, accuracy) -> {
            if (number == 1 || number % step == 0 || number == epochs) {
                out.println("epoch " + number + ": " + status(loss, accuracy));
            }
        };
    }

    /** A bar, for terminals. */
    static Progress bar(PrintStream terminal, int epochs) {
        return new Bar(terminal, epochs);
    }

    private static String status(double loss, double accuracy) {
        return String.format(Locale.ROOT, "loss %.4f, accuracy %.4f", loss, accuracy);
    }

    /** A class of its own, so that only terminals load the library behind it. */
    final class Bar implements Progress {
        private static final int WIDTH = 100; // asking the terminal would start a library that takes longer than the training

        private final ProgressBar bar;

        private Bar(PrintStream terminal, int epochs) {
            bar = new ProgressBarBuilder().setTaskName("epochs").setInitialMax(epochs).setUpdateIntervalMillis(50)
                    .setStyle(ProgressBarStyle.ASCII).setConsumer(new ConsoleProgressBarConsumer(terminal, WIDTH)).build();
        }

        @Override
        public void epoch(int number, double loss, double accuracy) {
            bar.setExtraMessage(" " + status(loss, accuracy));
            bar.stepTo(number);
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
