"""Settings from the environment; without any, a demo on this machine works.

======================== ==========================================================
INSTROOM_DATA            data directory (default ``./instroom-data``)
INSTROOM_DATABASE_URL    ``postgresql://user:pass@host:port/name``; otherwise SQLite
INSTROOM_SECRET_KEY      otherwise made once and kept in the data directory
INSTROOM_HOSTS           host names served, separated by commas
INSTROOM_CONTACT         who runs these pages: an e-mail address, an https address, a phone
                         number, or words; an address that leads nowhere is refused
INSTROOM_ORGANISATION    who is responsible for these pages, in the declaration of accessibility;
                         with it INSTROOM_ACCESSIBILITY_STATUS (A to D), _REPORT (https address
                         of the audit, without which A and B are refused), _DATE (2026-11-29)
                         and _SIGNED (the office of who signed)
INSTROOM_HTTPS           ``1`` behind a proxy with TLS: redirect to https and HSTS
INSTROOM_PROXIES         how many proxies in front append the address they see to
                         ``X-Forwarded-For``, or overwrite it; tries to sign in are then
                         counted by that address. Default 0: the header is never read, as a
                         proxy that passes on what a client says of itself tells nothing
INSTROOM_SITE            name of this site in its cookies; otherwise from the data directory
INSTROOM_MAIL_URL        ``smtp://user:pass@host:port``; otherwise mails are files in
                         the folder ``mails`` of the data directory
INSTROOM_MAIL_FROM       sender of mails; answers arrive there, so somebody reads it
INSTROOM_DEMO            ``1`` only to show this site on one's own machine: everybody may then read
                         the mails it sends (``/nl/demo/mails/``) and go on as one of the invented
                         people (``/nl/demo/``). Refused together with ``INSTROOM_HOSTS`` or
                         ``INSTROOM_HTTPS``
INSTROOM_BESIDE          address of the other site that ``instroom demo`` started on this machine
INSTROOM_DEBUG           ``1`` only while developing
======================== ==========================================================
"""

import hashlib
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from instroom.core.texts import SOURCE_LANGUAGE, languages
from instroom_web.shared.contact import contact_of
from instroom_web.shared.declaration import declaration_of
from instroom_web.shared.demo import beside_of, demo_of
from instroom_web.shared.keys import secret_key
from instroom_web.shared.proxies import proxies_of


def _postgresql(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(folder: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": folder / "instroom.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;",
        },
    }


def _site_name(data: Path) -> str:
    """Return what sets the cookies of this site apart: cookies ignore ports."""
    given = re.sub(r"[^a-z0-9]", "", os.environ.get("INSTROOM_SITE", "").lower())[:20]
    return given or hashlib.sha256(str(data).encode()).hexdigest()[:8]


DATA = Path(os.environ.get("INSTROOM_DATA", "instroom-data")).absolute()
DATABASE_URL = os.environ.get("INSTROOM_DATABASE_URL", "")
HTTPS = os.environ.get("INSTROOM_HTTPS") == "1"

DEBUG = os.environ.get("INSTROOM_DEBUG") == "1"
#: Whether everybody may read the mails of this site, and be any of the cast.
DEMO = demo_of(os.environ)
#: The other site on this machine, to which every page leads.
BESIDE = beside_of(os.environ)
SECRET_KEY = os.environ.get("INSTROOM_SECRET_KEY") or secret_key(DATA)
ALLOWED_HOSTS = os.environ.get("INSTROOM_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
DATABASES = {"default": _postgresql(DATABASE_URL) if DATABASE_URL else _sqlite(DATA)}

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "instroom_web.shared",
    "instroom_web.shared.history",
    "instroom_web.shared.mails",
    "instroom_web.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "instroom_web.region",
    "instroom_web.inflow",
    "instroom_web.inflow.yearly",
    "instroom_web.reports",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "instroom_web.shared.headers.SecurityHeaders",
    "instroom_web.shared.language.LanguageOfAddress",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "instroom_web.shared.nul.NoNul",
    "instroom_web.shared.patience.TimeLimit",
    "instroom_web.shared.head.HeadAsGet",
    "instroom_web.reports.freshness.Freshness",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "instroom_web.urls"
WSGI_APPLICATION = "instroom_web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "instroom_web.shared.dutch_parts.MarkedTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["instroom_web.shared.frame.frame"],
            "builtins": ["instroom_web.shared.templatetags.instroom"],
        },
    }
]

#: Whom a reader asks; stands at the foot of every page.
CONTACT = contact_of(os.environ.get("INSTROOM_CONTACT", ""))
#: What the page about accessibility declares; what is not filled in stays open there.
DECLARATION = declaration_of(os.environ)

# Pages of the present build are in the memory of each process. All else that is kept, which is how
# often somebody tried to sign in, is in the database: a limit holds for all processes together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "instroom_cache",
        # beyond this Django takes out keys in the order of their names, tries among them
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
    "public_pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "public_pages",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 800},
    },
    # fact cards as PNG, some 65 kB each: 26 MB at most
    "cards": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "cards",
        "TIMEOUT": 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 400},
    },
}

# Work that waits: instroom_web.shared.later.
TASKS = {"default": {"BACKEND": "instroom_web.shared.later.LaterBackend"}}

# Our words come from instroom.core.texts, those of Django and allauth from their own catalogues;
# all of them speak the language of the address.
USE_I18N = True
LANGUAGE_CODE = SOURCE_LANGUAGE
LANGUAGES = [(code, code) for code in languages()]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Static files carry their fingerprint in the address, so that they may be kept for a year.
STATIC_URL = "/static/"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 365 * 24 * 3600

# People sign in with a code by mail or a passkey; there are no passwords and no open sign-up.
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "instroom_web.accounts.adapter.InvitedOnly"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Behind a proxy its own address would count everybody's tries to sign in together.
ALLAUTH_TRUSTED_PROXY_COUNT = proxies_of(os.environ.get("INSTROOM_PROXIES", ""))
ACCOUNT_REAUTHENTICATION_METHODS = {"code", "mfa"}
MFA_SUPPORTED_TYPES = ["webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
_MAIL = urlsplit(os.environ.get("INSTROOM_MAIL_URL", ""))
_BACKENDS = "django.core.mail.backends"
EMAIL_BACKEND = f"{_BACKENDS}.{'smtp' if _MAIL.hostname else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA / "mails"
EMAIL_HOST, EMAIL_PORT = unquote(_MAIL.hostname or ""), _MAIL.port or 587
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_TLS = bool(_MAIL.username)
EMAIL_TIMEOUT = 30  # a server that is silent for longer is not there
DEFAULT_FROM_EMAIL = os.environ.get("INSTROOM_MAIL_FROM", "instroom@localhost")

# Two sites on one machine do not end each other's sessions.
SITE_NAME = _site_name(DATA)
SESSION_COOKIE_NAME = f"instroom_session_{SITE_NAME}"
CSRF_COOKIE_NAME = f"instroom_csrf_{SITE_NAME}"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "instroom_web.shared.errors.csrf_failure"

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}
