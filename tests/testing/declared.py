"""A connector whose functions answer with what they were given, for tests of what that is."""

from connector_kit import (
    Connection,
    Connector,
    Export,
    Flow,
    Import,
    Lookup,
    Script,
    Source,
    Step,
    flat,
    hook,
    installer,
    setting,
    utility,
    wrapper,
)

CHECKED = [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Ben"}]
SAMPLE = {"orders": [{"id": 7}]}

seen: list[dict] = []
"""The options of every call, the newest last."""


@hook.pre_save_page
def keep_all(options):
    seen.append(options)
    return {"data": options["data"], "errors": options["errors"]}


@hook.pre_map
def pass_on(options):
    seen.append(options)
    return [{"data": item} for item in options["data"]]


@hook.post_map
def pass_mapped(options):
    seen.append(options)
    return [{"data": item} for item in options["postMapData"]]


@hook.post_submit
def pass_answers(options):
    seen.append(options)
    return options["responseData"]


@hook.post_response_map
def pass_response(options):
    seen.append(options)
    return options["postResponseMapData"]


@hook.post_response_map
def other_response(options):
    return options["postResponseMapData"]


@hook.post_aggregate
def look_at_file(options):
    seen.append(options)


@wrapper.ping
def ping_erp(options):
    seen.append(options)
    return {"statusCode": 200}


@wrapper.export
def fetch(options):
    seen.append(options)
    page = options.get("state") or 1
    return {"data": [{"page": page}], "state": page + 1, "lastPage": page == 3}


@wrapper.export
def fetch_for_ever(options):
    return {"data": [{}], "state": options.get("state", 0) + 1}


@wrapper.export
def fetch_the_same(options):
    return {"data": [{}], "state": {"page": 1}}


@wrapper.import_
def save(options):
    seen.append(options)
    return [{"statusCode": 200, "id": str(n)} for n, _ in enumerate(options["postMapData"])]


@installer(name="install")
def install(options):
    return options


@setting(name="persistSettings")
def persist(options):
    return {"success": True, "pending": options["pending"]}


@utility
def echo(options):
    return options


@flat.form_init
def form(options):
    seen.append(options)
    return options["resource"]["settingsForm"]["form"]


@flat.pre_save(name="preSave")
def pre_save(options):
    return {**options["newResource"], "was": options["oldResource"]}


@flat.filter
def is_first(options):
    return options["record"]["id"] == 1


class Everything(Connector):
    name = "Everything"
    version = "1.0.0"

    shop = Connection(
        "Shop", type="http", http={"baseURI": "https://shop.example.com", "mediaType": "json"}
    )
    erp = Connection(
        "ERP",
        type="wrapper",
        wrapper={"pingFunction": "ping_erp", "unencrypted": {"host": "erp.example.com"}},
    )
    helpers = Script("Helpers", content="function addTotals(options) {}")

    orders = Export(
        "Orders",
        connection=shop,
        type="delta",
        http={"relativeURI": "/orders", "method": "GET"},
        hooks={"preSavePage": keep_all.configured(status="paid")},
        mock_output={"page_of_records": [{"record": document} for document in CHECKED]},
    )
    returns = Export(
        "Returns",
        connection=shop,
        http={
            "relativeURI": "/returns",
            "method": "GET",
            "response": {"resourcePath": "orders"},
        },
        hooks={"preSavePage": keep_all},
        sample_data=SAMPLE,
    )
    pulled = Export(
        "Pulled",
        connection=erp,
        type="delta",
        delta={"dateField": "changedAt"},
        wrapper={"function": "fetch", "configuration": {"table": "orders"}},
    )
    find = Lookup("Find", connection=shop, http={"relativeURI": "/find", "method": "GET"})
    save_order = Import(
        "Save order",
        connection=shop,
        http={"relativeURI": ["/save"], "method": ["POST"]},
        hooks={"preMap": pass_on, "postMap": pass_mapped, "postSubmit": pass_answers},
        mock_response=[{"statusCode": 422, "errors": [{"code": "full", "message": "Full."}]}],
    )
    put_order = Import(
        "Put order",
        connection=erp,
        wrapper={"function": "save"},
        hooks={"postAggregate": look_at_file},
    )
    scripted = Import(
        "Scripted",
        connection=shop,
        http={"relativeURI": ["/x"], "method": ["POST"]},
        hooks={"preMap": helpers.function("addTotals")},
    )

    sync = Flow(
        "Sync",
        source=[Source(orders), Source(returns)],
        steps=[Step(find, post_response_map=pass_response), save_order, put_order],
    )
    resync = Flow("Sync again", source=orders, steps=[Step(find, post_response_map=other_response)])

    fetch = fetch
    fetch_for_ever = fetch_for_ever
    fetch_the_same = fetch_the_same
    save = save
    ping_erp = ping_erp
    install = install
    persist = persist
    echo = echo
    form = form
    pre_save = pre_save
    is_first = is_first
