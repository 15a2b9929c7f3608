"""Settings from the environment; without any, a demo on this machine works.

======================== ==========================================================
INSTROOM_DATA            data directory (default ``./instroom-data``)
INSTROOM_DATABASE_URL    ``postgresql://user:pass@host:port/name``; otherwise SQLite
INSTROOM_SECRET_KEY      otherwise made once and kept in the data directory
INSTROOM_HOSTS           host names served, separated by commas
INSTROOM_HTTPS           ``1`` behind TLS: redirect to https and HSTS
INSTROOM_DEBUG           ``1`` only while developing
======================== ==========================================================
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from instroom_web.shared.keys import secret_key


def _postgresql(url: str) -> dict[str, Any]:
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


def _sqlite(folder: Path) -> dict[str, Any]:
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


DATA = Path(os.environ.get("INSTROOM_DATA", "instroom-data")).absolute()
DATABASE_URL = os.environ.get("INSTROOM_DATABASE_URL", "")
HTTPS = os.environ.get("INSTROOM_HTTPS") == "1"

DEBUG = os.environ.get("INSTROOM_DEBUG") == "1"
SECRET_KEY = os.environ.get("INSTROOM_SECRET_KEY") or secret_key(DATA)
ALLOWED_HOSTS = os.environ.get("INSTROOM_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
DATABASES = {"default": _postgresql(DATABASE_URL) if DATABASE_URL else _sqlite(DATA)}

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "instroom_web.shared",
    "instroom_web.reports",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "instroom_web.shared.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "instroom_web.shared.nul.NoNul",
    "instroom_web.shared.patience.TimeLimit",
    "instroom_web.shared.head.HeadAsGet",
    "instroom_web.reports.freshness.Freshness",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "instroom_web.urls"
WSGI_APPLICATION = "instroom_web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["instroom_web.shared.frame.frame"],
            "builtins": ["instroom_web.shared.templatetags.instroom"],
        },
    }
]

# Pages of the present build, in the memory of each process.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 800},
    }
}

# Work that waits: instroom_web.shared.later.
TASKS = {"default": {"BACKEND": "instroom_web.shared.later.LaterBackend"}}

# Words come from instroom.core.texts; the language is the first part of the address.
USE_I18N = False
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Static files carry their fingerprint in the address, so that they may be kept for a year.
STATIC_URL = "/static/"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 365 * 24 * 3600

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
