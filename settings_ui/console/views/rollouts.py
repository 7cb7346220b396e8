"""Rollouts: begin one, watch it, steer it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connector_kit.models import Push, Rollout
from connector_kit.publisher.action_log import actions_on
from connector_kit.publisher.dry_runs import ask
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.tasks import carry_out_soon
from connector_kit.rollouts import RolloutError, abort, pause, resume, retry_failed, status_of
from connector_kit.rollouts.listing import list_pushes, list_rollouts, origins
from connector_kit.rollouts.preview import Preview
from connector_kit.rollouts.tasks import tick_soon
from connector_kit.rollouts.watching import is_at_rest
from settings_ui.access import StaffRequest, actor, may, opens
from settings_ui.console.forms import ConnectorForm, RolloutForm
from settings_ui.console.pages import key_in, page

_State = Rollout.State

CONTROLS: dict[str, tuple[Callable[..., Rollout], str]] = {
    "pause": (pause, "Paused. What is in flight comes to its end; nothing more is pushed."),
    "resume": (resume, "Resumed. Failures so far no longer count against the limit."),
    "abort": (abort, "Aborted. What was not updated stays as it is."),
    "retry": (retry_failed, "What failed is pushed again."),
}
"""What a rollout's buttons do, and what is said afterwards."""

OFFERED = {
    _State.RUNNING: ("pause", "abort"),
    _State.PAUSED: ("resume", "abort"),
    _State.HALTED: ("resume", "abort"),
}
"""The buttons in each state; retry comes along when something failed."""


@require_safe
@opens(Scope.ROLLOUTS_READ)
def rollouts(request: StaffRequest) -> HttpResponse:
    """List all rollouts, the newest first."""
    connector = request.GET.get("connector", "")
    return page(
        request,
        "rollouts.html",
        place="rollouts",
        connector=connector,
        rollouts=list_rollouts(connector, before=key_in(request.GET)),
        may_start=may(request, Scope.ROLLOUTS_WRITE),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@opens(Scope.ROLLOUTS_WRITE)
def new(request: StaffRequest) -> HttpResponse:
    """Choose a connector, say how to roll it out, look at the waves, try it, start it."""
    chosen = ConnectorForm(request.POST or request.GET)
    if not chosen.is_valid():
        asking = ConnectorForm(request.GET or None)
        return page(request, "rollout_connector.html", place="rollouts", form=asking)
    connector = chosen.cleaned_data["connector"]
    form = RolloutForm(connector, request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        return _act(request, form)
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


def _act(request: StaffRequest, form: RolloutForm) -> HttpResponse:
    """Do what the pressed button says; what cannot be done is said above the form."""
    do = {"start": _start, "dry-run": _dry_run}.get(request.POST.get("do", ""), _preview)
    try:
        return do(request, form)
    except (RolloutError, PublisherError) as error:
        form.add_error(None, str(error))
        return _show_form(request, form)


def _preview(request: StaffRequest, form: RolloutForm) -> HttpResponse:
    return _show_form(request, form, form.preview())


def _start(request: StaffRequest, form: RolloutForm) -> HttpResponse:
    rollout = form.start(actor(request))
    tick_soon(rollout.pk)
    messages.success(request, "Started. Workers drive it from here, whether you watch or not.")
    return redirect("console:rollout", rollout.pk)


def _dry_run(request: StaffRequest, form: RolloutForm) -> HttpResponse:
    first = [each.integration_id for each in form.preview().first]
    if not first:
        raise RolloutError("There is nothing to update, so there is nothing to try.")
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
    """Watch a rollout: its waves, its speed, what failed; steer it."""
    found = _rollout(key)
    status = status_of(found)
    may_steer = may(request, Scope.ROLLOUTS_WRITE)
    return page(
        request,
        "rollout.html",
        place="rollouts",
        rollout=found,
        status=status,
        at_rest=is_at_rest(status),
        controls=_offered(found, failed=status["counts"][Push.State.FAILED]) if may_steer else (),
        origins=origins(found),
        actions=actions_on(f"rollout/{found.pk}"),
        may_steer=may_steer,
    )


def _offered(found: Rollout, *, failed: int) -> tuple[str, ...]:
    retry = ("retry",) if failed and found.state != _State.ABORTED else ()
    return (*OFFERED.get(_State(found.state), ()), *retry)


@require_safe
@opens(Scope.ROLLOUTS_READ)
def progress(request: StaffRequest, key: int) -> HttpResponse:
    """Answer the part of the page that changes while the rollout runs."""
    found = _rollout(key)
    status = status_of(found)
    response = page(request, "_progress.html", rollout=found, status=status)
    response["Live-State"] = "at-rest" if is_at_rest(status) else found.state
    return response


@require_safe
@opens(Scope.ROLLOUTS_READ)
def pushes(request: StaffRequest, key: int) -> HttpResponse:
    """List the installations of a rollout, for instance those that failed for one cause."""
    found = _rollout(key)
    state = request.GET.get("state", "")
    code = request.GET.get("code")
    return page(
        request,
        "pushes.html",
        place="rollouts",
        rollout=found,
        state=state if state in Push.State.values else "",
        states=Push.State.values,
        code=code,
        pushes=list_pushes(found, state=state, code=code, before=key_in(request.GET)),
    )


@require_POST
@opens(Scope.ROLLOUTS_WRITE)
def control(request: StaffRequest, key: int, action: str) -> HttpResponse:
    """Pause, resume, abort or retry."""
    if action not in CONTROLS:
        raise Http404("Rollouts are paused, resumed, aborted and retried.")
    found = _rollout(key)
    do, words = CONTROLS[action]
    try:
        do(found.pk, by=actor(request))
    except RolloutError as error:
        messages.error(request, str(error))
    else:
        tick_soon(found.pk)
        messages.success(request, words)
    return redirect(reverse("console:rollout", args=[found.pk]))


def _rollout(key: int) -> Rollout:
    rows = Rollout.objects.select_related("connector", "release", "created_by")
    return get_object_or_404(rows.defer("release__manifest"), pk=key)
