"""Records are compared with the platform; what is selected and not there is named."""

import pytest

from connector_kit.models import Connector, Installation, Push, Release
from connector_kit.rollouts import RolloutError, RolloutOptions, Selection, pause, start_rollout
from connector_kit.rollouts.preview import preview
from connector_kit.rollouts.rows import locked
from connector_kit.rollouts.writing_verdicts import PIECE
from tests.rollouts.fixtures import started, state_of

pytestmark = pytest.mark.django_db


def test_what_is_current_by_record_and_not_at_the_platform_is_pushed(base, release):
    (told,) = base.install(1, version="1.1.0", release=release)
    base.marketplace.versions[told.integration_id] = "1.0.0"
    rollout = started(base.connector)
    assert state_of(rollout, told) == Push.State.CURRENT

    base.complete(rollout)

    assert base.marketplace.pushed == [told.integration_id]
    assert base.marketplace.versions[told.integration_id] == "1.1.0"


def test_what_is_current_by_record_and_locked_at_the_platform_is_pushed(base, release):
    (told,) = base.install(1, version="1.1.0", release=release)
    base.marketplace.locked.add(told.integration_id)
    rollout = started(base.connector)

    base.complete(rollout)

    assert base.marketplace.pushed == [told.integration_id]
    assert base.marketplace.locked == set()


def test_what_is_not_installed_by_record_and_is_at_the_platform_is_pushed(base, release):
    (told,) = base.install(1, mode="install")
    rollout = started(base.connector)
    assert state_of(rollout, told) == Push.State.SKIPPED

    base.complete(rollout)

    assert state_of(rollout, told) == Push.State.UPDATED


def test_what_the_platform_confirms_is_not_pushed(base, release):
    base.install(1, version="1.1.0", release=release)
    (installing,) = base.install(1, mode="install", version="")
    rollout = started(base.connector)

    base.complete(rollout)

    assert base.marketplace.pushed == []
    push = rollout.pushes.get(installation=installing)
    assert (push.state, push.code) == ("skipped", "not_installed")
    assert not rollout.pushes.filter(verified_at=None).exists()


@pytest.fixture
def missed(base, release):
    """An updated installation that the install base's reading does not list."""
    (installation,) = base.install(1)
    base.install(2)
    rollout = started(base.connector)
    base.settle(rollout)
    base.finish_all(rollout)
    version = base.marketplace.versions.pop(installation.integration_id)
    base.settle(rollout)
    assert state_of(rollout, installation) == Push.State.UPDATED
    return rollout, installation, version


def test_one_miss_in_the_listing_is_no_absence(base, missed):
    rollout, installation, version = missed
    base.marketplace.versions[installation.integration_id] = version

    base.clock.forward(seconds=6)
    base.settle(rollout)

    push = rollout.pushes.get(installation=installation)
    assert (push.state, push.code) == ("updated", "")
    assert push.verified_at
    rollout.refresh_from_db()
    assert rollout.state == "completed"


def test_an_installation_that_is_missed_twice_is_gone(base, missed):
    rollout, installation, _ = missed

    base.clock.forward(seconds=6)
    base.settle(rollout)

    push = rollout.pushes.get(installation=installation)
    assert (push.state, push.code) == ("skipped", "installation_vanished")
    rollout.refresh_from_db()
    assert rollout.state == "completed"


@pytest.mark.django_db(transaction=True)
def test_a_verification_lets_others_at_the_rollout_between_its_pieces(base, release, monkeypatch):
    base.install(PIECE * 3)
    rollout = started(base.connector, window=PIECE * 3)
    base.settle(rollout)
    Push.objects.update(state="updated")
    for installation in Installation.objects.all():
        base.marketplace.versions[installation.integration_id] = "1.1.0"
    holds = []

    def counted(rollout_id):
        holds.append(rollout.pushes.filter(verified_at=None).count())
        return locked(rollout_id)

    monkeypatch.setattr("connector_kit.rollouts.writing_verdicts.locked", counted)
    base.settle(rollout)

    assert holds == [PIECE * 3, PIECE * 2, PIECE]


UNKNOWN = [
    pytest.param({"integrations": ("f" * 24,)}, "f" * 24, "only.installations", id="an id"),
    pytest.param(
        {"integrations": (f"{0:024x}", "e" * 24)}, "e" * 24, "only.installations", id="one of two"
    ),
    pytest.param({"tags": ("nobody",)}, "nobody", "only.tags", id="a tag"),
    pytest.param({"versions": ("7.7.7",)}, "7.7.7", "only.versions", id="a version"),
    pytest.param({"sandbox": True}, "nothing to update", "only", id="nobody"),
    pytest.param({"updated_by": 999}, "nothing to update", "only", id="a rollout"),
]


@pytest.mark.parametrize(("only", "name", "field"), UNKNOWN)
@pytest.mark.parametrize("do", [start_rollout, preview])
def test_what_is_selected_and_not_there_is_named_and_starts_nothing(
    base, release, do, only, name, field
):
    base.install(2)

    with pytest.raises(RolloutError, match=name) as caught:
        do(base.connector, only=Selection(**only))

    assert caught.value.field == field
    assert not base.connector.rollouts.exists()


def test_the_installations_of_another_connector_are_not_there(base, release):
    other = Connector.objects.create(slug="b", name="B", class_path="x:B", connector_id="b" * 24)
    Installation.objects.create(connector=other, integration_id="b" * 24, mode="settings")

    with pytest.raises(RolloutError, match="b" * 24):
        start_rollout(base.connector, only=Selection(integrations=("b" * 24,)))


def another_release(base):
    Release.objects.create(connector=base.connector, version="1.2.0", digest="2", manifest={})


MOVES = [
    pytest.param(lambda base: base.install(1), id="one more"),
    pytest.param(
        lambda base: Installation.objects.filter(pk=base.first.pk).update(version="0.9.0"),
        id="another version",
    ),
    pytest.param(
        lambda base: Installation.objects.filter(pk=base.first.pk).update(sandbox=True),
        id="a sandbox",
    ),
    pytest.param(
        lambda base: Installation.objects.filter(pk=base.first.pk).update(mode="uninstall"),
        id="uninstalling",
    ),
    pytest.param(lambda base: base.first.delete(), id="one less"),
    pytest.param(another_release, id="another release"),
]


@pytest.mark.parametrize("move", MOVES)
def test_a_preview_is_not_started_when_anything_moved(base, release, move):
    base.first, *_ = base.install(3)
    digest = preview(base.connector).digest
    move(base)

    with pytest.raises(RolloutError, match="have changed since the preview") as caught:
        start_rollout(base.connector, digest=digest)

    assert caught.value.field == "digest"


@pytest.mark.parametrize(
    "asked",
    [{"options": RolloutOptions(waves=("rest",))}, {"only": Selection(versions=("1.0.0",))}],
)
def test_a_preview_is_not_started_as_something_else(base, release, asked):
    base.install(3)
    digest = preview(base.connector).digest

    with pytest.raises(RolloutError, match="since the preview"):
        start_rollout(base.connector, digest=digest, **asked)


def test_what_was_previewed_is_started(base, release):
    base.install(3)

    rollout = start_rollout(base.connector, digest=preview(base.connector).digest)

    assert pause(rollout.pk).state == "paused"
