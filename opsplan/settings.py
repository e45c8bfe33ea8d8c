"""One settings file. What differs between machines comes from the environment, read by `opsplan.environment`."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from opsplan.environment import env_bool, env_choice, env_day, env_folder, env_int, env_list, private_dir
from opsplan.schedule import BEAT_SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent

OPSPLAN_HOME = private_dir(Path(os.environ.get("OPSPLAN_HOME") or BASE_DIR / "var").expanduser().resolve())


def secret_key() -> str:
    """SECRET_KEY from the environment, else made once and kept under OPSPLAN_HOME with mode 0600."""
    given = os.environ.get("SECRET_KEY", "")
    if given:
        if len(given.strip()) < 32:
            raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters.")
        return given
    path = OPSPLAN_HOME / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key


def redis_url() -> str:
    """REDIS_URL, else the address the runner's own Valkey left under OPSPLAN_HOME, else the usual local one."""
    given = os.environ.get("REDIS_URL", "").strip()
    if given:
        if not given.startswith(("redis://", "rediss://", "unix://")):
            raise ImproperlyConfigured("REDIS_URL must start with redis://, rediss:// or unix://.")
        try:
            _port = urlsplit(given).port
        except ValueError:
            raise ImproperlyConfigured("REDIS_URL cannot be read: redis://host:6379/0.") from None
        return given
    left = OPSPLAN_HOME / "run" / "redis.url"
    return left.read_text().strip() if left.exists() else "redis://127.0.0.1:6379/0"


def email_server() -> dict[str, Any]:
    """EMAIL_URL: smtp://user:password@host:587 (STARTTLS), smtps://…:465 (TLS), smtp+plain://host:25 (in the house)."""
    given = os.environ.get("EMAIL_URL", "").strip()
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port or ports.get(parts.scheme, 0)
    except ValueError:
        raise ImproperlyConfigured("EMAIL_URL cannot be read: smtp://user:password@host:587.") from None
    if given and (parts.scheme not in ports or not host):
        raise ImproperlyConfigured("EMAIL_URL must start with smtp://, smtps:// or smtp+plain:// and name a host.")
    return {
        "host": host,
        "port": port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "tls": parts.scheme == "smtp",
        "ssl": parts.scheme == "smtps",
    }


def database() -> dict[str, Any]:
    """DATABASE_URL (PostgreSQL), else SQLite in WAL mode under OPSPLAN_HOME."""
    given = os.environ.get("DATABASE_URL", "").strip()
    if given:
        if not given.startswith(("postgres://", "postgresql://", "sqlite:///")):
            raise ImproperlyConfigured("DATABASE_URL must start with postgres://, postgresql:// or sqlite:///.")
        try:
            config: dict[str, Any] = dict(dj_database_url.parse(given, conn_max_age=600, conn_health_checks=True))
            if config["ENGINE"] == "django.db.backends.postgresql":
                config["ENGINE"] = "opsplan.postgres"
        except ValueError as problem:
            raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {problem}.") from None
        if config.get("NAME") in (None, "", ":memory:"):
            raise ImproperlyConfigured("DATABASE_URL must name a database: postgres://user:password@host:5432/name.")
    else:
        config = {"ENGINE": "django.db.backends.sqlite3", "NAME": OPSPLAN_HOME / "opsplan.sqlite3", "CONN_MAX_AGE": 600}
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=FILE; PRAGMA foreign_keys=ON;"
            ),
        }
    return config


