"""Rollouts: begin one, watch it, steer it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from connector_kit.errors import ConnectorKitError
from connector_kit.models import Push, Rollout
from connector_kit.publisher.dry_runs import ask
from connector_kit.publisher.progress import Progress, left_out_by, progress_by, progress_of
from connector_kit.publisher.recorded_actions import actions_on
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.tasks import carry_out_soon
from connector_kit.rollouts import RolloutError, Status, status_of
from connector_kit.rollouts.preview import Preview
from connector_kit.rollouts.search import list_pushes, list_rollouts
from connector_kit.rollouts.tasks import tick_soon
from connector_kit.rollouts.watching import is_at_rest
from connector_kit.workers.heartbeat import nobody_works
from settings_ui.access import StaffRequest, actor, may, opens
from settings_ui.console.acts import ACTS, RolloutAct, Situation, offered
from settings_ui.console.bars import bar
from settings_ui.console.forms import ConnectorForm, RolloutForm
from settings_ui.console.pages import key_in, page
from settings_ui.errors import add_to_form

ROLLOUTS = 25
"""Rollouts of a page, each with the counts of all its installations."""

LONGEST_QUERY = 4000
"""Characters of an address that every server and proxy takes; a longer preview has none."""


@require_safe
@opens(Scope.ROLLOUTS_READ)
def rollouts(request: StaffRequest) -> HttpResponse:
    """List all rollouts, the newest first."""
    connector = request.GET.get("connector", "")
    listing = list_rollouts(connector, before=key_in(request.GET), limit=ROLLOUTS)
    progress_of_rows = progress_by("rollout", Push.objects.filter(rollout__in=[*listing.rows]))
    return page(
        request,
        "rollouts.html",
        place="rollouts",
        connector=connector,
        rollouts=listing,
        rows=[(row, bar(progress_of_rows.get(row.pk, Progress()))) for row in listing.rows],
        may_start=may(request, Scope.ROLLOUTS_WRITE),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@opens(Scope.ROLLOUTS_WRITE)
def new(request: StaffRequest) -> HttpResponse:
    """Choose a connector, set the rollout's options, check the waves, try it, start it."""
    connector_form = ConnectorForm(request.POST or request.GET)
    if not connector_form.is_valid():
        blank = ConnectorForm(request.GET or None)
        return page(request, "rollout_connector.html", place="rollouts", form=blank)
    connector = connector_form.cleaned_data["connector"]
    is_preview = request.GET.get("do") == "preview"
    data = request.POST or (request.GET if is_preview else None)
    form = RolloutForm(connector, data, initial=request.GET.dict())
    if not (form.is_bound and form.is_valid()):
        return _show_form(request, form)
    do = {"start": _start, "dry-run": _dry_run}.get(request.POST.get("do", ""), _preview)
    try:
        return do(request, form)
    except ConnectorKitError as error:
        add_to_form(form, error)
        return _show_form(request, form)


def _show_form(
    request: StaffRequest, form: RolloutForm, preview: Preview | None = None
) -> HttpResponse:
    return page(
        request,
        "rollout_new.html",
        place="rollouts",
        form=form,
        connector=form.connector,
        preview=preview,
    )


def _preview(request: StaffRequest, form: RolloutForm) -> HttpResponse:
    """Show the preview at its own address, so that Back returns to it."""
    if request.method == "POST":
        data = request.POST.copy()
        for name in ("csrfmiddlewaretoken", "digest"):
            data.pop(name, None)
        query = data.urlencode()
        if len(query) <= LONGEST_QUERY:
            return redirect(f"{request.path}?{query}")
    return _show_form(request, form, form.preview())


def _start(request: StaffRequest, form: RolloutForm) -> HttpResponse:
    rollout = form.start(actor(request))
    tick_soon(rollout.pk)
    messages.success(request, "Started. The rollout continues even if you close this page.")
    return redirect("console:rollout", rollout.pk)


def _dry_run(request: StaffRequest, form: RolloutForm) -> HttpResponse:
    first = [installation.integration_id for installation in form.preview().first]
    if not first:
        raise RolloutError("There are no installations to update, so there is nothing to dry-run.")
    dry_run = ask(
        form.connector,
        form.cleaned_data["release"],
        first,
        by=actor(request),
        recreate_deleted=form.cleaned_data["recreate_deleted"],
    )
    carry_out_soon(dry_run.pk)
    return redirect("console:dry-run", dry_run.pk)


