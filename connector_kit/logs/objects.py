"""Objects of JSON: one per event and line, for programs that collect logs."""

from __future__ import annotations

import logging
import time
from typing import Any, TextIO

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.orjson import OrjsonFormatter

from connector_kit.logs.events import Event, text_of
from connector_kit.logs.lines import OneLine
from connector_kit.logs.masking import MASK, is_secret, without_secrets

_NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "traceback"}
_LARGEST = 2**53
"""The largest number that all programs read alike."""


class OneObject(OrjsonFormatter):
    """Writes time, level and logger, and the fields of an event or else the message.

    Apparent secrets are masked, including those in ``extra``.
    """

    default_time_format = OneLine.default_time_format
    default_msec_format = OneLine.default_msec_format

    def __init__(self) -> None:
        super().__init__(
            ["asctime", "levelname", "name"],
            rename_fields=_NAMES,
            reserved_attrs=[*RESERVED_ATTRS, "request"],  # Django's, with all that it holds
        )
        self.converter = time.gmtime

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Add the fields of *record* to *log_data*."""
        event = record.msg
        fields = event.fields if isinstance(event, Event) else {"message": record.message}
        super().add_fields(log_data, record, {**fields, **message_dict})

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Return *log_data* without secrets, and without what JSON does not have."""
        return {key: MASK if is_secret(key) else _value(log_data[key]) for key in log_data}


class Objects(logging.StreamHandler[TextIO]):
    """Writes to stderr as `OneObject` has it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(OneObject())


def _value(value: object) -> object:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < _LARGEST:
        return value
    text = value if isinstance(value, str) else text_of(value)
    return without_secrets(text).encode("utf-8", "backslashreplace").decode()
