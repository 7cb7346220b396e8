"""Many records through a flow: none is lost, none comes twice."""

import pytest

from tests.sandbox.flows.plant import counts

PAGE, RECORDS = 100, 10_000


@pytest.mark.scale
def test_ten_thousand_records_go_through_two_hooks_and_a_mapping(plant):
    def page(request):
        first = (int(request["path"].split("page=")[1]) - 1) * PAGE
        return 200, [{"id": number} for number in range(first, min(first + PAGE, RECORDS))], {}

    plant.application.answers["GET /orders"] = page
    same = {"errors": [], "abort": False}
    save = plant.hook("save", lambda told: {"data": told["data"], **same})
    before = plant.hook("before", lambda told: [{"data": item} for item in told["data"]])
    http = {
        "relativeURI": "/orders?page={{export.http.paging.page}}",
        "paging": {"method": "page", "page": 1},
    }
    connection = {"_connectionId": plant.http(concurrencyLevel=25)}
    export = plant.export(http=http, pageSize=PAGE, hooks={"preSavePage": save}, **connection)
    mapping = {"fields": [{"extract": "id", "generate": "number"}]}
    import_ = plant.import_(mapping=mapping, hooks={"preMap": before}, **connection)
    job = plant.start(plant.flow(export, [import_]))

    while plant.control.post("/drain", {"timeout_seconds": 5}).json()["jobs_in_flight"]:
        pass

    assert (plant.job(job)["status"], counts(plant.job(job))) == ("completed", (RECORDS, 0, 0))
    assert sorted(document["number"] for document in plant.sent()) == [*range(RECORDS)]
    assert len(plant.stack.calls) == 2 * RECORDS / PAGE
