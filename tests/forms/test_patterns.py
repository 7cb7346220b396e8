"""Patterns that can run for ever are known, and matching ends in time whatever the pattern."""

import pytest

from connector_kit.forms.patterns import is_endless, is_matched

ENDLESS = [
    r"^(a+)+$",
    r"^(a*)*$",
    r"(a+){2,}b",
    r"^(\w+\s?)*$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(x|x)*y",
    r"^(a|aa)+$",
    r"^([a-z]|[a-z0-9]x?)+$",
    r"(a{20,})+",
    r"(.*)*",
    r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}[a-z]{2,3}$",
    r"^(https?://)?((\w+-?)+\.)+[a-z]{2,}$",
    r"^(?:(?:a{1,})*)$",
    r"(?=(a+)+$)a",
    r"^(.*,)*$",
    r"^(a|b|ab)*$",
    r"^(?:a|b|ab)+c",
    r"^(ab|ba|a|b)+$",
    r"^(a?b?)*$",
    r"^((ab)*|a|b)*$",
    r"^(\w-|\d[-_])*$",
    r"^(a{1,2}b{1,2}|ab{2}c?)*$",
    r"^(x(y|)|xy)*$",
    r"^([à-ý]|ä)*$",
    r"^(a|bab|ab)*$",
    r"^(\d{1,3}(,\d{1,3})?,?)*$",
]
FINE = [
    r"^[A-Z]{3}$",
    r"^a+$",
    r"^a+(-a+)*$",
    r"^([a-z]+\.)+[a-z]{2,}$",
    r"^#[a-z0-9_-]+(,#[a-z0-9_-]+)*$",
    r"^(foo|bar)+$",
    r"^(\d{3}-)*\d+$",
    r"^\s*[\w.+-]+@[\w-]+(\.[\w-]+)+\s*$",
    r"^(\+\d{1,3})?( ?\d{2,4}){2,5}$",
    r"^(yes|no)$",
    r"(a{20})+",
    r"^(ab|ac|b)*$",
    r"^(a|bba|bc)*$",
    r"^([|a]|\|b)*$",
    r"^(a?b)*$",
    r"^(ab?)+$",
    r"^((a?)?b)*$",
    r"^([à-í]|[î-ý])*$",
    r"^(\d{3}|\d{2}-)*$",
    r"^([A-Z]{2}(, ?)?)*$",
    r"^(\d{1,3}(,\d{1,3})?;)*$",
    r"([^\s\S]a)*",
    r"(a{2}|b{3}c?){12,}",
    r"(unclosed",
    r"^(?<year>\d{4})$",
]


@pytest.mark.parametrize("pattern", ENDLESS)
def test_a_pattern_that_can_run_for_ever_is_known(pattern: str) -> None:
    assert is_endless(pattern)


@pytest.mark.parametrize("pattern", FINE)
def test_a_pattern_that_ends_soon_is_left_alone(pattern: str) -> None:
    assert not is_endless(pattern)


def test_a_match_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(TimeoutError):  # it would take years
        is_matched(r"^(.*?,){30}P", "1," * 60)


def test_patterns_match_as_they_did() -> None:
    assert is_matched(r"^[A-Z]{3}$", "EUR") is True
    assert is_matched(r"^[A-Z]{3}$", "eur") is False
    assert is_matched(r"(unclosed", "x") is None
