package io.candela.train;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Gets told how a training goes. All calls come from the training's thread. */
public interface TrainLog extends Closeable {
    /**
     * The training begins or goes on.
     *
     * @param step   how many steps were made before
     * @param steps  how many there will be, unless it stops early
     */
    default void begin(long step, long steps) throws IOException {
    }

    /** A step was made. */
    default void step(long step, double loss) throws IOException {
    }

    /** An epoch is over: the last of the list, which has all of them, also those before a resume. */
    default void epoch(List<EpochFigures> history) throws IOException {
    }

    @Override
    default void close() throws IOException {
    }
}