SECRET_KEY = secret_key()
DEBUG = env_bool("DEBUG", False)
TODAY = env_day("OPSPLAN_TODAY")  # read again by opsplan.lib.clock; here only so that nonsense is refused at once
DEMO = env_bool("OPSPLAN_DEMO", True)
HOST = env_choice("HOST", "127.0.0.1", r"[A-Za-z0-9.:-]+", "an address to listen at, like 127.0.0.1 or 0.0.0.0")
PORT = env_int("PORT", 8000, 1, 65535)
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [
    *env_list("ALLOWED_HOSTS", [], r"\*|\.?[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]", "host names without http:// and port"),
    *LOOPBACK,
]
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", [], r"https?://[^/]+", "addresses like https://ops.example.com")
WEB_WORKERS = env_int("WEB_WORKERS", 2, 1, 64)
WEB_THREADS = env_int("WEB_THREADS", 4, 1, 64)
TASK_WORKERS = env_int("TASK_WORKERS", 2, 1, 64)
HTTPS = env_bool("HTTPS", False)
UPLOAD_LIMIT_MB = env_int("UPLOAD_LIMIT_MB", 512, 1, 10240)
UPLOAD_KEEP_DAYS = env_int("UPLOAD_KEEP_DAYS", 30, 1, 3650)
KEEP_FILES = env_bool("KEEP_FILES", False)  # loaded files stay too, encrypted, for UPLOAD_KEEP_DAYS
IMPORT_FOLDER = env_folder("IMPORT_FOLDER")  # looked into every minute, a folder a store; none: ""
UNDO_KEEP_DAYS = env_int("UNDO_KEEP_DAYS", 90, 1, 3650)
AD_CHANNEL_DAYS = env_int("AD_CHANNEL_DAYS", 30, 1, 3650)  # an ad channel that says nothing for longer is not in use
BUYER_SALT = os.environ.get("BUYER_SALT", "") or SECRET_KEY  # whoever changes SECRET_KEY keeps the old one here
REDIS_URL = redis_url()
EMAIL_SERVER = email_server()
EMAIL_IS_SET_UP = bool(EMAIL_SERVER["host"])
EMAIL_HOST, EMAIL_PORT = EMAIL_SERVER["host"], EMAIL_SERVER["port"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL_SERVER["user"], EMAIL_SERVER["password"]
EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = EMAIL_SERVER["tls"], EMAIL_SERVER["ssl"], 10
DEFAULT_FROM_EMAIL = env_choice(
    "EMAIL_FROM", EMAIL_HOST_USER if "@" in EMAIL_HOST_USER else "opsplan@localhost", r".+@.+", "an e-mail address"
)
PUBLIC_URL = env_choice("PUBLIC_URL", "-", r"-|https?://[^/\s]+/?", "like https://ops.example.com").strip("-/")
MESSAGES_TO_LAN = env_bool("MESSAGES_TO_LAN", False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "auditlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "stores",
    "staff",
    "products",
    "campaigns",
    "kpis",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "opsplan.zipped.ZippedPages",
    "opsplan.requestlog.RequestLog",
    "opsplan.plaintext.refuse_unstorable",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "staff.middleware.kept_nowhere",
    "opsplan.programs.StraightToRest",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "staff.middleware.own_language",
    "opsplan.lost.only_takes_forms",
    "opsplan.fulldisk.FullDisk",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "staff.middleware.own_sessions",
    "staff.middleware.SecondFactorFirst",
    "auditlog.middleware.AuditlogMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "opsplan.urls"
WSGI_APPLICATION = "opsplan.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "opsplan.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "opsplan",
        "KEY_FUNCTION": "opsplan.cache.key_of",
    }
}

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "staff.backends.KnownPeople"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "staff.passwords.LongEnough", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = env_int("LOGIN_FAILURE_LIMIT", 5, 3, 100)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "staff.sessions.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "staff.views.doors.locked_out"

PASSWORD_RESET_TIMEOUT = 24 * 3600
SECOND_FACTOR = env_choice("SECOND_FACTOR", "free", "free|owners", "free or owners")
OTP_TOTP_ISSUER = "opsplan"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or OPSPLAN_HOME / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "opsplan.staticfinders.WheelFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = OPSPLAN_HOME / "uploads"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the sheet of a week has 686 cells, each told with what stood there
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler", "opsplan.fulldisk.Handler"]
FILE_UPLOAD_TEMP_DIR = str(private_dir(OPSPLAN_HOME / "tmp"))

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SESSION_ENGINE = "opsplan.sessions"
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 30 * 24 * 3600, 0, 10 * 365 * 24 * 3600) if HTTPS else 0
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # sub-domains, preload: for the domain's owner to decide
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["staff.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["opsplan.negotiation.JsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "opsplan.negotiation.Forms",
    "DEFAULT_PARSER_CLASSES": [
        "opsplan.plaintext.StorableJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "opsplan.openapi.Named",
    "DEFAULT_PAGINATION_CLASS": "opsplan.paging.Paging",
    "EXCEPTION_HANDLER": "opsplan.refusals.of_endpoint",
    "DEFAULT_THROTTLE_CLASSES": ["opsplan.throttle.Throttle"],
    "DEFAULT_THROTTLE_RATES": {
        "user": env_choice("API_RATE", "600/min", r"0*[1-9]\d*/(sec|min|hour|day)", "a rate like 600/min")
    },
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "opsplan",
    "VERSION": "1",
    "DESCRIPTION": "Money is in the store's currency (`GET /stores` tells it): yuan means its unit.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "PictureKindEnum": "products.completeness.PICTURES",
        "DecideEnum": ["confirm", "decline"],
        "OfferKindEnum": "campaigns.api.bodies.OFFER_KINDS",
        "WatchKindEnum": "kpis.alerting.alerts.KINDS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "opsplan.openapi.tell_refusals",
        "opsplan.openapi.name_shapes",
    ],
}

# What is called when an approval about something is settled: the first word of `about` -> a function (staff.approvals).
APPROVALS_SETTLED = {
    "plan": "kpis.year.plans.settled",
    "campaign": "campaigns.states.settled",
    "price": "campaigns.states.exception_settled",
    "deal_price": "campaigns.groupbuy.prices.exception_settled",
}
TASK_ROUNDS = "products.playbook.rounds"  # what recurring tasks go through (staff.spawning)

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(private_dir(OPSPLAN_HOME / "run") / "beat-schedule")
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_BEAT_SCHEDULER = "opsplan.beat:Scheduler"

LOG_LEVEL = env_choice(
    "LOG_LEVEL", "INFO", "DEBUG|INFO|WARNING|ERROR|CRITICAL", "DEBUG, INFO, WARNING, ERROR or CRITICAL"
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "opsplan.lib.logfmt.Formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django.request": {"level": "ERROR"},  # every request has its line from opsplan.requestlog
        "axes": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
