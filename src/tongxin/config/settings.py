"""Settings, all from the environment (TONGXIN_*): the same code serves an office and a province."""

import os

from csp.constants import NONE, SELF

from tongxin.config.databases import databases
from tongxin.lib import places, secrets

BASE_DIR = places.REPOSITORY
HOME = places.home()
DEBUG = os.environ.get("TONGXIN_DEBUG", "") == "1"
# Without key files Django may start (to make them, to check types), but signs nothing.
SECRET_KEY = secrets.read("django").hex() if secrets.exist() else ""
ALLOWED_HOSTS = os.environ.get("TONGXIN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
IS_HTTPS = os.environ.get("TONGXIN_HTTPS", "") == "1"

INSTALLED_APPS = [
    *(
        f"tongxin.{name}"
        for name in (
            "vault", "ledger", "accounts", "rulebook", "duty", "access", "people", "assessments",
            "cases", "drafts", "referrals", "notices", "intake", "documents", "lists", "sync", "consents", "looking",
            "registers", "exports", "keeping", "rights", "bookings", "sharing", "comparisons", "screening", "clues",
            "groups", "coordination", "exchange", "pairings", "places", "workforce", "training", "activities", "funds",
            "programmes", "instances", "supervision", "rechecks", "reports", "dashboards",
            "flows", "web", "commands",
        )
    ),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tongxin.config.middleware.limit_uploads",
    "tongxin.config.middleware.keep_out_of_caches",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tongxin.web.middleware.know_viewer",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "tongxin.web.urls"
WSGI_APPLICATION = "tongxin.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = databases(HOME)
DATABASE_ROUTERS = ["tongxin.vault.router.KeysRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TONGXIN_CIPHER_PROFILE = os.environ.get("TONGXIN_CIPHER_PROFILE", "aes-256-gcm")
TONGXIN_SIGNATURE_PROFILE = os.environ.get("TONGXIN_SIGNATURE_PROFILE", "ed25519")
# Where a finder of a weakness may write to: mailto:… or https://…
TONGXIN_SECURITY_CONTACT = os.environ.get("TONGXIN_SECURITY_CONTACT", "")
# A Spark cluster (spark://…) on which large lists are compared; empty: on this machine.
TONGXIN_SPARK_MASTER = os.environ.get("TONGXIN_SPARK_MASTER", "")
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["tongxin.accounts.signed_in.Backend"]
SESSION_ENGINE = "tongxin.accounts.signed_in"
PASSWORD_HASHERS = [
    "tongxin.accounts.hashing.KeyedArgon2", "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "tongxin.accounts.breached.BreachedPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
# A province's sign-in (OpenID Connect), off until its address and our name there are given (docs/accounts.md).
TONGXIN_OIDC = {
    "issuer": os.environ.get("TONGXIN_OIDC_ISSUER", ""), "client": os.environ.get("TONGXIN_OIDC_CLIENT", ""),
    "secret": os.environ.get("TONGXIN_OIDC_SECRET", ""), "zh": os.environ.get("TONGXIN_OIDC_NAME", "统一身份平台"),
    "claim": os.environ.get("TONGXIN_OIDC_CLAIM", "sub"),
    "is_only_way": os.environ.get("TONGXIN_OIDC_ONLY", "") == "1",
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
# Nothing is collected: every file is served from where it lies.
STATICFILES_DIRS = [
    (name, folder)
    for name, folder in (("pwa", places.pwa_folder()), ("manual", places.manual_folder() / "images"))
    if folder.is_dir()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# Uploads stay in memory and are sealed from there: a plain copy never reaches the disk (spine B6).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_NUMBER_FILES = 8

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# The name itself lets no other host of the domain set it.
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = False

DEFAULT_EXCEPTION_REPORTER = "tongxin.lib.reporting.QuietReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "tongxin.lib.reporting.QuietFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.db.backends": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "tongxin": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
