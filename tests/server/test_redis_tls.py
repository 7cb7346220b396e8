"""One address, one meaning: all who use Redis reach the same one in the same way."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from connector_kit import conf
from connector_kit.integrator.transport.redis_throttle import RedisLedger
from connector_kit.integrator.transport.throttle import Limit
from connector_kit.redis_address import canonical, without_options
from connector_kit.server.cache import SharedCache
from connector_kit.server.celery import app
from connector_kit.workers.store import store


def certificate_of_an_own_authority(folder):
    """A certificate for 127.0.0.1 that signs itself, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an own authority")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "ca.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret


def pump(source, target):
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for item in (source, target):
        with suppress(OSError):
            item.shutdown(socket.SHUT_RDWR)


def serve(listener, context, port):
    """Take TLS off what comes to *listener*, and pass it on to the Redis at *port*."""
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        try:
            outside = context.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
            continue
        inside = socket.create_connection(("127.0.0.1", port))
        for ends in ((outside, inside), (inside, outside)):
            threading.Thread(target=pump, args=ends, daemon=True).start()


@pytest.fixture
def behind_tls(tmp_path, settings, monkeypatch):
    """The embedded Redis behind TLS; yields what makes its address the kit's, with a query."""
    local = urlsplit(conf.redis_url())
    certificate, key = certificate_of_an_own_authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener, context, local.port), daemon=True).start()
    monkeypatch.chdir(tmp_path)

    def use(query="", scheme="rediss", host="127.0.0.1"):
        port = listener.getsockname()[1] if scheme == "rediss" else local.port
        address = f"{scheme}://:{local.password}@{host}:{port}/0{query}"
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "redis_url": address}

    yield use
    listener.close()


def ask_cache():
    SharedCache("", {}).set("a", 1)


def ask_bucket():
    RedisLedger(conf.redis_url(), Limit()).pause("somebody", 0)


def ask_broker():
    with app.connection_for_write(without_options(conf.redis_url())) as connection:
        connection.default_channel.client.ping()


def ask_store():
    store().get("connector_kit:nothing")


EVERYBODY = pytest.mark.parametrize("ask", [ask_cache, ask_bucket, ask_broker, ask_store])
"""All who connect; locks and throttles of requests are kept in the cache, results nowhere."""


@EVERYBODY
def test_a_certificate_that_nobody_vouches_for_is_refused(behind_tls, ask):
    behind_tls()

    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        ask()


@EVERYBODY
@pytest.mark.parametrize(
    "query", ["?ssl_cert_reqs=required&ssl_ca_certs=ca.pem", "?ssl_ca_certs=ca.pem"]
)
def test_one_whose_authority_is_named_is_taken(behind_tls, ask, query):
    behind_tls(query)

    ask()


@EVERYBODY
def test_one_of_another_host_is_refused(behind_tls, ask):
    behind_tls("?ssl_ca_certs=ca.pem", host="localhost")

    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        ask()


def test_results_of_tasks_go_nowhere_else():
    assert app.conf.result_backend is None
    assert app.conf.task_ignore_result


@EVERYBODY
@pytest.mark.parametrize("word", ["CERT_NONE", "none"])
def test_who_wants_no_verification_gets_none(behind_tls, ask, word):
    behind_tls(f"?ssl_cert_reqs={word}")

    ask()


@EVERYBODY
def test_what_a_connection_is_like_is_the_same_for_all(behind_tls, ask, monkeypatch):
    behind_tls("?health_check_interval=30&socket_timeout=7", scheme="redis")
    made = []
    connect = redis.Connection.connect

    def noting(connection):
        made.append(connection)
        connect(connection)

    monkeypatch.setattr(redis.Connection, "connect", noting)
    ask()

    assert made
    assert {item.health_check_interval for item in made} == {30}
    assert {item.socket_timeout for item in made} == {7}


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("redis://host/0?ssl_cert_reqs=none", "has no TLS. Use rediss://"),
        ("rediss://host/0?ssl_cert_reqs=maybe", "none of required, optional, none"),
        ("rediss://host/0?ssl_ca_certs=nowhere.pem", "where there is no file"),
        ("redis://host/0?color=red", "color, which is not supported"),
        ("redis://host/0?health_check_interval=often", "not a whole number"),
        ("http://host", "is not the address of a Redis"),
        ("redis://host:99999/0", "is not the address of a Redis"),
    ],
)
def test_what_cannot_mean_the_same_to_all_is_said_by_check(settings, address, complaint):
    with pytest.raises(ValueError, match=complaint):
        canonical(address)

    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "redis_url": address}
    with pytest.raises(SystemCheckError, match="REDIS_URL"):
        call_command("check")
