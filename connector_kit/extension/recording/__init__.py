"""Samples of live calls, kept without their secrets so that tests can replay them.

`switch` turns recording on for a while, without a restart; `Recorder` keeps samples meanwhile.
"""

from connector_kit.extension.recording.recorder import Recorder
from connector_kit.extension.recording.samples import Sample, UnreadableSampleError, read_samples
from connector_kit.extension.recording.switch import Recording, recording, start, stop

__all__ = [
    "Recorder",
    "Recording",
    "Sample",
    "UnreadableSampleError",
    "read_samples",
    "recording",
    "start",
    "stop",
]
