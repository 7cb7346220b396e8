"""The publisher's side: publishing versions, knowing the install base, planning updates."""

from connector_kit.publisher.catalog import find_connector, find_release
from connector_kit.publisher.dry_run_ticks import plan_live
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.install_base import (
    SyncResult,
    still_missing,
    sync_install_base,
)
from connector_kit.publisher.install_base_search import (
    InstallBaseFilter,
    InstallBasePage,
    list_install_base,
)
from connector_kit.publisher.planning import InstallationPlan, choose_installations, plan_offline
from connector_kit.publisher.publishing import PublishResult, publish

__all__ = [
    "InstallBaseFilter",
    "InstallBasePage",
    "InstallationPlan",
    "PublishResult",
    "PublisherError",
    "SyncResult",
    "choose_installations",
    "find_connector",
    "find_release",
    "list_install_base",
    "plan_live",
    "plan_offline",
    "publish",
    "still_missing",
    "sync_install_base",
]
