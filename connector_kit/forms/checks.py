"""What ``validWhen`` asks of a value (protocol/settings-forms.md#45-validation).

Meaningless parameters require nothing: the form engine ignores them, too.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector_kit.documents import Document, Json
from connector_kit.forms.patterns import is_matched
from connector_kit.forms.values import alike, is_empty, plain, text_of

Values = Mapping[str, Json]


def failed_checks(value: Json, checks: Document, values: Values) -> Iterator[str]:
    """Yield the messages of the *checks* that *value* fails; *values* are by field id."""
    for name, parameters in checks.items():
        if not isinstance(parameters, dict):
            continue
        message = _failed_check(name, value, parameters, values)
        if message is not None:
            own_message = parameters.get("message")
            yield own_message if isinstance(own_message, str) and own_message else message


def number_of(value: Json) -> float | None:
    """Return *value* as a number, also when it is written as text; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _failed_check(  # noqa: C901, PLR0911  one case per check
    name: str, value: Json, parameters: Document, values: Values
) -> str | None:
    """Return the platform's message for a check that *value* fails; None when it passes."""
    match name:
        case "matchesRegEx":
            try:
                is_fine = is_matched(str(parameters.get("pattern")), text_of(value))
            except TimeoutError:
                return "It takes too long to check this value"
            return "Invalid input provided" if is_fine is False else None
        case "lengthIsGreaterThan" | "lengthIsLessThan":
            length, size = number_of(parameters.get("length")), _size(value)
            is_fine = length is None or (size > length if "Greater" in name else size < length)
            # The platform has one text for both.
            return None if is_fine else f"Should have more than {text_of(length)} characters"
        case "fallsWithinNumericalRange":
            number = number_of(value)
            least, most = number_of(parameters.get("min")), number_of(parameters.get("max"))
            if number is None:
                return "Value must be a number"
            if least is not None and number < least:
                return f"Value cannot be less than {text_of(least)}"
            if most is not None and number > most:
                return f"Value cannot be greater than {text_of(most)}"
        case "is" | "isNot":
            listed = _listed(parameters.get("values"))
            is_among = any(alike(value, plain(item)) for item in listed)
            is_fine = (is_among or not listed) if name == "is" else not is_among
            return None if is_fine else "Unacceptable value provided"
        case "comparedTo":
            return _failed_comparison(value, parameters, values)
        case "allAreTrue" | "someAreTrue" | "noneAreTrue":
            results = []
            for condition in _listed(parameters.get("conditions")):
                if isinstance(condition, dict):
                    # A condition may name another field, whose value is checked then.
                    other = condition.get("field")
                    checked = values.get(other) if isinstance(other, str) else value
                    results.append(not any(True for _ in failed_checks(checked, condition, values)))
            is_fine = {
                "allAreTrue": all(results),
                "someAreTrue": not results or any(results),
                "noneAreTrue": not any(results),
            }[name]
            return None if is_fine else "Invalid input provided"
    return None


def _failed_comparison(value: Json, parameters: Document, values: Values) -> str | None:
    word = parameters.get("is")
    if not isinstance(word, str) or word not in _COMPARED:
        return None
    measure, is_met, description = _COMPARED[word]
    mine = measure(value)
    others = (values.get(item) for item in _listed(parameters.get("fields")))
    theirs = [measure(other) for other in others if not is_empty(other)]
    is_fine = mine is not None and all(
        measured is None or is_met(mine, measured) for measured in theirs
    )
    return None if is_fine else description


def _size(value: Json) -> int:
    return len(text_of(value))


_COMPARED: Mapping[str, tuple[Callable[[Json], Any], Callable[[Any, Any], bool], str]] = {
    "BIGGER": (number_of, lambda mine, other: mine > other, "Not the biggest field"),
    "SMALLER": (number_of, lambda mine, other: mine < other, "Not the smallest field"),
    "LONGER": (_size, lambda mine, other: mine > other, "Not the longest field"),
    "SHORTER": (_size, lambda mine, other: mine < other, "Not the shortest field"),
}


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]
