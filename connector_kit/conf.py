"""The kit's settings: one typed class, read lazily from the environment by way of Django.

`connector_kit.server.settings` puts the environment's words into ``settings.CONNECTOR_KIT``;
`kit()` turns them into `Settings`. Tests change them with ``override_settings``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from connector_kit import environment, local_redis, parsing
from connector_kit.client_address import NO_PROXIES, Proxies
from connector_kit.environment import Problem, Variable
from connector_kit.extension.board import BOARD_VARIABLE
from connector_kit.extension.configuration import StandaloneSettings
from connector_kit.extension.isolation.code import RELOAD_VARIABLE
from connector_kit.home import HOME, HOME_VARIABLE
from connector_kit.licensing import PolicyRule, parse_policies
from connector_kit.parsing import ConnectorEntry
from connector_kit.stack_settings import StackSettings

__all__ = [
    "HOME",
    "ConnectorEntry",
    "Problem",
    "Settings",
    "Variable",
    "from_environment",
    "kit",
    "names",
    "read",
    "redis_url",
    "variables",
]

API_BASE_URLS = {"na": "https://api.integrator.io/v1", "eu": "https://api.eu.integrator.io/v1"}
"""Where each region's API is (protocol/http-api.md)."""


@dataclass(frozen=True, repr=False)
class Settings(StackSettings):
    """Everything that can be set, with the defaults of a laptop. Documented in docs/settings.md."""

    home: Annotated[
        Path,
        Variable(
            HOME_VARIABLE,
            parsing.path,
            "The folder for local data: database, Redis, secret key.",
            number=201,
        ),
    ] = HOME
    debug: Annotated[
        bool,
        Variable(
            "DEBUG",
            parsing.boolean,
            "Show Django's error pages. Never use this on a server that others can reach.",
            number=202,
        ),
    ] = False
    secret_key: Annotated[
        str,
        Variable(
            "SECRET_KEY",
            parsing.text,
            "Signs sessions. If not set, a key is generated and kept in the home folder; "
            "required when the public address is https.",
            number=203,
            is_secret=True,
        ),
    ] = ""
    allowed_hosts: Annotated[
        tuple[str, ...],
        Variable(
            "ALLOWED_HOSTS",
            parsing.words,
            "Host names that the pages respond to, separated by commas. This machine and the "
            "host of the public address are always included.",
            number=204,
        ),
    ] = ()
    database_url: Annotated[
        str,
        Variable(
            "DATABASE_URL",
            parsing.database_url,
            "The database; if not set, an SQLite file in the home folder. In production: "
            "postgresql://user:password@host/name.",
            number=205,
            is_secret=True,
        ),
    ] = ""
    database_is_pooled: Annotated[
        bool,
        Variable(
            "CONNECTOR_KIT_DATABASE_POOLED",
            parsing.boolean,
            "The database is reached through a pool that reassigns connections after each "
            "transaction, such as PgBouncer.",
            number=270,
        ),
    ] = False
    redis_url: Annotated[
        str,
        Variable(
            "REDIS_URL",
            parsing.redis_url,
            "The Redis that all processes share; if not set, one is started in the home folder.",
            number=206,
            is_secret=True,
        ),
    ] = ""
    token: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_TOKEN",
            parsing.text,
            "The publisher's API token for integrator.io.",
            number=207,
            is_secret=True,
        ),
    ] = ""
    region: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_REGION",
            parsing.one_of(*API_BASE_URLS),
            "The region of the publisher's account: na or eu.",
            number=208,
        ),
    ] = "na"
    base_url: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_BASE_URL",
            parsing.url,
            "The address of another API, such as the sandbox; overrides the region.",
            number=209,
        ),
    ] = ""
    host_uri: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_HOST_URI",
            parsing.url,
            "The public address of this server: integrator.io posts to its /function.",
            number=210,
        ),
    ] = "http://127.0.0.1:8000"
    rate_size: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_RATE_SIZE",
            parsing.whole(1, 1_000_000),
            "Size of an account's request bucket.",
            number=213,
        ),
    ] = 100
    rate_per_second: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_RATE_PER_SECOND",
            parsing.number(0.01, 1_000_000),
            "Requests added to the bucket per second.",
            number=214,
        ),
    ] = 30.0
    function_seconds: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_FUNCTION_SECONDS",
            parsing.number(1, 900),
            "Seconds after which a function stops at its next checkpoint. integrator.io waits "
            "for 300; a one-time token is valid for 900.",
            number=215,
        ),
    ] = 270.0
    lease_seconds: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_LEASE_SECONDS",
            parsing.number(1, 3600),
            "Seconds that a process may work on an installation without a heartbeat.",
            number=216,
        ),
    ] = 60.0
    push_timeout_seconds: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_PUSH_TIMEOUT_SECONDS",
            parsing.number(1, 86_400),
            "Seconds after which a pushed update that has not started is pushed again or given up.",
            number=217,
        ),
    ] = 90.0
    claim_seconds: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_CLAIM_SECONDS",
            parsing.number(1, 3600),
            "Seconds after which a push that a worker took up but did not send is taken up again.",
            number=218,
        ),
    ] = 60.0
    tick_seconds: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_TICK_SECONDS",
            parsing.number(0.1, 3600),
            "Seconds between two checks of the running rollouts.",
            number=219,
        ),
    ] = 1.0
    preview_token: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_PREVIEW_TOKEN",
            parsing.text,
            "An API token of the account for install previews; if not set, the publisher's own "
            "account.",
            number=240,
            is_secret=True,
        ),
    ] = ""
    preview_email: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_PREVIEW_EMAIL",
            parsing.text,
            "The e-mail address of that account's owner, for the license.",
            number=241,
        ),
    ] = ""
    functions_may_use_database: Annotated[
        bool,
        Variable(
            "CONNECTOR_KIT_FUNCTIONS_MAY_USE_DATABASE",
            parsing.boolean,
            "Let authors' functions use the database through Django. They then run with all "
            "settings and secrets of the server.",
            number=236,
        ),
    ] = False
    license_policies: Annotated[
        tuple[PolicyRule, ...],
        Variable(
            "CONNECTOR_KIT_LICENSE_POLICIES",
            parse_policies,
            "How licenses end, by edition, as JSON: trial, reminders, grace. See licenses.md.",
            number=260,
        ),
    ] = ()
    license_time_zone: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_LICENSE_TIME_ZONE",
            parsing.time_zone,
            "Time zone of customers whose time zone is not known.",
            number=261,
        ),
    ] = "UTC"
    license_tick_seconds: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_LICENSE_TICK_SECONDS",
            parsing.number(1, 86_400),
            "Seconds between two checks of licenses: waiting grants, reminders, standings.",
            number=262,
        ),
    ] = 60.0
    webhook_secrets: Annotated[
        tuple[str, ...],
        Variable(
            "CONNECTOR_KIT_WEBHOOK_SECRETS",
            parsing.webhook_secrets,
            "The secrets with which the web shop signs its webhooks (`whsec_…`). Several, "
            "separated by commas, while you rotate the secret.",
            number=263,
            is_secret=True,
        ),
    ] = ()
    reminder_channel: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_REMINDER_CHANNEL",
            parsing.text,
            "The function that sends reminders to customers, as `package.module:function`.",
            number=264,
        ),
    ] = "connector_kit.publisher.licenses.mail:send"
    email_url: Annotated[
        str,
        Variable(
            "EMAIL_URL",
            parsing.email_url,
            "The mail server, as smtp://user:password@host:587 (STARTTLS) or smtps:// (TLS); "
            "console:// prints mails. If not set, no reminders are mailed.",
            number=265,
            is_secret=True,
        ),
    ] = ""
    email_from: Annotated[
        str,
        Variable(
            "EMAIL_FROM",
            parsing.text,
            "The sender address of mails.",
            number=266,
        ),
    ] = "licenses@localhost"
    api_rate: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_API_RATE",
            parsing.rate,
            "Rate limit for reads of the REST API, per token.",
            number=250,
        ),
    ] = "600/minute"
    api_write_rate: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_API_WRITE_RATE",
            parsing.rate,
            "Rate limit for writes of the REST API, per token.",
            number=251,
        ),
    ] = "60/minute"
    save_rate: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_SAVE_RATE",
            parsing.rate,
            "Rate limit for saves on the settings pages, per link or staff member; each save "
            "starts an update.",
            number=255,
        ),
    ] = "10/minute"
    refresh_rate: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_REFRESH_RATE",
            parsing.rate,
            "Rate limit for refreshing options on the settings pages, per link or staff member; "
            "each refresh calls a function of the connector.",
            number=256,
        ),
    ] = "20/minute"
    save_mb: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_SAVE_MB",
            parsing.whole(1, 50),
            "Maximum mebibytes of settings saved at once, including files.",
            number=257,
        ),
    ] = 5
    file_mb: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_FILE_MB",
            parsing.whole(1, 50),
            "Maximum mebibytes of a file uploaded on the settings pages.",
            number=258,
        ),
    ] = 2
    hsts: Annotated[
        str,
        Variable(
            "CONNECTOR_KIT_HSTS",
            parsing.one_of("host", "subdomains", "preload"),
            "Scope of HTTP Strict Transport Security: this host, its subdomains too, or also the "
            "browsers' preload lists.",
            number=252,
        ),
    ] = "host"
    trusted_proxies: Annotated[
        Proxies,
        Variable(
            "CONNECTOR_KIT_TRUSTED_PROXIES",
            parsing.proxies,
            "The proxies whose X-Forwarded-For is trusted: their number in a row in front of "
            "web, or their networks, such as 10.0.0.0/8. If not set, none is trusted.",
            number=254,
        ),
    ] = NO_PROXIES
    encryption_keys: Annotated[
        tuple[str, ...],
        Variable(
            "CONNECTOR_KIT_ENCRYPTION_KEYS",
            parsing.encryption_keys,
            "Encrypt the tokens of embedded accounts and the secret settings of customers. "
            "Several, separated by commas, while you rotate the key: the first encrypts, all "
            "decrypt. If not set, a key is generated and kept in the home folder.",
            number=253,
            is_secret=True,
        ),
    ] = ()

    @property
    def api_base_url(self) -> str:
        """The API's address: the custom one, else the region's."""
        return self.base_url or API_BASE_URLS[self.region]

    @property
    def is_public(self) -> bool:
        """Whether the server is reached over https, so that its cookies must be secure too."""
        return self.host_uri.startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host name that the pages answer to."""
        own = (urlsplit(self.host_uri).hostname or "localhost", "localhost", "127.0.0.1", "[::1]")
        return tuple(dict.fromkeys((*self.allowed_hosts, *own)))


def kit() -> Settings:
    """Return the settings in force; raises ImproperlyConfigured when one cannot be used."""
    settings, problems = read(getattr(django_settings, "CONNECTOR_KIT", {}))
    if problems:
        raise ImproperlyConfigured(" ".join(problem.message for problem in problems))
    return settings


def redis_url() -> str:
    """Return the address of the Redis that all processes share, starting the embedded one."""
    settings = kit()
    return settings.redis_url or local_redis.recent_url(settings.home)


def from_environment(variables_set: Mapping[str, str]) -> dict[str, str]:
    """Return the text that the *variables_set* have for the settings, by the settings' names."""
    return environment.texts_in(variables_set, Settings)


def read(values: Mapping[str, Any]) -> tuple[Settings, tuple[Problem, ...]]:
    """Return the settings that *values* make, the default wherever one cannot be used."""
    return environment.read(Settings, values)


def names() -> frozenset[str]:
    """Return the names of all environment variables that some part of the kit reads."""
    declared = (*variables().values(), *environment.variables(StandaloneSettings).values())
    return frozenset({*(each.name for each in declared), BOARD_VARIABLE, RELOAD_VARIABLE})


def variables() -> Mapping[str, Variable]:
    """Return the environment variable of every setting, by the setting's name."""
    return environment.variables(Settings)
