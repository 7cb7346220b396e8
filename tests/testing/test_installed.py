"""The fixture `installation`: a connector, installed, used, updated, and removed for real."""

import pytest

from connector_kit.testing.customers import CustomerError
from connector_kit.testing.installed import NotReached

FIRST, SECOND = "examples.notices.v1_0:OrderNotices", "examples.notices.v1_1:OrderNotices"
pytestmark = pytest.mark.sandbox(applications=False)
"""The examples' shop and chat are others than the sandbox's."""

NOTICES = pytest.mark.connector(SECOND, former=[FIRST])


@NOTICES
@pytest.mark.every_edition
def test_each_edition_has_its_components(installation, edition):
    assert ("tell_summary" in installation.components()) == (edition == "premium")


@NOTICES
@pytest.mark.every_upgrade
def test_an_update_from_a_former_version_and_back(installation):
    assert installation.version == "1.1.0"

    installation.roll_back()

    assert installation.version == "1.0.0"


@pytest.mark.connector(FIRST)
def test_settings_steer_components_and_edits_survive_an_update(installation):
    installation.save(channel="#sales")
    installation.edit("tell", schedule="? 0 8 ? * *")

    installation.update(SECOND)

    assert installation.version == "1.1.0"
    assert installation.component("notice")["http"]["body"] == ['{"channel": "#sales"}']
    assert installation.component("tell")["schedule"] == "? 0 8 ? * *"


@pytest.mark.connector("examples.storefronts.v1_0:Storefronts")
def test_framework_2_is_installed_and_removed_from_the_same_fixture(installation):
    assert installation.integration["installSteps"]

    installation.uninstall()

    assert installation.left_behind() == []


@pytest.mark.sandbox(applications=True)
@pytest.mark.connector("tests.testing.flat:ShopToChat")
@pytest.mark.every_edition
def test_each_edition_of_framework_2_is_installed_run_updated_and_rolled_back(
    installation, edition
):
    assert ("ask_again" in installation.components()) == (edition == "premium")

    assert installation.run("ask").records > 0  # copies come switched off
    installation.update("tests.testing.flat_next:ShopToChat")

    assert installation.component("ask")["schedule"] == "? 5 9 ? * *"
    installation.roll_back()

    assert installation.version == "1.0.0"


@NOTICES
def test_what_is_not_there_is_named(installation):
    with pytest.raises(
        NotReached, match=r"no component 'tel'. It has @integration, chat, notice, orders"
    ):
        installation.run("tel")
    with pytest.raises(NotReached, match="There was no update"):
        installation.roll_back()
    with pytest.raises(NotReached, match="Give the class of the new version the same name"):
        installation.update("examples.storefronts.v1_0:Storefronts")


@NOTICES
def test_an_expired_license_is_refused_when_its_time_has_come(installation):
    installation.pass_time(80 * 366 * 86_400)

    with pytest.raises(CustomerError, match="expired"):
        installation.save(channel="#sales")
