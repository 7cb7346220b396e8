"""How a rollout proceeds: its options, with one default, one range and one text for every door.

The management command, REST and the console make their arguments and fields from `NUMBERS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.waves import WaveSize, parse_waves

DEFAULT_WAVES = ("3", "25%", "rest")

MOST_WAVES = 50


class Number(NamedTuple):
    """An option that is a whole number from *least* to *most*; *about* begins in lower case."""

    default: int
    least: int
    most: int
    about: str


NUMBERS: Mapping[str, Number] = {
    # Each push in flight is a row of every snapshot, and shares the account's rate limit.
    "window": Number(10, 1, 1000, "installations updated in parallel"),
    "failure_limit": Number(5, 1, 1_000_000, "failed installations that halt the rollout"),
    # Pauses between attempts grow to five minutes: a hundredth push comes after eight hours.
    "max_attempts": Number(5, 1, 100, "pushes of one installation before it counts as failed"),
    # One installation of three may fail, two may not.
    "wave_failure_share": Number(
        40, 0, 100, "percent of a wave that may fail; if more fail, no next wave is started"
    ),
}

RECREATE_DELETED = "recreate components that customers deleted, instead of failing"
"""What `RolloutOptions.recreate_deleted` does."""


def as_sentence(about: str) -> str:
    """Return *about* as forms and API descriptions show it: capitalized, with a full stop."""
    return f"{about[0].upper()}{about[1:]}."


@dataclass(frozen=True, kw_only=True)
class RolloutOptions:
    """How a rollout proceeds; what cannot be used raises `RolloutError` with the field's name.

    *waves* are sizes in their order: a count ("3"), a share of the base ("25%"), or "rest".
    """

    waves: tuple[str, ...] = DEFAULT_WAVES
    window: int = NUMBERS["window"].default
    failure_limit: int = NUMBERS["failure_limit"].default
    max_attempts: int = NUMBERS["max_attempts"].default
    wave_failure_share: int = NUMBERS["wave_failure_share"].default
    recreate_deleted: bool = False

    def __post_init__(self) -> None:
        parse_waves(self.waves)
        if len(self.waves) > MOST_WAVES:
            raise RolloutError(
                f"These are {len(self.waves)} waves; a rollout has at most {MOST_WAVES}.",
                field="waves",
                code="invalid_waves",
            )
        for name, number in NUMBERS.items():
            value = getattr(self, name)
            if not number.least <= value <= number.most:
                raise RolloutError(
                    f"{name} cannot be {value:,}. Choose from {number.least:,} to {number.most:,} "
                    f"{number.about}.",
                    field=name,
                )

    @property
    def sizes(self) -> tuple[WaveSize, ...]:
        """The sizes of the waves; the remaining installations make a last one."""
        return parse_waves(self.waves)


DEFAULTS = RolloutOptions()
