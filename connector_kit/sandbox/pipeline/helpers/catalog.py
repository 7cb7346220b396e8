"""Helpers that turn values into a value (protocol/platform-2026.md#19)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import math
import random
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from connector_kit.sandbox.http.wire import iso, parse, render
from connector_kit.sandbox.pipeline.conversion import read_date, write_date
from connector_kit.sandbox.pipeline.helpers.values import (
    is_true,
    javascript,
    listed,
    number,
    text,
    type_of,
    whole,
)
from connector_kit.sandbox.pipeline.values import value_at

COMPONENT = "!'()*-._~"
"""What JavaScript's encodeURIComponent leaves as it is."""
_ODD = r"[-_.\W\s]+"
_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")


def _numbers(values: Iterable[Any]) -> list[float]:
    flat = (item for value in values for item in (value if isinstance(value, list) else [value]))
    return [number(item) for item in flat]


def _bytes(value: Any, digits: Any = 2) -> str:
    size = number(value)
    power = next(
        power for power in reversed(range(len(_SIZES))) if power == 0 or 1000**power <= size
    )
    return f"{text(whole(round(size / 1000**power, int(digits))))} {_SIZES[power]}"


def _ordinal(value: Any) -> str:
    count = int(number(value))
    ending = {1: "st", 2: "nd", 3: "rd"}.get(abs(count) % 10, "th")
    return f"{count}{'th' if abs(count) % 100 in (11, 12, 13) else ending}"


def _random(kind: str = "crypto", length: Any = 32) -> str:
    if kind == "uuid":
        return str(uuid.uuid4())
    alphabet = "0123456789" if kind == "number" else "0123456789abcdef"
    return "".join(random.SystemRandom().choices(alphabet, k=int(length)))


def _chop(value: Any) -> str:
    return re.sub(f"^{_ODD}|{_ODD}$", "", text(value).strip())


def _joined(value: Any, between: str, change: Callable[[str], str] = str) -> str:
    """Return the words in lower case, joined; *change* goes over all but the first."""
    first, *others = re.split(_ODD, _chop(value).lower())
    return between.join([first, *map(change, others)])


def _split(value: Any, separator: Any = ",", position: Any = None) -> Any:
    parts = text(value).split(text(separator)) if text(separator) else [*text(value)]
    if position is None:
        return parts
    index = int(number(position))
    return parts[index] if 0 <= index < len(parts) else None


def _join(separator: Any, *values: Any) -> str:
    items = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return text(separator).join(text(item) for item in items)


def _substring(value: Any, start: Any, end: Any = None) -> str:
    return text(value)[int(number(start)) : None if end is None else int(number(end))]


def _truncate_words(value: Any, count: Any, suffix: Any = "…") -> str:
    words = re.split(r"[ \t]", text(value))
    if number(count) >= len(words):
        return text(value)
    return " ".join(words[: int(number(count))]).strip() + text(suffix)


def _sorted(items: Any, number: Any = None, reverse: Any = None) -> list[Any]:
    key = float if text(number) == "true" else text
    return sorted(listed(items), key=key, reverse=text(reverse) == "true")


def _unique(items: Any) -> list[Any]:
    return [item for place, item in enumerate(items or ()) if item not in items[:place]]


def _date_format(to: str, date: Any = None, given: Any = None, zone: Any = None) -> str:
    """Return a date in another format of Moment; one without a format is ISO 8601."""
    if date in (None, ""):
        return ""
    found = read_date(text(date), given, zone) if given else _date(date)
    return write_date(found.astimezone(ZoneInfo(zone or "UTC")), to)


def _date(value: Any) -> datetime:
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value / 1000, UTC)
    date = datetime.fromisoformat(text(value))
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _date_add(date: Any, milliseconds: Any, zone: Any = None) -> str:
    moved = _date(date) + timedelta(milliseconds=number(milliseconds))
    return moved.astimezone(ZoneInfo(zone)).isoformat() if zone else iso(moved.timestamp())


def _digest(digest: Any, encoding: Any) -> str:
    if encoding == "base64":
        return base64.b64encode(digest.digest()).decode()
    if encoding in (None, "", "hex"):
        return str(digest.hexdigest())
    raise ValueError(f"{encoding!r} is no encoding of digests: use hex or base64")


def _hash(algorithm: str, encoding: Any, value: Any) -> str:
    return _digest(hashlib.new(algorithm, text(value).encode()), encoding)


def _hmac(algorithm: str, key: Any, encoding: Any, value: Any, key_encoding: Any = None) -> str:
    decode = {"base64": base64.b64decode, "hex": bytes.fromhex}.get(text(key_encoding))
    secret = decode(text(key)) if decode else text(key).encode()
    return _digest(hmac.new(secret, text(value).encode(), algorithm), encoding)


