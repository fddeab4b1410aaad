#!/usr/bin/env python3
"""Makes framework-train/src/test/resources/golden: an event file with TensorBoard's own writer, and precision, recall and F1 with scikit-learn. Needs
tensorboard, numpy and scikit-learn.

    python tools/golden/events.py
"""
import pathlib

import sklearn
import tensorboard
from sklearn.metrics import precision_recall_fscore_support
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "framework-train/src/test/resources/golden"
TIME = 1700000000.25
TARGETS = [i * 7 % 4 for i in range(30)]
PREDICTIONS = [(i * 5 + i // 3) % 4 if i % 3 else i * 7 % 4 for i in range(30)]


def scalars(step, **values):
    return Event(wall_time=TIME, step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=v) for tag, v in values.items()]))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / "events.bin", "wb") as file:
        writer = RecordWriter(file)
        for event in (
            Event(wall_time=TIME, file_version="brain.Event:2"),
            Event(wall_time=TIME, step=1, session_log=SessionLog(status=SessionLog.START)),
            scalars(300, **{"train/loss": 0.125}),
            scalars(2**40, loss=float("nan"), val_loss=1e-3),
        ):
            writer.write(event.SerializeToString())
        writer.flush()
    lines = [f"# scikit-learn {sklearn.__version__}, tensorboard {tensorboard.__version__}, made by tools/golden/events.py",
             "targets " + " ".join(map(str, TARGETS)), "predictions " + " ".join(map(str, PREDICTIONS))]
    for average in (None, "macro"):
        figures = precision_recall_fscore_support(TARGETS, PREDICTIONS, labels=range(5), average=average, zero_division=0)
        for name, values in zip(("precision", "recall", "f1"), figures):
            lines.append(f"{average or 'each'}_{name} " + " ".join(map(repr, map(float, [values] if average else values))))
    (FOLDER / "metrics.txt").write_text("\n".join(lines) + "\n")


main()