@require_safe
@opens(Scope.ROLLOUTS_READ)
def rollout(request: StaffRequest, key: int) -> HttpResponse:
    """Watch a rollout (locked customers, waves, speed, failures) and control it."""
    row = _rollout(key)
    return page(request, "rollout.html", place="rollouts", **_standing(request, row))


@require_safe
@opens(Scope.ROLLOUTS_READ)
def progress(request: StaffRequest, key: int) -> HttpResponse:
    """Answer the part of the page that changes while the rollout runs."""
    standing = _standing(request, _rollout(key))
    response = page(request, "_progress.html", **standing)
    response["Live-State"] = standing["live_state"]
    return response


def _standing(request: StaffRequest, row: Rollout) -> dict[str, Any]:
    """What the page of a rollout shows of its status."""
    status = status_of(row)
    left_out = left_out_by("wave__index", row.pushes.all())
    bars = [
        bar(progress_of(wave["counts"], left_out.get(wave["index"], 0))) for wave in status["waves"]
    ]
    may_steer = may(request, Scope.ROLLOUTS_WRITE)
    is_over = is_at_rest(status)
    return {
        "rollout": row,
        "status": status,
        "bar": bar(progress_of(status["counts"], sum(left_out.values()))),
        "waves": list(zip(status["waves"], bars, strict=True)),
        "acts": offered(Situation(row, status)) if may_steer else [],
        "may_steer": may_steer,
        "nobody": "" if is_over else nobody_works(),
        "actions": actions_on(f"rollout/{row.pk}"),
        "live_state": "at-rest" if is_over else row.state,
    }


@require_safe
@opens(Scope.ROLLOUTS_READ)
def pushes(request: StaffRequest, key: int) -> HttpResponse:
    """List the installations of a rollout, for instance those that failed for one cause."""
    row = _rollout(key)
    state = request.GET.get("state", "")
    code = request.GET.get("code")
    return page(
        request,
        "pushes.html",
        place="rollouts",
        rollout=row,
        state=state if state in Push.State.values else "",
        states=Push.State.values,
        code=code,
        pushes=list_pushes(row, state=state, code=code, before=key_in(request.GET)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@opens(Scope.ROLLOUTS_WRITE)
def control(request: StaffRequest, key: int, action: str) -> HttpResponse:
    """Say what an act will do to how many, and ask why; do it when the reason is there."""
    act = ACTS.get(action)
    if act is None:
        raise Http404(f"Available actions: {', '.join(ACTS)}.")
    row = _rollout(key)
    reason = request.POST.get("reason", "").strip()
    if request.method != "POST" or (act.asks and not reason):
        return _ask(request, row, act)
    options: dict[str, Any] = {"by": actor(request), "reason": reason}
    if only := request.POST.getlist("installation"):
        if not act.takes_some:
            raise BadRequest(
                f"{act.words} applies to the whole rollout, not to single installations."
            )
        options["only"] = only
    try:
        result = act.do(row.pk, **options)
    except ConnectorKitError as error:
        messages.error(request, str(error))
        return redirect(reverse("console:rollout", args=[row.pk]))
    # Rolling back makes another rollout; both have something to do.
    next_row = result if isinstance(result, Rollout) else row
    for pk in {row.pk, next_row.pk}:
        tick_soon(pk)
    messages.success(request, act.done)
    return redirect(reverse("console:rollout", args=[next_row.pk]))


def _ask(request: StaffRequest, rollout: Rollout, act: RolloutAct) -> HttpResponse:
    status: Status = status_of(rollout)
    only = request.POST.getlist("installation") or request.GET.getlist("installation")
    response = page(
        request,
        "rollout_act.html",
        place="rollouts",
        rollout=rollout,
        act=act,
        tells=[*act.tells(rollout, status)],
        only=[row for row in status["locked_installations"] if row["installation"] in only],
        is_refused=request.method == "POST",
    )
    response.status_code = 422 if request.method == "POST" else 200
    return response


def _rollout(key: int) -> Rollout:
    rows = Rollout.objects.select_related("connector", "release", "created_by", "reverses")
    return get_object_or_404(rows.defer("release__manifest"), pk=key)
