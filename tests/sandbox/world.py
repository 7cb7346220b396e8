"""Documents that rows of the reference are about, made when they are first named."""

import re
from itertools import count

from tests.sandbox.plain import CONNECTOR, FAR, Api

WORD = re.compile(r"\{(\w+)\}")
NETSUITE = {
    "authType": "token",
    "account": "TSTDRV1",
    "tokenId": "i",
    "tokenSecret": "s",
    "suiteAppInstalled": True,
}
STEPS = [
    {"name": "Shop", "installerFunction": "verifyShop", "uninstallerFunction": "removeShop"},
    {"name": "Bundle", "installerFunction": "verifyBundle", "installURL": "https://example.com"},
]
GROUP = {"name": "Orders", "settingsForm": {"form": {"fieldMap": {}}}}
EDITIONS = [{"displayName": "Starter", "order": 1}, {"displayName": "Premium", "order": 2}]


class World(dict):
    """Ids by word; ``a_word`` makes a new one each time it is named."""

    def __init__(self, sandbox, stack, application):
        super().__init__()
        self.sandbox, self.stack, self.application = sandbox, stack, application
        self.origin = sandbox.base_url.removesuffix("/v1")
        self["customer"] = Api(sandbox.base_url, sandbox.accounts[0].token)
        self["other"] = Api(sandbox.base_url, sandbox.accounts[1].token)
        self["publisher"] = Api(sandbox.base_url, sandbox.publisher_token)
        self["nobody"] = Api(sandbox.base_url)
        self.control = Api(sandbox.control_url)
        self["email"] = sandbox.accounts[0].email
        self["other_email"] = sandbox.accounts[1].email
        self["publisher_email"] = sandbox.publisher.email
        self["user"] = sandbox.accounts[0].user_id
        self["application_uri"] = application.uri
        self["stack_uri"] = stack.uri
        self["nothing"] = "0" * 24
        self.counter = count()

    def close(self):
        for item in (*map(self.get, ("customer", "other", "publisher", "nobody")), self.control):
            item.close()

    def __missing__(self, word):
        if word.startswith(("a_", "an_")):
            return self.make(word.split("_", 1)[1])
        self[word] = self.make(word)
        return self[word]

    def make(self, word):
        return getattr(self, f"make_{word}")()

    def filled(self, value):
        """Return *value* with ids for the words in braces."""
        if isinstance(value, str):
            return WORD.sub(lambda found: str(self[found[1]]), value)
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, dict):
            return {self.filled(name): self.filled(item) for name, item in value.items()}
        return value

    def create(self, resource, by="customer", **document):
        return self[by].create(resource, **self.filled(document))["_id"]

    def ask(self, method, path, body=None, by="customer"):
        answer = self[by](method, self.filled(path), self.filled(body))
        assert answer.ok, answer.text
        is_json = "json" in answer.headers["Content-Type"]
        return answer.json() if answer.content and is_json else None

    # Documents

    def make_connection(self, **more):
        http = {
            "baseURI": "{application_uri}",
            "mediaType": "json",
            "auth": {"type": "basic", "basic": {"username": "u", "password": "p"}},
        }
        return self.create("connections", **{"type": "http", "http": http, **more})

    def make_registered(self):
        """A connection that the integration may use."""
        connection = self.make_connection()
        self.ask("PUT", "/integrations/{integration}/connections/register", [connection])
        return connection

    def make_sandbox_connection(self):
        return self.make_connection(sandbox=True)

    def make_offline_connection(self):
        http = {"baseURI": "https://shop.example.com", "mediaType": "json"}
        basic = {"username": "u"}
        return self.make_connection(http={**http, "auth": {"type": "basic", "basic": basic}})

    def make_distant_connection(self):
        http = {"baseURI": "https://shop.example.com", "mediaType": "json"}
        return self.make_connection(http=http)

    def make_netsuite(self):
        return self.create("connections", type="netsuite", netsuite=NETSUITE)

    def make_salesforce(self):
        return self.create("connections", type="salesforce", salesforce={"refreshToken": "r"})

    def make_wrapper(self):
        own = {"_stackId": "{stack}", "pingFunction": "pingErp", "unencrypted": {"tenant": "acme"}}
        return self.create("connections", type="wrapper", wrapper=own)

    def make_export(self, **more):
        fields = {"_connectionId": "{connection}", "http": {"relativeURI": "/orders"}, **more}
        return self.create("exports", **fields)

    def make_export_identifier(self):
        return self.ask("GET", "/exports/{export}")["apiIdentifier"]

    def make_import_identifier(self):
        return self.ask("GET", "/imports/{import}")["apiIdentifier"]

    def make_webhook(self):
        return self.create("exports", type="webhook")

    def make_webhook_identifier(self):
        return self.ask("GET", "/exports/{webhook}")["apiIdentifier"]

    def make_realtime_export(self):
        own = {"type": "distributed", "distributed": {"recordType": "customer"}}
        fields = {"_connectionId": "{netsuite}", "type": "distributed", "netsuite": own}
        return self.create("exports", **fields)

    def make_realtime_import(self):
        own = {"operation": "add", "recordType": "customer"}
        fields = {"_connectionId": "{netsuite}", "distributed": True, "netsuite_da": own}
        return self.create("imports", **fields)

    def make_import(self, **more):
        mapping = {"fields": [{"extract": "qty", "generate": "quantity"}]}
        fields = {
            "_connectionId": "{connection}",
            "http": {"relativeURI": ["/items"], "method": ["POST"]},
            "mapping": mapping,
            **more,
        }
        return self.create("imports", **fields)

    def make_tool(self):
        return self.create("tools", _integrationId="{integration}")

    def make_server(self):
        entry = {"_toolId": "{tool}", "name": "find"}
        return self.create("mcpservers", relativeURI="/orders", tools=[entry])

    def make_script_api(self):
        script = {"_scriptId": self.create("scripts", content="1"), "function": "f"}
        return self.create("apis", type="script", script=script)

    def make_abstract(self):
        return self.create("flows", isAbstract=True, disabled=False, routers=[])

    def make_instance(self):
        return self.create("flows", _abstractFlowId="{abstract}", disabled=False)

    def make_cache(self):
        cache = self.create("lookupcaches", name="Countries")
        rows = [{"key": "DE", "value": "Germany"}, {"key": "FR", "value": "France"}]
        self.ask("POST", f"/lookupcaches/{cache}/data", {"data": rows})
        return cache

    def make_integration(self, **more):
        return self.create("integrations", flowGroupings=[GROUP], **more)

    def make_group(self):
        return self.ask("GET", "/integrations/{integration}")["flowGroupings"][0]["_id"]

    def make_flow(self, **more):
        fields = {
            "_integrationId": "{integration}",
            "pageGenerators": [{"_exportId": "{export}"}],
            "pageProcessors": [{"type": "import", "_importId": "{import}"}],
            **more,
        }
        return self.create("flows", **fields)

    def make_disabled_flow(self):
        return self.make_flow(disabled=True)

    def make_script(self):
        return self.create("scripts", content="function f () {}")

    def make_module(self):
        """A script that needs a module."""
        return self.create("scripts", content="import { exports } from 'integrator-api'")

    def make_stack(self):
        return self.create("stacks", type="server", server={"hostURI": "{stack_uri}"})

    def make_iclient(self):
        return self.create("iclients", provider="shopify", oauth2={"clientId": "c"})

    def make_asynchelper(self):
        return self.create("asynchelpers")

    def make_template(self):
        return self.create("templates", published=True, _integrationId="{stocked}")

    def make_stocked(self):
        """An integration with a flow of its own."""
        integration = self.make_integration()
        self.make_flow(_integrationId=integration)
        return integration

    def make_accesstoken(self):
        return self.create("accesstokens", fullAccess=True)

    def make_ashare(self):
        return self.ask("POST", "/invite", {"email": "{other_email}", "accessLevel": "manage"})[
            "_id"
        ]

    def make_sshare(self):
        return self.ask("POST", "/stacks/{stack}/invite", {"email": "{other_email}"})["_id"]

    def make_deleted(self):
        script = self.make_script()
        self.ask("DELETE", f"/scripts/{script}")
        return script

    def make_kept(self):
        return self._keep("")

    def make_kept_below(self):
        for path in ("/exports/{export}", "/flows/{flow}", "/integrations/{integration}"):
            self._keep(path, "kept")
        return self._keep("/imports/{import}", "kept")

    def _keep(self, path, key=""):
        key = key or f"key-{next(self.counter)}"
        self.ask("PUT", f"{path}/state/{key}", {"a": 1})
        return key

    # Jobs

    def stage(self, kind, body):
        answer = self.control.post(
            f"/accounts/{self.sandbox.accounts[0].account_id}/{kind}", self.filled(body)
        )
        assert answer.ok, answer.text
        return answer.json()

    def make_job(self, **more):
        fields = {"_flowId": "{flow}", "_integrationId": "{integration}", **more}
        return self.stage("jobs", {"type": "flow", **fields})["_id"]

    def make_running_job(self):
        return self.make_job(status="running")

    def make_canceling_job(self):
        return self.make_job(status="canceling")

    def make_job_with_files(self):
        return self.make_job(files=[{"id": "1", "host": "s3", "name": "a.csv"}])

    def make_step_job(self, parent=None):
        own = {"type": "import", "_importId": "{import}", "_flowJobId": parent or "{job}"}
        return self.make_job(**own)

    def make_error(self):
        return self._stage_error()["errorId"]

    def make_retry(self):
        return self._stage_error()["retryDataKey"]

    def make_tagged_error(self):
        error = self.make_error()
        body = {"errorIds": [error], "tagIds": ["old"]}
        self.ask("PUT", "/flows/{flow}/{import}/tags", body)
        return error

    def make_resolved_error(self):
        error = self.make_error()
        self.ask("PUT", "/flows/{flow}/{import}/resolved", {"errors": [error]})
        return error

    def make_failed_job(self):
        return self._failed_job()

    def _failed_job(self):
        job = self.make_step_job(parent=self.make_job())
        self._stage_error(job=job)
        return job

    def _stage_error(self, job=None):
        (error,) = self.stage(
            "errors",
            {
                "_flowId": "{flow}",
                "_expOrImpId": "{import}",
                "_jobId": job or "{step_job}",
                "errors": [
                    {
                        "code": "channel_not_found",
                        "message": "No such channel",
                        "classification": "value",
                        "retryData": {"qty": 1},
                        "traceKey": "1001",
                    }
                ],
            },
        )
        return error

    # Connectors

    def make_publishers_stack(self):
        return self.create("stacks", "publisher", type="server", server={"hostURI": "{stack_uri}"})

    def make_connector(self, **more):
        fields = {**CONNECTOR, "_stackId": "{publishers_stack}", **more}
        return self.create("connectors", "publisher", **fields)

    def make_license(self, connector="{connector}", by_email="{email}", **more):
        body = {"email": by_email, "expires": FAR, **more}
        return self.ask("POST", f"/connectors/{connector}/licenses", body, "publisher")["_id"]

    def make_installation(self, connector=None, **asked):
        connector = connector or self["connector"]
        self.make_license(connector=connector)
        path = f"/integrations/{connector}/install"
        return self.ask("POST", path, asked)["_integrationId"]

    def make_listed(self):
        return self.make_connector(published=True)

    def make_two_license(self):
        return self.make_license("{two}", _editionId="{edition}")

    def make_used_license(self):
        return self.license_of(self["installed"])["_id"]

    def make_child(self):
        made = self.ask("POST", f"/integrations/{self['parent']}/initChild")
        return made["_childIntegrationId"]

    def make_astray(self):
        """An installation whose stack is no longer where it was."""
        fields = {"type": "server", "server": {"hostURI": "{stack_uri}"}}
        stack = self.create("stacks", "publisher", **fields)
        installation = self.make_installation(self.make_connector(_stackId=stack))
        drifted = {"name": "x", **fields, "server": {"hostURI": "http://127.0.0.1:1"}}
        self.ask("PUT", f"/stacks/{stack}", drifted, "publisher")
        return installation

    def make_leaving(self):
        """An installation that is being uninstalled."""
        installation = self.make_installation()
        path = f"/integrations/{installation}/uninstaller/preUninstallFunction"
        self.ask("PUT", path, {})
        return installation

    def make_source(self, **more):
        """What a 2.0 connector copies for its customers."""
        function = {"_stackId": "{publishers_stack}"}
        steps = [
            {
                "name": "Channel",
                "type": "form",
                "function": "storeChannel",
                "initFormFunction": "channelForm",
                **function,
            }
        ]
        fields = {
            "installSteps": steps,
            "uninstallSteps": [{"name": "Goodbye", "type": "form", "form": {"fieldMap": {}}}],
            "changeEditionSteps": [{"name": "More", "type": "form", "form": {"fieldMap": {}}}],
            "initChild": {"function": "initChild", **function},
            "settingsForm": {"init": {"function": "initSettings", **function}},
            "version": "2.0.0",
            **more,
        }
        return self.create("integrations", "publisher", **fields)

    def make_two(self):
        own = {"_integrationId": "{source}", "editions": EDITIONS, "isParentChild": True}
        fields = {"framework": "twoDotZero", "twoDotZero": own, "_stackId": "{publishers_stack}"}
        return self.create("connectors", "publisher", **fields)

    def make_edition(self, order=0):
        listing = self.ask("GET", "/connectors/{two}", by="publisher")
        return listing["twoDotZero"]["editions"][order]["_id"]

    def make_higher_edition(self):
        return self.make_edition(1)

    def make_begun(self):
        """A 2.0 installation at its first step."""
        self.make_license(connector="{two}", _editionId=self["edition"])
        path = self.filled("/connectors/{two}/install")
        return self.ask("POST", path, {"newTemplateInstaller": True})["_integrationId"]

    def make_installed(self):
        """A 2.0 installation whose steps are all taken."""
        begun = self.make_begun()
        self.ask("POST", f"/integrations/{begun}/installSteps", {"channel": "#a"})
        return begun

    def license_of(self, installation, connector="{two}"):
        path = self.filled(f"/connectors/{connector}/licenses")
        while path:
            page = self["publisher"].get(path)
            for document in page.json():
                if document.get("_integrationId") == installation:
                    return document
            path = page.links.get("next", {}).get("url", "").removeprefix("/v1")
        raise LookupError(installation)

    def make_upgrading(self):
        """A 2.0 installation whose license may change its edition."""
        installed = self.make_installed()
        own = self.license_of(installed)
        body = {"expires": FAR, "_changeEditionId": self["higher_edition"]}
        self.ask("PUT", f"/connectors/{{two}}/licenses/{own['_id']}", body, "publisher")
        self.ask("POST", f"/integrations/{installed}/changeEdition", {})
        return installed

    def make_parent(self):
        """A 2.0 installation with a license for a child."""
        installed = self.make_installed()
        body = {"_parentId": self.license_of(installed)["_id"]}
        self.ask("POST", "/connectors/{two}/licenses", body, "publisher")
        return installed

    def make_departing(self):
        """A 2.0 installation that is being uninstalled."""
        installed = self.make_installed()
        self.ask("POST", f"/integrations/{installed}/initUninstall")
        return installed

    def make_lapsed(self):
        """An installation whose license has expired."""
        connector = self.make_connector()
        installation = self.make_installation(connector)
        own = self.license_of(installation, connector)
        path = f"/connectors/{connector}/licenses/{own['_id']}"
        self.ask("PUT", path, {"expires": "2020-01-31"}, "publisher")
        return installation

    def make_renewed(self):
        """An installation whose license had expired, and was renewed."""
        connector = self.make_connector()
        installation = self.make_installation(connector)
        own = self.license_of(installation, connector)
        path = f"/connectors/{connector}/licenses/{own['_id']}"
        self.ask("PUT", path, {"expires": "2020-01-31"}, "publisher")
        self.ask("GET", "/tokenInfo")
        self.ask("PUT", path, {"expires": FAR}, "publisher")
        return installation
