"""The curves of a run as an event file for TensorBoard, in a folder that it shows as one run. No torch, no Qt."""

import io
from collections.abc import Mapping

from explorer.engine.data.progress import Report
from explorer.engine.export.curves import CurvePoint, read_curves
from explorer.engine.export.source import Source

_FILE = "events.out.tfevents.resnet-explorer"  # TensorBoard reads files with the middle part in their names
_VERSION = "brain.Event:2"  # of the format; it stands in the first record
_TAGS = {  # what is shown of the points of each kind; what has one word before the slash stands on one page
    "step": {
        "loss/train": "train_loss",
        "accuracy/train": "train_accuracy",
        "training/learning_rate": "learning_rate",
        "training/examples_per_second": "examples_per_second",
    },
    "epoch": {
        "loss/train_epoch": "train_loss",
        "loss/validation": "validation_loss",
        "accuracy/train_epoch": "train_accuracy",
        "accuracy/validation": "validation_accuracy",
    },
}


def tensorboard(source: Source, report: Report) -> Mapping[str, bytes]:
    """Return the files of the folder. Raises Refused."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    run, content = source.trained, io.BytesIO()
    start = run.created.timestamp()
    records = RecordWriter(content)
    records.write(Event(wall_time=start, file_version=_VERSION).SerializeToString())
    for point in read_curves(run):
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in _scalars(point)]
        event = Event(wall_time=start + point.seconds, step=point.step, summary=Summary(value=values))
        records.write(event.SerializeToString())
    return {_FILE: content.getvalue()}


def _scalars(point: CurvePoint) -> list[tuple[str, float]]:
    return [(tag, getattr(point, name)) for tag, name in _TAGS[point.kind].items()]
