"""Templates: integrations that anyone may copy (protocol/http-api.md#10).

A template names its source integration by ``_integrationId``.
"""

from __future__ import annotations

from connector_kit.sandbox.apps.install import begin_copy
from connector_kit.sandbox.clones.routes import copy_integration, describe_copy
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.resources import answer_page
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, not_found
from connector_kit.sandbox.http.routing import Route


def read_published(call: Call) -> Answer:
    """GET /templates/published: those of all accounts."""
    access.owners_only(call)
    templates = call.store.on_the_market("templates")
    return answer_page(call, [template for template in templates if template.get("published")])


def preview(call: Call) -> Answer:
    """GET /templates/{id}/preview: what a copy is made of."""
    access.owners_only(call)
    return answer(describe_copy(call, _source(call)))


def install(call: Call) -> Answer:
    """POST /integrations/template/{id}: copies the template, as a clone is copied."""
    access.owners_only(call)
    source, sent = _source(call), call.instructions()
    if sent.get("newTemplateInstaller"):
        return answer({"_integrationId": begin_copy(call, source, sent, is_clone=False).id})
    return answer(copy_integration(call, source, sent))


def _source(call: Call) -> Record:
    """Return the source integration of one's own template, or of a published one."""
    template = call.store.find("templates", call.params["id"])
    is_open = template and (template.account_id == call.account_id or template.get("published"))
    if template is None or not is_open:
        raise not_found(f"templates {call.params['id']}")
    source = call.store.get(
        template.account_id, "integrations", str(template.get("_integrationId"))
    )
    if source is None:
        raise impossible(f"The template {template.id} names no integration (_integrationId).")
    return source


ROUTES = (
    Route("GET", "/templates/published", read_published, query="after exclude"),
    Route("GET", "/templates/{id}/preview", preview),
    Route("POST", "/integrations/template/{id}", install, body="clone"),
)
