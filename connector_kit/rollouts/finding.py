"""Which rollout is meant: from a word on the command line to a row."""

from __future__ import annotations

from connector_kit.models import Connector, Rollout
from connector_kit.rollouts.errors import RolloutError


def find_rollout(word: str | None = None) -> Rollout:
    """The rollout with the number *word*, or the latest one of the connector *word* (a slug).

    Without a word: the only open rollout, or else the latest one of all. Raises `RolloutError` when
    there is none, or when several are open.
    """
    rollouts = Rollout.objects.select_related("connector", "release").order_by("-pk")
    if word is None:
        running = list(rollouts.filter(state__in=Rollout.OPEN)[:20])
        if len(running) > 1:
            known = ", ".join(f"{rollout.pk} ({rollout.connector.slug})" for rollout in running)
            raise RolloutError(f"Which rollout? Several are open: {known}. Name one by its number.")
        rollout = running[0] if running else rollouts.first()
        problem = "There are no rollouts yet. Start one with 'rollout start'."
    elif word.isdecimal():
        rollout = rollouts.filter(pk=int(word)).first()
        problem = f"There is no rollout {word}. See 'rollout status'."
    else:
        rollout = rollouts.filter(connector__slug=word).first()
        problem = f"{word} has no rollouts yet. Start one with 'rollout start {word}'."
        if rollout is None and not Connector.objects.filter(slug=word).exists():
            problem = (
                f"There is no connector or rollout {word!r}. Use a connector's slug or a rollout's "
                "number."
            )
    if rollout is None:
        raise RolloutError(problem)
    return rollout
