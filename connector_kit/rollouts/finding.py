"""Which rollout is meant: from a word on the command line to a row."""

from __future__ import annotations

from django.db.models import QuerySet

from connector_kit.models import Connector, Rollout
from connector_kit.rollouts.errors import RolloutError


def find_rollout(word: str | None = None) -> Rollout:
    """The rollout with the number *word*, or the latest one of the connector *word* (a slug).

    Without a word: the only open rollout, or else the latest one of all. Raises `RolloutError` when
    there is none, or when several are open.
    """
    rollouts = Rollout.objects.select_related("connector", "release").order_by("-pk")
    if word is None:
        found = _only_open(rollouts) or rollouts.first()
    elif word.isdecimal():
        found = rollouts.filter(pk=int(word)).first()
    else:
        found = rollouts.filter(connector__slug=word).first()
    if found is None:
        raise RolloutError(_nothing_found(word))
    return found


def _only_open(rollouts: QuerySet[Rollout]) -> Rollout | None:
    running = list(rollouts.filter(state__in=Rollout.OPEN)[:20])
    if len(running) > 1:
        known = ", ".join(f"{rollout.pk} ({rollout.connector.slug})" for rollout in running)
        raise RolloutError(f"Which rollout? Several are open: {known}. Name one by its number.")
    return running[0] if running else None


def _nothing_found(word: str | None) -> str:
    if word is None:
        return "There are no rollouts yet. Start one with 'rollout start'."
    if word.isdecimal():
        return f"There is no rollout {word}. See 'rollout status'."
    if Connector.objects.filter(slug=word).exists():
        return f"{word} has no rollouts yet. Start one with 'rollout start {word}'."
    return (
        f"There is no connector or rollout {word!r}. Use a connector's slug or a rollout's number."
    )
