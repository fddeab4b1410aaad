package io.candela.train;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar over the steps, for terminals, with the figures of the last epoch. */
public final class ProgressLog implements TrainLog {
    private static final int WIDTH = 120; // asking the terminal would start a library that takes longer than a small training
    private static final int UPDATE_MILLIS = 100;

    private final PrintStream terminal;
    private ProgressBar bar; // null until the training begins

    /** @param terminal such as {@code System.err} */
    public ProgressLog(PrintStream terminal) {
        this.terminal = terminal;
    }

    @Override
    public void begin(long step, long steps) {
        close();
        bar = new ProgressBarBuilder().setTaskName("steps").setInitialMax(steps).startsFrom(step, java.time.Duration.ZERO)
                .setUpdateIntervalMillis(UPDATE_MILLIS).setStyle(ProgressBarStyle.ASCII).setConsumer(new ConsoleProgressBarConsumer(terminal, WIDTH)).build();
    }

    @Override
    public void step(long step, double loss) {
        if (bar != null) {
            bar.stepTo(step);
        }
    }

    @Override
    public void epoch(List<EpochFigures> history) {
        if (bar != null) {
            EpochFigures last = history.get(history.size() - 1);
            bar.setExtraMessage(last.values().entrySet().stream().map(figure -> String.format(Locale.ROOT, " %s %.4g", figure.getKey(), figure.getValue()))
                    .collect(Collectors.joining(",")));
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
