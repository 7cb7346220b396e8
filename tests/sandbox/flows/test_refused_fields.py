"""Fields that the sandbox does not read are refused where a run would need them."""

import pytest

from tests.sandbox.flows.plant import ORDERS

EXPORTS = {
    "groupByFields": {"groupByFields": ["id"]},
    "mappings": {"mappings": [{"generate": "x", "dataType": "string", "status": "Active"}]},
    "http.sendAuthForFileDownloads": {
        "http": {"relativeURI": "/orders", "sendAuthForFileDownloads": True}
    },
    "http.successMediaType": {"http": {"relativeURI": "/orders", "successMediaType": "xml"}},
    "http.response.twoDArray": {
        "http": {"relativeURI": "/orders", "response": {"twoDArray": {"hasHeader": True}}}
    },
}
HTTP = {"relativeURI": ["/items"], "method": ["POST"]}
IMPORTS = {
    "blobKeyPath": {"blobKeyPath": "file"},
    "http.ignoreEmptyNodes": {"http": {**HTTP, "ignoreEmptyNodes": True}},
    "http.type": {"http": {**HTTP, "type": "file"}},
}
FLOWS = {
    "flows.page-generator.schedule": {"schedule": "? 0 2 ? * *"},
}


def refused(plant, flow, step):
    job = plant.run(flow)
    (error,) = plant.errors(flow, step)
    assert (job["status"], error["code"], plant.sent()) == ("failed", "not_implemented", [])
    return error["message"]


@pytest.mark.parametrize(("name", "fields"), EXPORTS.items(), ids=EXPORTS)
def test_a_field_of_an_export_is_refused_by_name(plant, name, fields):
    export = plant.export(**fields)

    assert f"(here: exports.{name})" in refused(
        plant, plant.flow(export, [plant.import_()]), export
    )


@pytest.mark.parametrize(("name", "fields"), IMPORTS.items(), ids=IMPORTS)
def test_a_field_of_an_import_is_refused_by_name(plant, name, fields):
    import_ = plant.import_(**fields)

    assert f"(here: imports.{name})" in refused(
        plant, plant.flow(plant.export(), [import_]), import_
    )


@pytest.mark.parametrize(("name", "fields"), FLOWS.items(), ids=FLOWS)
def test_a_field_of_a_flow_is_refused_by_name(plant, name, fields):
    export, steps = plant.export(), [{"type": "import", "_importId": plant.import_()}]
    is_generator = "generator" in name
    generators = [{"_exportId": export, **(fields if is_generator else {})}]
    flow = plant.customer.create(
        "flows",
        pageGenerators=generators,
        pageProcessors=steps,
        **({} if is_generator else fields),
    )

    assert f"(here: {name})" in refused(plant, flow["_id"], export)


def test_what_asks_for_nothing_else_than_is_done_runs(plant):
    http = {"relativeURI": "/orders", "successMediaType": "json", "response": {"twoDArray": {}}}
    export = plant.export(http=http, groupByFields=[])
    import_ = plant.import_(http={**HTTP, "type": "records", "ignoreEmptyNodes": False})

    plant.run(plant.flow(export, [import_]))

    assert plant.sent() == ORDERS
