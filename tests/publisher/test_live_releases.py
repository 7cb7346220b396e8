"""Nobody who is not updated loses a function: by publishing, by a rollout, by an old server."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from connector_kit.adoption.loaded import loaded
from connector_kit.blueprint import compile_connector
from connector_kit.embedded import record_release
from connector_kit.extension import Dispatcher, Registry
from connector_kit.extension.bodies import RawCall
from connector_kit.lifecycle import find_module
from connector_kit.lifecycle import functions as served_functions
from connector_kit.models import (
    Connector,
    Installation,
    Order,
    Push,
    Release,
    Rollout,
    StaffAction,
    Wave,
)
from connector_kit.publisher import publish
from connector_kit.publisher.errors import PublicationRefused
from connector_kit.publisher.releases import set_default
from connector_kit.publisher.review import review
from connector_kit.publisher.served import unserved
from tests.publisher import hooked_1_0, hooked_1_1

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD = (f"tests.publisher.hooked_{name}:Hooked" for name in ("1_0", "1_1", "1_2"))


@pytest.fixture
def hooked(platform):
    """Version 1.0.0, published."""
    return Connector.objects.get(slug=publish(FIRST).slug)


def install(connector, number, **fields):
    """Records an installation, as the platform and the kit would leave it."""
    release = connector.releases.first()
    return Installation.objects.create(
        connector=connector,
        integration_id=f"{number:024x}",
        **{"release": release, "version": release.version, **fields},
    )


def refused(target=SECOND, **options):
    with pytest.raises(PublicationRefused) as raised:
        publish(target, **options)
    return raised.value.objections


def served_by_it():
    """The class that serves the connector now."""
    return Connector.objects.get().class_path


def test_a_version_that_renames_a_hook_is_refused_with_function_release_and_count(hooked, platform):
    for number in range(5):
        install(hooked, number)
    before = platform.call("GET", "/connectors")

    dropped, *_ = refused()

    assert dropped.code == "function_dropped"
    assert dropped.field == "orders.hooks.preSavePage.function"
    assert "hook 'old_hook'" in dropped.message
    assert "1.0.0 (5 installations, new installations)" in dropped.message
    assert "--break-installations" in dropped.hint
    assert served_by_it() == FIRST
    assert platform.call("GET", "/connectors") == before
    assert not Release.objects.filter(version="1.1.0").exists()


def test_the_check_says_the_same(hooked):
    install(hooked, 1)

    assert [objection.code for objection in review(SECOND)] == ["function_dropped"]


def test_a_version_that_keeps_the_old_hook_beside_the_new_one_is_published(hooked):
    install(hooked, 1)

    assert publish(THIRD).version == "1.2.0"
    assert review(THIRD) == ()


def test_a_renamed_setting_keeps_its_code_for_those_who_have_the_old_name(hooked):
    install(hooked, 1)
    codes = [item.message for item in refused()]

    assert not [code for code in codes if "channel" in code]


def test_a_setting_that_is_gone_takes_its_options_from_installations(hooked, monkeypatch):
    install(hooked, 1)
    monkeypatch.setattr(hooked_1_1.Hooked.Settings.room, "was", ())

    assert "options of the setting 'channel'" in " ".join(item.message for item in refused())


def test_who_vanished_needs_nothing(hooked):
    install(hooked, 1, vanished_at="2026-01-01T00:00:00Z")
    publish(THIRD)
    set_default(hooked, "1.2.0")

    assert publish(SECOND).version == "1.1.0"


@pytest.mark.parametrize(
    "fields",
    [
        {"release": None},
        {"version": "9.9.9"},
    ],
    ids=["by the version on record", "by what was applied"],
)
def test_a_release_is_live_by_each_record_of_it(hooked, fields):
    install(hooked, 1, **fields)

    assert "1.0.0 (1 installation, new installations)" in refused()[0].message


@pytest.mark.parametrize(
    ("rollout_is", "push_is"), [("running", "waiting"), ("halted", "waiting"), ("aborted", "sent")]
)
def test_a_release_that_a_rollout_brings_is_live(hooked, rollout_is, push_is):
    installation = install(hooked, 1, version="", release=None)
    release = hooked.releases.get()
    rollout = Rollout.objects.create(
        connector=hooked,
        release=release,
        state=rollout_is,
        window=1,
        failure_limit=1,
        max_attempts=1,
    )
    wave = Wave.objects.create(rollout=rollout, index=0, label="rest")
    Push.objects.create(rollout=rollout, wave=wave, installation=installation, state=push_is)

    assert "1.0.0 (1 installation, new installations)" in refused()[0].message


@pytest.mark.parametrize("kind", [Order.Kind.INSTALL, Order.Kind.ROLLOUT, Order.Kind.UNDO])
def test_a_release_that_an_order_brings_is_live(hooked, kind):
    installation = install(hooked, 1, version="", release=None)
    order = Order.objects.place(installation, kind, hooked.releases.get())

    assert "1.0.0 (1 installation, new installations)" in refused()[0].message

    publish(THIRD)
    set_default(hooked, "1.2.0")
    order.revoke()
    assert publish(SECOND).version == "1.1.0"


def test_what_new_customers_get_is_live_before_anybody_has_it(hooked):
    assert "1.0.0 (new installations)" in refused()[0].message


def test_whoever_accepts_that_it_breaks_is_on_record(hooked):
    install(hooked, 1)

    result = publish(SECOND, break_installations=True)

    assert [objection.code for objection in result.broken] == ["function_dropped"]
    after = StaffAction.objects.filter(action="connector.publish").latest("pk").after
    assert "old_hook" in json.dumps(after["broken"])
    assert served_by_it() == SECOND


def test_on_a_terminal_what_breaks_is_said_before_the_question(hooked, monkeypatch):
    install(hooked, 1)

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    shown = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    monkeypatch.setattr("sys.stderr", shown)

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("publish", SECOND, "--break-installations", stdout=shown)

    assert "old_hook" in shown.getvalue().partition("[y/N]")[0]
    assert served_by_it() == FIRST


def test_a_script_has_to_say_yes_to_break_installations(hooked):
    install(hooked, 1)

    with pytest.raises(CommandError, match="--yes"):
        call_command("publish", SECOND, "--break-installations", "--json")

    call_command("publish", SECOND, "--break-installations", "--yes", "--json")
    assert served_by_it() == SECOND


def test_a_server_that_holds_older_code_is_noticed(hooked, monkeypatch):
    install(hooked, 1)
    publish(THIRD)
    loaded.cache_clear()
    monkeypatch.setattr(
        "connector_kit.lifecycle.served.loaded", lambda _: hooked_1_0.Hooked
    )  # what the server's process has imported

    [outdated] = review(THIRD)
    assert outdated.code == "server_outdated"
    assert "1.0.0" in outdated.message
    assert "1.2.0" in outdated.message
    [outdated] = refused(THIRD)


def test_a_server_without_a_function_that_is_needed_is_recognized(hooked, monkeypatch):
    install(hooked, 1)
    release = hooked.releases.get()
    assert unserved(hooked, [release]) == ()

    Connector.objects.update(class_path=SECOND)

    [missing] = unserved(hooked, [release])
    assert missing.code == "function_not_served"
    assert "old_hook" in missing.message


def test_a_rollout_of_a_release_that_the_server_has_not_loaded_is_refused(hooked):
    newer = Release.objects.record(hooked, compile_connector(hooked_1_1.Hooked))

    codes = [objection.code for objection in unserved(hooked, [newer])]

    assert codes == ["server_outdated", "function_not_served", "function_not_served"]


def test_a_server_that_cannot_be_reached_stops_only_those_who_have_installations(hooked, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "host_uri": "http://127.0.0.1:9"}
    assert publish(THIRD).version == "1.2.0"

    install(hooked, 1)

    assert [item.code for item in refused(THIRD)] == ["host_uri_unreachable"]
    assert [objection.code for objection in unserved(hooked, [])] == ["host_uri_unreachable"]


def test_a_server_that_does_not_know_the_question_is_recognized(hooked, monkeypatch):
    install(hooked, 1)
    monkeypatch.setattr(served_functions, "_OWN", None)

    assert [item.code for item in refused(THIRD)] == ["server_cannot_say"]


def test_which_code_a_server_loads_is_the_publishers_word_alone():
    call = {
        "_connectorId": "connectorKit",
        "type": "utility",
        "function": "served",
        "options": {"class": "antigravity:Fly", "calls": []},
    }
    dispatch = Dispatcher(Registry(connectors=find_module))
    answer = dispatch(RawCall(json.dumps(call).encode(), "", None, 0.0))

    assert answer.status == 422
    assert b"secret_key_differs" in answer.body


def test_a_release_for_embedding_takes_no_function_from_deployments_either(hooked):
    install(hooked, 1)

    with pytest.raises(PublicationRefused, match="old_hook"):
        record_release(SECOND)
    assert served_by_it() == FIRST
    with pytest.raises(CommandError, match="old_hook"):
        call_command("embedded", "release", SECOND)

    call_command("embedded", "release", SECOND, "--break-installations", "--yes")
    assert served_by_it() == SECOND
    after = StaffAction.objects.get(action="release.record").after
    assert "old_hook" in json.dumps(after["broken"])


def test_an_older_version_that_is_recorded_again_takes_over_nothing(hooked):
    publish(THIRD)
    install(hooked, 1, release=hooked.releases.get(version="1.2.0"), version="1.2.0")

    assert record_release(FIRST).version == "1.0.0"
    assert publish(FIRST).version == "1.0.0"
    assert served_by_it() == THIRD


def test_all_that_is_wrong_is_said_at_once(hooked, settings, monkeypatch):
    install(hooked, 1)
    monkeypatch.setattr(hooked_1_1.Hooked, "version", "1.0.0")
    monkeypatch.setattr(hooked_1_1.Hooked, "iclients", {"http": ["64a1f0c2b3d4e5f607182901"]})

    codes = {item.code for item in refused()}

    assert codes >= {"version_taken", "function_dropped", "iclient_missing"}
