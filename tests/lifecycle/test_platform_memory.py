"""After an update the platform's own store says what the account now holds."""

from connector_kit.models import Component


def test_an_update_leaves_what_it_applied_in_the_platform_s_store(customer, upgraded):
    assert customer.push().outcome == "done"

    blueprint = upgraded.blueprint()
    state = customer.do("GET", f"{customer.home}/state/connectorKit")
    assert state["version"] == "1.1.0"
    assert state["components"] == {
        item.external_id: item.digest for item in (*blueprint.components, blueprint.integration)
    }


def test_what_is_edited_after_an_update_survives_the_loss_of_the_records(customer, upgraded):
    """The update had changed the same field: whose the edit is can only be told by the store."""
    assert customer.push().outcome == "done"
    customer.change("chat", name="Our chat")
    Component.objects.all().delete()

    assert customer.push().summary["conflict"] == 0

    assert customer.component("chat")["name"] == "Our chat"
    digests = {component.external_id: component.applied_id for component in Component.objects.all()}
    blueprint = upgraded.blueprint()
    assert digests == {
        item.external_id: item.digest for item in (*blueprint.components, blueprint.integration)
    }
