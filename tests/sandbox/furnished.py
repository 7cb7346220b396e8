"""An account with one of everything, so that requests meet something."""

from tests.sandbox.plain import CONNECTOR, FAR

HTTP = {"baseURI": "http://127.0.0.1:1", "mediaType": "json"}


def furnish(customer, publisher, control, email, account_id):
    """Fill an account; returns ids by the resource (or parameter) they stand for."""
    ids = {}

    def make(client, resource, **document):
        ids[resource] = client.create(resource, **document)["_id"]
        return ids[resource]

    integration = make(customer, "integrations", flowGroupings=[{"name": "Orders"}])
    ids["groupId"] = customer.get(f"/integrations/{integration}").json()["flowGroupings"][0]["_id"]
    member = {"_integrationId": integration}
    connection = make(customer, "connections", type="http", http=HTTP, **member)
    ids["connectionId"] = connection
    customer.put(f"/integrations/{integration}/connections/register", [connection])
    export = make(
        customer, "exports", _connectionId=connection, http={"relativeURI": "/"}, **member
    )
    import_ = make(
        customer,
        "imports",
        _connectionId=connection,
        http={"relativeURI": ["/"], "method": ["POST"]},
        **member,
    )
    step = {"type": "import", "_importId": import_}
    generator = {"_exportId": export}
    flow = make(customer, "flows", pageGenerators=[generator], pageProcessors=[step], **member)
    ids["step"] = ids["resourceId"] = import_
    ids["flowId"] = flow
    for resource in ("scripts", "asynchelpers", "agents", "templates"):
        make(customer, resource, content="1", _integrationId=integration)
    make(customer, "filedefinitions", version="1", format="delimited", rules=[])
    answer = {"_scriptId": ids["scripts"], "function": "answer"}
    make(customer, "apis", type="script", script=answer, _integrationId=integration)
    make(customer, "iclients", provider="shopify")
    make(customer, "stacks", type="server", server={"hostURI": HTTP["baseURI"]})
    make(customer, "connectors", **CONNECTOR, _stackId=ids["stacks"])
    license_ = {"email": email, "expires": FAR}
    ids["licenseId"] = customer.post(f"/connectors/{ids['connectors']}/licenses", license_).json()[
        "_id"
    ]
    make(customer, "accesstokens", fullAccess=True)
    customer.put("/state/key", 1)
    ids["key"] = "key"
    path = f"/accounts/{account_id}"
    fields = {"_flowId": flow, "_integrationId": integration}
    parent = control.post(f"{path}/jobs", {"type": "flow", **fields}).json()
    job = control.post(
        f"{path}/jobs",
        {"type": "import", "_importId": import_, "_flowJobId": parent["_id"], **fields},
    ).json()
    ids["jobs"] = job["_id"]
    (error,) = control.post(
        f"{path}/errors",
        {
            "_flowId": flow,
            "_expOrImpId": import_,
            "_jobId": job["_id"],
            "errors": [{"code": "422", "message": "no", "retryData": {"a": 1}}],
        },
    ).json()
    ids["errorId"] = error["errorId"]
    ids["retryDataKey"] = ids["retryId"] = ids["retries"] = error["retryDataKey"]
    share = customer.post("/invite", {"email": publisher, "accessLevel": "manage"})
    ids["ashares"] = share.json()["_id"]
    share = customer.post(f"/stacks/{ids['stacks']}/invite", {"email": publisher})
    ids["sshares"] = share.json()["_id"]
    gone = customer.create("agents")["_id"]
    customer.delete(f"/agents/{gone}")
    ids["recycleBinTTL"] = gone
    ids["type"] = "agents"
    ids["fn"] = "step"
    return ids
