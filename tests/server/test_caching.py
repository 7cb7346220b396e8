"""What is everybody's may be stored; test_authorization.py sees to what is anybody's own."""

import pytest

PUBLIC = {"/api/schema/", "/api/docs/"}


def test_the_apis_description_may_be_stored(client):
    for path in PUBLIC:
        assert client.get(path).headers["Cache-Control"] in (
            "public, max-age=300",
            "max-age=300, public",
        )


@pytest.mark.django_db
def test_an_unknown_address_and_a_failure_are_not_stored_either(client):
    assert "no-store" in client.get("/settings/nothing/").headers["Cache-Control"]
    assert "no-store" in client.get("/api/v1/nothing/").headers["Cache-Control"]


@pytest.mark.django_db
def test_static_files_may_be_stored(client):
    answer = client.get("/static/settings_ui/style.css")
    answer.close()

    assert (answer.status_code, "no-store" in answer.headers["Cache-Control"]) == (200, False)
