"""What a snapshot file keeps over a restart."""

import json
import stat

import pytest

from connector_kit.sandbox import Sandbox
from tests.sandbox.plain import FAR, Api, code


def _client(sandbox, number=0):
    return Api(sandbox.base_url, sandbox.accounts[number].token)


def test_a_sandbox_goes_on_where_its_snapshot_ended(tmp_path, stack):
    path = tmp_path / "deep" / "sandbox.json"
    with Sandbox(accounts=2, snapshot=path) as first:
        client, publisher = _client(first), Api(first.base_url, first.publisher_token)
        connection = client.connection()
        client.put("/state/progress", {"big": 2**70})
        server = {"hostURI": stack.uri}
        stack_id = publisher.create("stacks", type="server", server=server)["_id"]
        functions = dict.fromkeys(
            ("installerFunction", "uninstallerFunction", "updateFunction"), "f"
        )
        connector = publisher.create("connectors", **functions, _stackId=stack_id)["_id"]
        licenses = f"/connectors/{connector}/licenses"
        publisher.post(licenses, {"email": first.accounts[0].email, "expires": FAR})
        client.post(f"/integrations/{connector}/install", {})
        license_ = publisher.get(licenses).json()
        base = publisher.get(f"/connectors/{connector}/installBase").json()
        client.close(), publisher.close()

    with Sandbox(accounts=3, snapshot=path) as second:
        client, publisher = _client(second), Api(second.base_url, second.publisher_token)
        assert second.accounts[:2] == first.accounts
        assert len(second.accounts) == 3
        assert client.get(f"/connections/{connection['_id']}").json() == connection
        assert client.get(f"/connections/{connection['_id']}/ping").json() == {"code": 200}
        assert client.get("/state/progress").json() == {"big": 2**70}
        assert publisher.get(licenses).json() == license_
        assert publisher.get(f"/connectors/{connector}/installBase").json() == base
        assert client.connection()["_id"] > connection["_id"]
        assert code(client.delete(f"/integrations/{base[0]['_integrationId']}"))[0] == 422
        client.close(), publisher.close()


def test_jobs_errors_tokens_and_the_recycle_bin_are_kept(tmp_path):
    path = tmp_path / "sandbox.json"
    with Sandbox(accounts=1, snapshot=path) as first:
        client, control = _client(first), Api(first.control_url)
        export = client.create("exports", type="webhook")["_id"]
        flow = client.create("flows", pageGenerators=[{"_exportId": export}])["_id"]
        job = client.post(f"/flows/{flow}/run").json()["_jobId"]
        errors = {"errors": [{"message": "no", "retryData": {"a": 1}}]}
        staged = f"/accounts/{first.accounts[0].account_id}/errors"
        control.post(staged, {"_flowId": flow, "_expOrImpId": export, "_jobId": job, **errors})
        made = client.create("accesstokens", fullAccess=True)["_id"]
        token = client.get(f"/accesstokens/{made}/display").json()["token"]
        script = client.create("scripts", content="1")["_id"]
        client.delete(f"/scripts/{script}")
        before = [client.get(name).json() for name in ("/jobs", "/retries", "/recycleBinTTL")]
        listed = client.get(f"/flows/{flow}/{export}/errors").json()
        client.close(), control.close()

    with Sandbox(accounts=1, snapshot=path) as second:
        client, other = _client(second), Api(second.base_url, token)
        assert [
            client.get(name).json() for name in ("/jobs", "/retries", "/recycleBinTTL")
        ] == before
        assert client.get(f"/flows/{flow}/{export}/errors").json() == listed
        assert other.get("/tokenInfo").status_code == 200
        restored = client.post(f"/recycleBinTTL/scripts/{script}/doCascadeRestore", {})
        assert restored.json()["content"] == "1"
        client.close(), other.close()


def test_the_file_is_for_its_owner_only_and_replaced_as_a_whole(tmp_path):
    path = tmp_path / "sandbox.json"
    with Sandbox(accounts=1, snapshot=path):
        pass

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["sandbox.json"]
    assert json.loads(path.read_text())["format"] == 1


@pytest.mark.parametrize("text", ["{", "{}", '{"format": 99}', "[]", ""])
def test_a_file_that_is_no_snapshot_is_left_alone_and_named(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)

    with (
        pytest.raises(ValueError, match=r"other\.json is not a snapshot"),
        Sandbox(snapshot=path),
    ):
        pass

    assert path.read_text() == text
