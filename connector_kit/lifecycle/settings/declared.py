"""What an installation can set, and the author's functions for it.

Declarations are stored with the release, functions are those of the class that the stack has
loaded, found by the setting's name.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector_kit.adoption.loaded import loaded
from connector_kit.blueprint.settings import Setting, declared_settings
from connector_kit.blueprint.settings.configuring import StoreSettings
from connector_kit.blueprint.settings.judging import Validators
from connector_kit.blueprint.settings.schema import CompiledSetting
from connector_kit.blueprint.tailoring import settings_of
from connector_kit.extension.authoring.settings import by_every_name
from connector_kit.lifecycle import authors
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.operations import coming_release
from connector_kit.lifecycle.situations import situation_of
from connector_kit.models import Connector, Installation, Release


def release_of(installation: Installation) -> Release:
    """The release whose settings *installation* has; raises `LifecycleError` ``not_published``."""
    release = installation.release or coming_release(installation)
    if release is None:
        raise LifecycleError(
            "not_published",
            f"No release of {installation.connector.slug} is recorded here. First run "
            "'connector-kit publish' against this database.",
        )
    return release


def sets_of(installation: Installation, release: Release) -> list[StoreSettings]:
    """The settings that *installation* has, with their values: a set for every store."""
    blueprint = release.blueprint()
    return settings_of(blueprint, situation_of(installation, blueprint))


def authors_settings(connector: Connector) -> Mapping[str, Setting]:
    """The settings as the author's class declares them now, functions and all, by every name.

    An installation of an older version uses the name that the setting had in that version.
    """
    return by_every_name(declared_settings(loaded(connector.class_path)).settings)


def validators_of(connector: Connector, settings: Mapping[str, CompiledSetting]) -> Validators:
    """The author's validating functions for those of *settings* that have one."""
    if not any(setting.is_checked for setting in settings.values()):
        return {}
    declared = authors_settings(connector)
    return {
        name: authors.validator(connector.class_path, name)
        for name in settings
        if name in declared and declared[name].validate is not None
    }
