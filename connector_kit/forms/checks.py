"""What ``validWhen`` asks of a value (protocol/settings-forms.md#45-validation).

Meaningless parameters require nothing: the form engine ignores them, too.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector_kit.documents import Document, Json
from connector_kit.forms.patterns import is_matched
from connector_kit.forms.values import alike, is_empty, plain, text_of

Values = Mapping[str, Json]
_Check = Callable[[Json, Document, Values], str | None]


def failed_checks(value: Json, checks: Document, values: Values) -> Iterator[str]:
    """Yield the messages of the *checks* that *value* fails; *values* are by field id."""
    for name, parameters in checks.items():
        check = _CHECKS.get(name)
        if check is None or not isinstance(parameters, dict):
            continue
        message = check(value, parameters, values)
        if message is not None:
            given = parameters.get("message")
            yield given if isinstance(given, str) and given else message


def number_of(value: Json) -> float | None:
    """Return *value* as a number, also when it is written as text; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _matches(value: Json, parameters: Document, _: Values) -> str | None:
    try:
        is_fine = is_matched(str(parameters.get("pattern")), text_of(value))
    except TimeoutError:
        return "It takes too long to check this value"
    return "Invalid input provided" if is_fine is False else None


def _is_longer(value: Json, parameters: Document, _: Values) -> str | None:
    length = number_of(parameters.get("length"))
    return None if length is None or _size(value) > length else _too(length)


def _is_shorter(value: Json, parameters: Document, _: Values) -> str | None:
    length = number_of(parameters.get("length"))
    return None if length is None or _size(value) < length else _too(length)


def _too(length: float) -> str:
    return f"Should have more than {text_of(length)} characters"  # the platform's text for both


def _size(value: Json) -> int:
    return len(text_of(value))


def _in_range(value: Json, parameters: Document, _: Values) -> str | None:
    number = number_of(value)
    least, most = number_of(parameters.get("min")), number_of(parameters.get("max"))
    if number is None:
        return "Value must be a number"
    if least is not None and number < least:
        return f"Value cannot be less than {text_of(least)}"
    if most is not None and number > most:
        return f"Value cannot be greater than {text_of(most)}"
    return None


def _is_among(value: Json, parameters: Document, _: Values) -> str | None:
    wanted = _listed(parameters.get("values"))
    is_met = not wanted or any(alike(value, plain(item)) for item in wanted)
    return None if is_met else "Unacceptable value provided"


def _is_outside(value: Json, parameters: Document, _: Values) -> str | None:
    is_refused = any(alike(value, plain(item)) for item in _listed(parameters.get("values")))
    return "Unacceptable value provided" if is_refused else None


def _compares(value: Json, parameters: Document, values: Values) -> str | None:
    word = parameters.get("is")
    if not isinstance(word, str) or word not in _COMPARED:
        return None
    measure, is_met, description = _COMPARED[word]
    mine = measure(value)
    others = (values.get(item) for item in _listed(parameters.get("fields")))
    theirs = [measure(other) for other in others if not is_empty(other)]
    if mine is None:
        return description
    return (
        None
        if all(condition is None or is_met(mine, condition) for condition in theirs)
        else description
    )


_COMPARED: Mapping[str, tuple[Callable[[Json], Any], Callable[[Any, Any], bool], str]] = {
    "BIGGER": (number_of, lambda mine, other: mine > other, "Not the biggest field"),
    "SMALLER": (number_of, lambda mine, other: mine < other, "Not the smallest field"),
    "LONGER": (_size, lambda mine, other: mine > other, "Not the longest field"),
    "SHORTER": (_size, lambda mine, other: mine < other, "Not the shortest field"),
}


def _combined(are_met: Callable[[list[bool]], bool]) -> _Check:
    def check(value: Json, parameters: Document, values: Values) -> str | None:
        conditions = _listed(parameters.get("conditions"))
        results = [
            _holds(value, condition, values)
            for condition in conditions
            if isinstance(condition, dict)
        ]
        return None if are_met(results) else "Invalid input provided"

    return check


def _holds(value: Json, condition: Document, values: Values) -> bool:
    """Whether all checks of a condition hold, for another field when it names one."""
    other = condition.get("field")
    if isinstance(other, str):
        value = values.get(other)
    return not any(True for _ in failed_checks(value, condition, values))


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


_CHECKS: Mapping[str, _Check] = {
    "matchesRegEx": _matches,
    "lengthIsGreaterThan": _is_longer,
    "lengthIsLessThan": _is_shorter,
    "fallsWithinNumericalRange": _in_range,
    "is": _is_among,
    "isNot": _is_outside,
    "comparedTo": _compares,
    "allAreTrue": _combined(all),
    "someAreTrue": _combined(lambda results: not results or any(results)),
    "noneAreTrue": _combined(lambda results: not any(results)),
}
