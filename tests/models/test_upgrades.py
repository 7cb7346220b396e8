"""The kit is upgraded while processes of the release before still run on the new schema."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

from tests.rollouts.databases import KINDS, serving

BEFORE = ("connector_kit", "0010_activity")
"""The newest migration of the release that may still be running; moves with each release."""
LOADER = MigrationLoader(None)
OLD = LOADER.project_state(BEFORE).apps.get_app_config("connector_kit").get_models()
OLD_MODELS = {model.__name__: model for model in OLD}
NUMBERS = itertools.count(1)
SAMPLES: dict[type[models.Field[Any, Any]], Any] = {
    models.DateTimeField: datetime(2026, 1, 1, tzinfo=UTC),
    models.DateField: date(2026, 1, 1),
    models.BooleanField: False,
    models.JSONField: {},
}


@pytest.fixture(scope="module", params=KINDS)
def _database(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: Any,
) -> Iterator[None]:
    """A database with the newest schema."""
    folder = tmp_path_factory.mktemp(request.param)
    with django_db_blocker.unblock(), KINDS[request.param](folder) as database, serving(database):
        yield


def row(model: type[models.Model]) -> models.Model:
    """Store a row with nothing but what old code has to say."""
    return model._default_manager.create(
        **{field.name: sample(field) for field in model._meta.fields if has_to_be_said(field)}
    )


def has_to_be_said(field: models.Field[Any, Any]) -> bool:
    return (
        not (field.null or field.primary_key or field.generated or field.has_default())
        and field.db_default is NOT_PROVIDED
    )


def sample(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        return row(field.related_model)
    for kind, value in SAMPLES.items():
        if isinstance(field, kind):
            return value
    number = next(NUMBERS)
    return number if isinstance(field, models.IntegerField) else str(number)


@pytest.mark.chaos
@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize("name", OLD_MODELS)
def test_old_code_reads_and_writes_in_the_new_schema(name: str) -> None:
    stored = row(OLD_MODELS[name])

    stored.refresh_from_db()
    stored.save()


def added_columns() -> Iterator[tuple[str, str, str]]:
    """Yield (migration, model, column) of what is added to tables that older code knows."""
    for (app, name), migration in sorted(LOADER.disk_migrations.items()):
        if app != BEFORE[0]:
            continue
        new = {
            operation.name_lower
            for operation in migration.operations
            if isinstance(operation, migrations.CreateModel)
        }
        for operation in migration.operations:
            if isinstance(operation, migrations.AddField) and operation.model_name_lower not in new:
                yield name, operation.model_name_lower, operation.name


def can_be_left_out(model: str, column: str) -> bool:
    field = LOADER.project_state().models[BEFORE[0], model].fields[column]
    return field.null or field.generated or field.db_default is not NOT_PROVIDED


ADDED = [pytest.param(*added, id=".".join(added)) for added in added_columns()]


@pytest.mark.parametrize(("migration", "model", "column"), ADDED)
def test_older_code_can_leave_an_added_column_out(migration: str, model: str, column: str) -> None:
    assert can_be_left_out(model, column), f"{migration}: give it null=True or a db_default"


DROPPING = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
)


def test_nothing_is_dropped_that_the_release_before_uses() -> None:
    since = [
        (name, operation)
        for (app, name), migration in LOADER.disk_migrations.items()
        if app == BEFORE[0] and name > BEFORE[1]
        for operation in migration.operations
    ]

    assert [entry for entry in since if isinstance(entry[1], DROPPING)] == []
