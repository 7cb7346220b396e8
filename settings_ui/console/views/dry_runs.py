"""Dry runs: what an update would change, installation by installation."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from connector_kit.models import DryRun
from connector_kit.publisher.dry_runs import answers_of
from connector_kit.publisher.roles import Scope
from connector_kit.workers.heartbeat import nobody_works
from connector_kit.workers.queues import Queue
from settings_ui.access import StaffRequest, opens
from settings_ui.console.pages import page


@require_safe
@opens(Scope.INSTALLATIONS_READ)
def dry_run(request: StaffRequest, key: int) -> HttpResponse:
    """Show a dry run and what was answered so far."""
    row = _dry_run(key)
    answers = answers_of(row)
    return page(
        request,
        "dry_run.html",
        place="rollouts",
        dry_run=row,
        answers=answers,
        nobody=_nobody(row),
    )


@require_safe
@opens(Scope.INSTALLATIONS_READ)
def progress(request: StaffRequest, key: int) -> HttpResponse:
    """Answer the part of the page that changes while installations are asked."""
    row = _dry_run(key)
    answers = answers_of(row)
    response = page(request, "_answers.html", dry_run=row, answers=answers, nobody=_nobody(row))
    response["Live-State"] = "at-rest" if row.finished_at else "running"
    return response


def _nobody(row: DryRun) -> str | None:
    """Why no answers arrive, if the reason is that no worker runs."""
    return None if row.finished_at else nobody_works() or nobody_works(Queue.WORK)


def _dry_run(key: int) -> DryRun:
    rows = DryRun.objects.select_related("connector", "release", "created_by")
    return get_object_or_404(rows.defer("release__manifest"), pk=key)
