"""The addresses of the API, below ``/api/``."""

from __future__ import annotations

from django.urls import path, re_path

from connector_kit.api import (
    connectors,
    description,
    dry_runs,
    embedded,
    installations,
    licenses,
    reports,
    rollouts,
    settings,
)
from connector_kit.api.provisioning import views as provisioning

_ID = r"(?P<integration_id>[0-9a-f]{24})"
_VERSION = r"(?P<version>[0-9A-Za-z.+-]{1,64})"
_NEWER = r"(?P<newer>[0-9A-Za-z.+-]{1,64})"
_CONNECTOR = r"^v1/connectors/(?P<slug>[-a-zA-Z0-9_]{1,50})"
_INSTALLATION = rf"^v1/installations/{_ID}"
_ROLLOUT = r"^v1/rollouts/(?P<pk>[0-9]{1,18})"
_LICENSE = r"^v1/licenses/(?P<pk>[0-9]{1,18})"
_DEPLOYMENT = r"^v1/embedded/deployments/(?P<pk>[0-9]{1,18})"

_CONNECTORS = [
    path("v1/connectors/", connectors.Connectors.as_view()),
    re_path(rf"{_CONNECTOR}/$", connectors.OneConnector.as_view()),
    re_path(rf"{_CONNECTOR}/releases/$", connectors.Releases.as_view()),
    re_path(rf"{_CONNECTOR}/releases/{_VERSION}/$", connectors.OneRelease.as_view()),
    re_path(
        rf"{_CONNECTOR}/releases/{_VERSION}/difference/{_NEWER}/$", connectors.Difference.as_view()
    ),
    re_path(rf"{_CONNECTOR}/releases/{_VERSION}/default/$", connectors.DefaultRelease.as_view()),
    re_path(rf"{_CONNECTOR}/versions/$", connectors.Versions.as_view()),
    re_path(rf"{_CONNECTOR}/publish-plan/$", connectors.PublishPlan.as_view()),
    re_path(rf"{_CONNECTOR}/publish-check/$", connectors.Review.as_view()),
    re_path(rf"{_CONNECTOR}/publish/$", connectors.Publish.as_view()),
]

_INSTALLATIONS = [
    path("v1/installations/", installations.Installations.as_view()),
    path("v1/installations/counts/", installations.Counts.as_view()),
    re_path(rf"{_INSTALLATION}/$", installations.OneInstallation.as_view()),
    re_path(rf"{_INSTALLATION}/components/$", installations.Components.as_view()),
    re_path(rf"{_INSTALLATION}/operations/$", installations.Operations.as_view()),
    re_path(
        rf"{_INSTALLATION}/operations/(?P<pk>[0-9]{{1,18}})/$", installations.OneOperation.as_view()
    ),
    re_path(rf"{_INSTALLATION}/changes/$", installations.Changes.as_view()),
    re_path(rf"{_INSTALLATION}/drift/$", installations.Drift.as_view()),
    re_path(rf"{_INSTALLATION}/settings/$", settings.OneSettings.as_view()),
    re_path(rf"{_INSTALLATION}/settings/link/$", settings.Links.as_view()),
    re_path(rf"{_INSTALLATION}/settings/links/$", settings.OpenLinks.as_view()),
    re_path(rf"{_INSTALLATION}/settings/links/revoke/$", settings.RevokeLinks.as_view()),
    re_path(
        rf"{_INSTALLATION}/settings/links/(?P<pk>[0-9]{{1,18}})/revoke/$",
        settings.RevokeLink.as_view(),
    ),
    re_path(rf"{_INSTALLATION}/settings/changes/$", settings.SettingsChanges.as_view()),
    re_path(
        rf"{_INSTALLATION}/settings/changes/(?P<pk>[0-9]{{1,18}})/$",
        settings.OneSettingsChange.as_view(),
    ),
    path("v1/dry-runs/", dry_runs.DryRuns.as_view()),
    re_path(r"^v1/dry-runs/(?P<pk>[0-9]{1,18})/$", dry_runs.OneDryRun.as_view()),
]

_ROLLOUTS = [
    path("v1/rollouts/", rollouts.Rollouts.as_view()),
    path("v1/rollouts/preview/", rollouts.Previews.as_view()),
    re_path(rf"{_ROLLOUT}/$", rollouts.OneRollout.as_view()),
    re_path(rf"{_ROLLOUT}/pushes/$", rollouts.Pushes.as_view()),
    re_path(rf"{_ROLLOUT}/pause/$", rollouts.Pause.as_view()),
    re_path(rf"{_ROLLOUT}/resume/$", rollouts.Resume.as_view()),
    re_path(rf"{_ROLLOUT}/abort/$", rollouts.Abort.as_view()),
    re_path(rf"{_ROLLOUT}/retry/$", rollouts.Retry.as_view()),
    re_path(rf"{_ROLLOUT}/rollback/$", rollouts.RollBack.as_view()),
    re_path(rf"{_ROLLOUT}/unlock/$", rollouts.Unlock.as_view()),
]

_LICENSES = [
    path("v1/licenses/", licenses.Licenses.as_view()),
    path("v1/licenses/trial/", licenses.Trials.as_view()),
    path("v1/licenses/counts/", licenses.Counts.as_view()),
    path("v1/licenses/calendar/", licenses.Calendar.as_view()),
    re_path(rf"{_LICENSE}/$", licenses.OneLicense.as_view()),
    *(re_path(rf"{_LICENSE}/{name}/$", view.as_view()) for name, view in licenses.ACTS.items()),
]

_EMBEDDED = [
    path("v1/embedded/accounts/", embedded.Accounts.as_view()),
    path("v1/embedded/deployments/", embedded.Deployments.as_view()),
    re_path(rf"{_DEPLOYMENT}/$", embedded.OneDeployment.as_view()),
    re_path(rf"{_DEPLOYMENT}/update/$", embedded.Update.as_view()),
    re_path(rf"{_DEPLOYMENT}/remove/$", embedded.Remove.as_view()),
    re_path(rf"{_DEPLOYMENT}/run-export/$", embedded.RunExport.as_view()),
    re_path(rf"{_DEPLOYMENT}/run-import/$", embedded.RunImport.as_view()),
]

_PROVISIONING = [
    path("provisioning/webhooks/", provisioning.Webhooks.as_view(), name="provisioning-webhooks"),
    path("provisioning/subscriptions/", provisioning.Subscriptions.as_view()),
    path("provisioning/subscriptions/<str:key>/", provisioning.OneSubscription.as_view()),
]

_REPORTS = [
    path("v1/usage/", reports.UsageOfAccount.as_view()),
    path("v1/usage/enabled/", reports.EnabledFlows.as_view()),
    path("v1/actions/", reports.Actions.as_view()),
]

_DESCRIPTION = [
    path("schema/", description.Description.as_view(), name="api-schema"),
    path("docs/", description.Page.as_view(), name="api-docs"),
]

urlpatterns = [
    *_CONNECTORS,
    *_INSTALLATIONS,
    *_ROLLOUTS,
    *_LICENSES,
    *_EMBEDDED,
    *_PROVISIONING,
    *_REPORTS,
    *_DESCRIPTION,
]
