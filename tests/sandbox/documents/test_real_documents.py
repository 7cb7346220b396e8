"""A downloaded integration is accepted and stored without loss."""

import json
from pathlib import Path

import pytest

REAL = Path(__file__).parents[4] / "shared" / "real"
ORDER = ("connections", "scripts", "exports", "imports", "flows")
SERVERS_OWN = {"_id", "apiIdentifier", "createdAt", "lastModified", "offline", "sandbox"}
DOWNLOADS = sorted(REAL.iterdir()) if REAL.is_dir() else []


@pytest.mark.skipif(not DOWNLOADS, reason="there are no downloads beside the project")
@pytest.mark.parametrize("download", DOWNLOADS, ids=lambda path: path.name)
def test_a_download_can_be_stored_again(customer, download):
    ids = {}
    for resource in ORDER:
        for path in sorted((download / resource).glob("*.json")):
            sent = _renamed(json.loads(path.read_text()), ids)
            if resource == "connections":
                _log_in(sent)

            answer = customer.post(f"/{resource}", sent)

            assert answer.status_code == 201, f"{path.name}: {answer.text}"
            stored = answer.json()
            assert _own(sent).items() <= stored.items()
            ids[sent["_id"]] = stored["_id"]


def _renamed(document, ids):
    text = json.dumps(document)
    for old, new in ids.items():
        text = text.replace(old, new)
    return json.loads(text)


def _log_in(connection):
    """Add what a download leaves out, and a new connection must have."""
    auth = connection.get("http", {}).get("auth", {})
    if auth.get("type") == "basic":
        auth.setdefault("basic", {}).setdefault("username", "u")
    if auth.get("type") == "token":
        auth.setdefault("token", {}).setdefault("token", "t")


def _own(document):
    return {name: value for name, value in document.items() if name not in SERVERS_OWN}
