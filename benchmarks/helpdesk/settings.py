"""The least that django-helpdesk needs to turn mail into tickets, and nothing that slows it."""

import os
from pathlib import Path

_FOLDER = Path(os.environ["HELPDESK_FOLDER"])
# carebot's own; what Django does by itself; what its users are told to choose for speed, with
# which a power cut may take the last tickets whose mail is deleted already.
_OPTIONS = {
    "like-carebot": {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    },
    "as-shipped": {},
    "fastest": {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
}

SECRET_KEY = "only-for-a-benchmark"
DEBUG = False
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "urls"
STATIC_URL = "/static/"
MEDIA_ROOT = _FOLDER / "media"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "rest_framework",
    "helpdesk",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _FOLDER / "helpdesk.db",
        "OPTIONS": _OPTIONS[os.environ["HELPDESK_SQLITE"]],
    }
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEFAULT_FROM_EMAIL = "complaints@westmere.example"
LOGGING_CONFIG = None
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
HELPDESK_TEAMS_MODE_ENABLED = False
