"""Where the console's pages are reached."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from settings_ui.console.views import (
    audit,
    connectors,
    dry_runs,
    installations,
    licenses,
    links,
    overview,
    rollouts,
    session,
)

app_name = "console"

_INSTALLATION = "installations/<slug:integration_id>"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("log-in/", session.LogIn.as_view(), name="log-in"),
    path("log-out/", LogoutView.as_view(), name="log-out"),
    path("connectors/", connectors.connectors, name="connectors"),
    path("connectors/<slug:slug>/", connectors.connector, name="connector"),
    path("connectors/<slug:slug>/<str:version>/", connectors.release, name="release"),
    path(
        "connectors/<slug:slug>/<str:version>/default/",
        connectors.make_default,
        name="release-default",
    ),
    path("installations/", installations.installations, name="installations"),
    path(f"{_INSTALLATION}/", installations.installation, name="installation"),
    path(f"{_INSTALLATION}/changes/", installations.changes, name="changes"),
    path(f"{_INSTALLATION}/operations/", installations.operations, name="operations"),
    path(f"{_INSTALLATION}/operations/<int:key>/", installations.operation, name="operation"),
    path(f"{_INSTALLATION}/check/", installations.check, name="check"),
    path(f"{_INSTALLATION}/links/", links.links, name="links"),
    path(f"{_INSTALLATION}/links/revoke/", links.revoke, name="links-revoke"),
    path("licenses/", licenses.licenses, name="licenses"),
    path("licenses/new/", licenses.new, name="license-new"),
    path("licenses/calendar/", licenses.calendar, name="license-calendar"),
    path("licenses/<int:key>/", licenses.license_page, name="license"),
    path("licenses/<int:key>/<slug:action>/", licenses.act, name="license-act"),
    path("rollouts/", rollouts.rollouts, name="rollouts"),
    path("rollouts/new/", rollouts.new, name="rollout-new"),
    path("rollouts/<int:key>/", rollouts.rollout, name="rollout"),
    path("rollouts/<int:key>/progress/", rollouts.progress, name="rollout-progress"),
    path("rollouts/<int:key>/installations/", rollouts.pushes, name="pushes"),
    path("rollouts/<int:key>/<slug:action>/", rollouts.control, name="control"),
    path("dry-runs/<int:key>/", dry_runs.dry_run, name="dry-run"),
    path("dry-runs/<int:key>/progress/", dry_runs.progress, name="dry-run-progress"),
    path("audit/", audit.audit, name="audit"),
]
