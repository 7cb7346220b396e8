"""``connector-kit takeover`` as somebody types it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.takeover.foreign import held, installed


def run(capsys: Any, *words: str) -> tuple[int, str]:
    """The exit code and what was printed to stdout."""
    try:
        call_command("takeover", *words)
        code = 0
    except SystemExit as stop:
        code = int(str(stop.code))
    return code, capsys.readouterr().out


def test_it_plans_by_default_and_shows_groups_rules_edits_and_numbers(old, move_in, capsys):
    customers = [installed(old, number) for number in (0, 1)]
    move_in()
    before = [customer.untouched() for customer in customers]

    code, printed = run(capsys, "erp")

    assert code == 0
    assert "2 installations: " in printed
    assert "= orders (by name)" in printed
    assert "Documents: 16 matched" in printed
    assert [customer.untouched() for customer in customers] == before


def test_apply_takes_over_and_show_repeats_what_it_did(old, move_in, capsys):
    installed(old, 0)
    move_in()
    run(capsys, "erp")

    code, applied = run(capsys, "erp", "--apply", "--yes", "--json")
    shown = run(capsys, "erp", "--show", "--json")

    answer = json.loads(applied)
    assert (code, answer["outcomes"]) == (0, {"taken_over": 1})
    assert answer["installations"][0]["asPlanned"] is True
    assert json.loads(shown[1]) == answer
    assert run(capsys, "erp") == (0, "")


def test_ambiguous_documents_are_exit_code_3_and_a_map_decides(old, move_in, capsys, tmp_path):
    customer = installed(old, 0, "twice")
    move_in()
    [left, *_] = [
        item["_id"]
        for item in held(customer).values()
        if item["name"] == "Customer sync" and not item["disabled"]
    ]
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"leave": [left]}))

    code, printed = run(capsys, "erp")

    assert code == 3
    assert "! customer_sync: ambiguous" in printed
    assert left in printed
    assert run(capsys, "erp", "--map", str(rules))[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--installation", "f" * 24], "is not recorded"),
        (["--base", "7.0.0"], "no release 7.0.0"),
        (["--map", "nowhere.json"], "nowhere.json cannot be read"),
        (["--show"], "No takeover of erp is recorded"),
        (["--apply"], "requires confirmation"),
    ],
)
def test_what_cannot_be_done_is_said(old, move_in, words, message):
    installed(old, 0)
    move_in()

    with pytest.raises(CommandError, match=message):
        call_command("takeover", "erp", *words)
