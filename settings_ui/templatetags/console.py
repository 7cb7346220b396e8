"""How the console writes times, states and values."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from connector_kit.documents.redaction import redacted
from connector_kit.publisher.progress import Progress
from settings_ui.console.bars import Bar
from settings_ui.console.bars import bar as draw_bar
from settings_ui.console.charts import Chart

register = template.Library()

_GOOD, _WARN, _BAD, _BUSY, _PLAIN = "good", "warn", "bad", "busy", ""
_TONES = {
    "completed": _GOOD,
    "updated": _GOOD,
    "done": _GOOD,
    "current": _GOOD,
    "planned": _GOOD,
    "create": _GOOD,
    "active": _GOOD,
    "trial": _BUSY,
    "expiring": _WARN,
    "grace": _WARN,
    "expired": _BAD,
    "paused": _WARN,
    "skipped": _WARN,
    "checkpoint": _WARN,
    "waits": _WARN,
    "timed_out": _WARN,
    "update": _BUSY,
    "running": _BUSY,
    "claimed": _BUSY,
    "sent": _BUSY,
    "retrying": _WARN,
    "undoing": _WARN,
    "waits_for_customer": _WARN,
    "halted": _BAD,
    "aborted": _BAD,
    "failed": _BAD,
    "conflict": _BAD,
    "delete": _BAD,
}
"""How a state looks; the word itself is always beside the color."""

_WORDS = {
    "claimed": "starting",
    "sent": "updating",
    "retrying": "between attempts",
    "undoing": "being undone",
    "timed_out": "timed out",
    "waits_for_customer": "waits for customer",
}
"""States whose own word says too little; any other is shown as it is."""


@register.filter
def badge(state: str, words: str = "") -> SafeString:
    """*state* as a badge, or *words* in its colors."""
    tone, label = _TONES.get(state, _PLAIN), words or _WORDS.get(state, state)
    return format_html('<span class="badge {}">{}</span>', tone, label)


@register.filter
def word(state: str) -> str:
    """*state* as people read it."""
    return _WORDS.get(state, state)


@register.filter
def when(moment: datetime | Literal[""] | None) -> SafeString | str:
    """*moment* as people and machines read it, in UTC; templates give "" for what is not there."""
    if not moment:
        return ""
    utc = timezone.localtime(moment)
    words = f"{utc:%Y-%m-%d %H:%M:%S}"
    return format_html('<time datetime="{}">{}</time>', utc.isoformat(), words)


@register.filter
def moment(text: str | None) -> datetime | None:
    """The moment that ISO *text* names; None for none."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


@register.filter
def duration(seconds: float | None) -> str:
    """*seconds* in the two units that matter: ``2 min 5 s``."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@register.filter
def pretty(value: Any) -> str:
    """*value* as indented JSON, its secrets masked."""
    return json.dumps(redacted(value), indent=2, ensure_ascii=False, default=str)


@register.filter
def shown(value: Any) -> str:
    """A value of a document, before or after a change; text without quotation marks."""
    if value is None:
        return "(nothing)"
    return value if isinstance(value, str) else pretty(value)


@register.filter
def numbers(chart: Chart) -> SafeString:
    """The rows of a chart's table; a template would take a tenth of a second for a long one."""
    cells = '<td class="number">{}</td>'
    return format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}' + cells + "</tr>",
        (
            (day.isoformat(), format_html_join("", cells, ((count,) for count in counts)), total)
            for day, counts, total in chart.rows
        ),
    )


@register.filter
def bar(progress: Progress) -> Bar:
    """*progress* as a bar, and in words."""
    return draw_bar(progress)


@register.filter
def percent(part: int, whole: int) -> str:
    """*part* of *whole* in percent; an unfinished whole never reads 100%."""
    return f"{part * 100 // whole}%" if whole else "0%"


@register.filter
def of(key: Any, mapping: Any) -> Any:
    """What *mapping* has for *key*."""
    return mapping.get(key, 0) if mapping else 0
