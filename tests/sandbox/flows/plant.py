"""Flows to run, and what came of them, all over HTTP."""

ORDERS = [{"id": 1, "total": 5}, {"id": 2, "total": 50}, {"id": 3, "total": 500}]
PATIENCE, LOOKS = 5, 6
"""Seconds that one request waits for the runs to end, and how often it is sent."""


class Plant:
    """An account with connections to `application` and to `stack`, in which flows are run."""

    def __init__(self, sandbox, customer, control, stack, application):
        self.sandbox, self.customer, self.control = sandbox, customer, control
        self.stack, self.application = stack, application
        application.answers["GET /orders"] = (200, ORDERS, {})
        self.connection = self.http()
        self.stack_id = customer.create(
            "stacks", type="server", server={"hostURI": stack.uri, "systemToken": "system"}
        )["_id"]

    # Documents

    def http(self, uri=None, **http):
        """An HTTP connection to the application."""
        told = {"baseURI": uri or self.application.uri, "mediaType": "json", **http}
        return self.customer.create("connections", type="http", http=told)["_id"]

    def wrapper(self, **told):
        """A wrapper connection to the stack."""
        own = {"_stackId": self.stack_id, "pingFunction": "ping", **told}
        return self.customer.create("connections", type="wrapper", wrapper=own)["_id"]

    def hook(self, name, function=None, **told):
        """A hook on the stack, to stand in a document; *function* is what it does."""
        if function:
            self.stack.functions[name] = function
        return {"function": name, "_stackId": self.stack_id, **told}

    def script(self, content):
        return self.customer.create("scripts", content=content)["_id"]

    def export(self, **told):
        fields = {"_connectionId": self.connection, "http": {"relativeURI": "/orders"}, **told}
        return self.customer.create("exports", **fields)["_id"]

    def mocked(self, *records, **told):
        """An export whose application is nowhere, with a mock output."""
        page = {"page_of_records": [{"record": record} for record in records]}
        return self.export(
            _connectionId=self.http("https://shop.example.com"), mockOutput=page, **told
        )

    def import_(self, path="/items", **told):
        http = {"relativeURI": [path], "method": ["POST"]}
        fields = {"_connectionId": self.connection, "http": http, **told}
        return self.customer.create("imports", **fields)["_id"]

    def flow(self, exports, steps, **told):
        """A flow of exports, and of imports' ids or page processors."""
        exports = [exports] if isinstance(exports, str) else exports
        processors = [
            {"type": "import", "_importId": step} if isinstance(step, str) else step
            for step in steps
        ]
        generators = [{"_exportId": export} for export in exports]
        fields = {"pageGenerators": generators, "pageProcessors": processors, **told}
        return self.customer.create("flows", **fields)["_id"]

    # Runs

    def start(self, flow, body=None):
        answer = self.customer.post(f"/flows/{flow}/run", body)
        assert answer.status_code == 201, answer.text
        return answer.json()["_jobId"]

    def drain(self):
        for _ in range(LOOKS):
            told = self.control.post("/drain", {"timeout_seconds": PATIENCE}).json()
            if told["drained"]:
                return
        raise AssertionError(f"the runs do not end: {told}")

    def run(self, flow, body=None):
        """Run a flow to its end; returns its job."""
        job = self.start(flow, body)
        self.drain()
        return self.job(job)

    def job(self, identity):
        return self.customer.get(f"/jobs/{identity}").json()

    def children(self, job):
        family = self.customer.get(f"/jobs/{job['_id']}/family").json()
        return family["children"]

    def jobs_of(self, flow):
        return self.customer.get(f"/jobs?_flowId={flow}&type=flow").json()

    def errors(self, flow, step):
        return self.customer.get(f"/flows/{flow}/{step}/errors").json()["errors"]

    def sent(self, path="/items"):
        """Bodies of what was posted to the application."""
        return [
            request["body"]
            for request in self.application.requests
            if request["method"] != "GET" and request["path"].split("?")[0] == path
        ]


def counts(job):
    """Success, error, ignore."""
    return job["numSuccess"], job["numError"], job["numIgnore"]
