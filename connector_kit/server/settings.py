"""Django's settings, all drawn from the kit's own: docs/settings.md lists them."""

import os
import secrets
from datetime import timedelta
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from connector_kit import conf
from connector_kit.home import kept_secret
from connector_kit.logs import logging_configuration
from connector_kit.server.mail_server import mail_settings

CONNECTOR_KIT = conf.from_environment(os.environ)
_kit, _ = conf.read(CONNECTOR_KIT)

try:
    _kit.home.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(
        f"CONNECTOR_KIT_HOME: the folder {_kit.home} cannot be made ({error.strerror}). "
        "Name one that this user may write to."
    ) from error

DEBUG = _kit.debug
SECRET_KEY = _kit.secret_key or kept_secret(
    _kit.home / "secret-key", lambda: secrets.token_urlsafe(50)
)
ALLOWED_HOSTS = list(_kit.hosts)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "connector_kit",
    "settings_ui",
]

MIDDLEWARE = [
    "connector_kit.server.proxies.ClientAddresses",
    "connector_kit.server.bodies.MeasuredBodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "connector_kit.server.caching.StoredNowhere",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "connector_kit.server.log_in.KnownBrowsers",
    "axes.middleware.AxesMiddleware",
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "console:log-in"
LOGIN_REDIRECT_URL = "console:overview"
LOGOUT_REDIRECT_URL = "console:log-in"

ROOT_URLCONF = "connector_kit.server.urls"
WSGI_APPLICATION = "connector_kit.server.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": 30,
    # A transaction that will write says so at once, and waits its turn: without this, two that read
    # first and write later fail with "database is locked".
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
_database = dj_database_url.parse(
    _kit.database_url or f"sqlite:///{_kit.home / 'db.sqlite3'}",
    conn_max_age=60,
    conn_health_checks=True,
    # A cursor on the server outlives its transaction, while a pool gives its connection away.
    disable_server_side_cursors=_kit.database_is_pooled,
)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {**SQLITE_OPTIONS, **_database.get("OPTIONS", {})}
DATABASES = {"default": _database}
CACHES = {"default": {"BACKEND": "connector_kit.server.cache.SharedCache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_SECURE = _kit.is_public
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_SECURE = _kit.is_public
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "settings_ui.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = _kit.save_mb * 1024 * 1024
CSRF_TRUSTED_ORIGINS = [_kit.host_uri]
SECURE_HSTS_SECONDS = 31_536_000 if _kit.is_public else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _kit.hsts in ("subdomains", "preload")
SECURE_HSTS_PRELOAD = _kit.hsts == "preload"
SECURE_SSL_REDIRECT = _kit.is_public
# Load balancers ask by plain http; a call of the platform is not answered with a redirect.
SECURE_REDIRECT_EXEMPT = [r"^(health|healthCheck|livez|readyz|function)?/?$"]
# Whether subdomains and preloading are meant is not Django's to guess: CONNECTOR_KIT_HSTS says it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _kit.is_public else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Only those who guess passwords are slowed: `connector_kit.server.log_in` says how.
AXES_HANDLER = "connector_kit.server.log_in.Attempts"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "connector_kit.server.log_in.counted_name"
AXES_CLIENT_IP_CALLABLE = "connector_kit.server.log_in.counted_address"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=5)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "settings_ui.errors.too_many_attempts"
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username"]  # people type their passwords there, too

_mail = mail_settings(_kit.email_url)
EMAIL_BACKEND = _mail.backend
EMAIL_HOST = _mail.host
EMAIL_PORT = _mail.port
EMAIL_HOST_USER = _mail.user
EMAIL_HOST_PASSWORD = _mail.password
EMAIL_USE_TLS = _mail.starttls
EMAIL_USE_SSL = _mail.tls
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = _kit.email_from
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "connector_kit.api.auth.BearerTokens",
        "connector_kit.api.auth.StaffSessions",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["connector_kit.api.auth.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["connector_kit.api.throttling.PerCaller"],
    "DEFAULT_PAGINATION_CLASS": "connector_kit.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["connector_kit.api.parsing.StorableJson"],
    "DEFAULT_SCHEMA_CLASS": "connector_kit.api.schema.Described",
    "EXCEPTION_HANDLER": "connector_kit.api.errors.handle",
    "UNICODE_JSON": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Connector Kit",
    "DESCRIPTION": "Connectors, install base and rollouts of a publisher. See docs/api.md.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "connector_kit.api.schema.with_errors",
    ],
}

LOGGING = logging_configuration()
