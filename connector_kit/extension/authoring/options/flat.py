"""What the functions of framework 2.0 get (protocol/extension.md#6)."""

from typing import Any

from connector_kit.extension.authoring.options.given import (
    Given,
    Option,
    Options,
    anything,
    flag,
    mapping,
    text,
    whole,
)


class FormInitOptions(Options):
    """What formInit gets: whose settings form is about to be shown."""

    resource = mapping("resource")
    parent_resource = mapping("parentResource")
    grandparent_resource = mapping("grandparentResource")
    license = mapping("license")
    parent_license = mapping("parentLicense")
    sandbox = flag("sandbox")


class PreSaveOptions(Options):
    """What preSave gets: the document before and after saving."""

    new_resource = mapping("newResource")
    old_resource = mapping("oldResource")


class StepOptions(Options):
    """What the functions of an install step get.

    *form_submission* comes with form steps, *connection_id* with connection steps.
    """

    form_submission = mapping("formSubmission")
    connection_id = text("_connectionId")
    resource = mapping("resource")
    parent_resource = mapping("parentResource")
    license = mapping("license")
    parent_license = mapping("parentLicense")


class InitChildOptions(Options):
    """What initChild gets: the integration that will get another child."""

    parent_integration = mapping("parentIntegration")
    parent_license = mapping("parentLicense")


class UpdateOptions(Options):
    """What update gets: the integration to update to the new version."""

    resource = mapping("resource")
    license = mapping("license")


class Edition(Given):
    """An edition of a connector."""

    id = text("_id")
    display_name = text("displayName")
    order = whole("order")


def _edition(name: str) -> Option[Edition]:
    return Option(name, _read_edition, lambda: Edition({}), "an edition or its id")


def _read_edition(sent: Any) -> Edition | None:
    if isinstance(sent, str):
        return Edition({"_id": sent})
    return Edition(sent) if isinstance(sent, dict) else None


class ChangeEditionOptions(Options):
    """What changeEdition gets; an edition may come as its bare id (protocol/README.md U19)."""

    from_edition = _edition("fromEdition")
    to_edition = _edition("toEdition")
    integration = mapping("integration")
    license = mapping("license")


class RecordOptions(Options):
    """What filter, transform and branching get: one record, an object or a list."""

    record = anything("record")
    settings = mapping("settings")


class HandleRequestOptions(Options):
    """What handleRequest gets: the parts of an HTTP request."""

    method = text("method")
    headers = mapping("headers")
    query_string = anything("queryString")
    body = anything("body")
    raw_body = anything("rawBody")