VALUES: dict[str, Callable[..., Any]] = {
    "abs": lambda value: abs(number(value)),
    "ceil": lambda value: math.ceil(number(value)),
    "floor": lambda value: math.floor(number(value)),
    "round": lambda value: math.floor(number(value) + 0.5),
    "add": lambda *values: sum(_numbers(values)),
    "subtract": lambda left, right: number(left) - number(right),
    "multiply": lambda *values: math.prod(_numbers(values)),
    "divide": lambda left, right: number(left) / number(right),
    "modulo": lambda left, right: math.fmod(number(left), number(right)),
    "sum": lambda *values: sum(_numbers(values)),
    "avg": lambda *values: sum(_numbers(values)) / len(_numbers(values)),
    "toFixed": lambda value, digits=0: javascript("fixed", number(value), number(digits)),
    "toPrecision": lambda value, digits: javascript("precise", number(value), number(digits)),
    "toExponential": lambda value, digits: javascript("exponential", number(value), number(digits)),
    "random": _random,
    "addCommas": lambda value: f"{number(value):,}",
    "bytes": _bytes,
    "ordinalize": _ordinal,
    "uppercase": lambda value: text(value).upper(),
    "lowercase": lambda value: text(value).lower(),
    "capitalize": lambda value: text(value)[:1].upper() + text(value)[1:],
    "capitalizeAll": lambda value: re.sub(r"\b\w", lambda one: one[0].upper(), text(value)),
    "sentence": lambda value: re.sub(
        r"((?:\S[^.?!]*)[.?!]*)", lambda one: one[0].capitalize(), text(value)
    ),
    "camelcase": lambda value: _joined(value, "", str.capitalize),
    "pascalcase": lambda value: "".join(map(str.capitalize, re.split(_ODD, _chop(value).lower()))),
    "snakecase": lambda value: _joined(value, "_"),
    "dashcase": lambda value: _joined(value, "-"),
    "dotcase": lambda value: _joined(value, "."),
    "pathcase": lambda value: _joined(value, "/"),
    "trim": lambda value: text(value).strip(),
    "trimLeft": lambda value: text(value).lstrip(),
    "trimRight": lambda value: text(value).rstrip(),
    "chop": _chop,
    "padLeft": lambda value, length, fill=" ": text(value).rjust(int(number(length)), text(fill)),
    "padRight": lambda value, length, fill=" ": text(value).ljust(int(number(length)), text(fill)),
    "replace": lambda value, old, new="": text(value).replace(text(old), text(new)),
    "replacefirst": lambda value, old, new="": text(value).replace(text(old), text(new), 1),
    "removefirst": lambda value, old: text(value).replace(text(old), "", 1),
    "split": _split,
    "join": _join,
    "substring": _substring,
    "truncateWords": _truncate_words,
    "reverse": lambda value: value[::-1] if isinstance(value, list) else text(value)[::-1],
    "occurrences": lambda value, part: text(value).count(text(part)),
    "sanitize": lambda value: re.sub(r"<[^>]+>", "", text(value)),
    "after": lambda items, count: listed(items)[int(number(count)) :],
    "before": lambda items, count: listed(items)[: -int(number(count)) or None],
    "arrayify": listed,
    "pluck": lambda items, path: [value_at(item, text(path)) for item in listed(items)],
    "unique": _unique,
    "sort": _sorted,
    "dateFormat": _date_format,
    "dateAdd": _date_add,
    "base64Encode": lambda value, form="utf-8": base64.b64encode(text(value).encode(form)).decode(),
    "base64Decode": lambda value, form="utf-8": base64.b64decode(text(value)).decode(form),
    "encodeURI": lambda value: quote(text(value), safe=COMPONENT),
    "decodeURI": lambda value: unquote(text(value)),
    "htmlEncode": lambda value: html.escape(text(value)),
    "htmlDecode": lambda value: html.unescape(text(value)),
    "jsonSerialize": lambda value: render(value).decode(),
    "jsonStringify": lambda value: render(value).decode(),
    "jsonEncode": lambda value: render(text(value)).decode()[1:-1],
    "jsonParse": lambda value: parse(text(value).encode()),
    "stripProtocol": lambda url: re.sub(r"^[a-z][a-z0-9+.-]*:", "", text(url)),
    "stripQuerystring": lambda url: text(url).split("?", 1)[0],
    "regexMatch": lambda value, pattern, index=0, flags="": javascript(
        "match", text(value), text(pattern), number(index), text(flags)
    ),
    "regexReplace": lambda value, new, pattern, flags="": javascript(
        "replaced", text(value), text(new), text(pattern), text(flags)
    ),
    "regexSearch": lambda value, pattern, flags="": javascript(
        "searched", text(value), text(pattern), text(flags)
    ),
    "hash": _hash,
    "hmac": _hmac,
    "eq": lambda left, right: left == right,
    "isTruthy": is_true,
    "isFalsey": lambda value: not is_true(value),
    "hasOwn": lambda holder, key: isinstance(holder, Mapping) and key in holder,
    "hasNoItems": lambda value: not value,
    "typeOf": type_of,
}
