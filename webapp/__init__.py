"""Sitehand: the app, put together. Nothing here starts a thread, so commands may import it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request
from flask.sessions import SecureCookieSessionInterface
from flask_babel import Babel
from flask_login import current_user
from flask_wtf import CSRFProtect
from itsdangerous import TimestampSigner
from jinja2 import FileSystemBytecodeCache
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import cli, config, templating
from webapp.accounts import guard
from webapp.accounts.views import bp as accounts_bp
from webapp.audit.views import bp as audit_bp
from webapp.common import assets, compress, failures, headers, i18n, keys, logs, vault
from webapp.common.htmx import htmx
from webapp.common.urls import IdConverter
from webapp.config import ROOT, Settings
from webapp.db import connect, open_connection
from webapp.devices import listeners as _listeners  # noqa: F401  (listens once it is imported)
from webapp.devices.views import bp as devices_bp
from webapp.handover.views import bp as handover_bp
from webapp.health.views import bp as health_bp
from webapp.home.views import bp as home_bp
from webapp.owners.views import bp as owners_bp
from webapp.qr.views import bp as qr_bp
from webapp.sites.views import bp as sites_bp
from webapp.subcontract.views import bp as subcontract_bp
from webapp.team.views import bp as team_bp

LANGUAGES = ("en", "de")
BLUEPRINTS = (
    home_bp,
    accounts_bp,
    owners_bp,
    sites_bp,
    devices_bp,
    health_bp,
    qr_bp,
    handover_bp,
    subcontract_bp,
    team_bp,
    audit_bp,
)
BUILD = ROOT / ".build"  # what is made of sources at the first start: static files, translations


class Signer(TimestampSigner):
    """Sees that a cookie is ours, not when it was signed: how long a sign-in holds is a row's word, and clocks jump."""

    def unsign(self, value: Any, max_age: Any = None, return_timestamp: bool = False) -> Any:
        return super().unsign(value, None, return_timestamp)  # type: ignore[call-overload]


class Cookies(SecureCookieSessionInterface):
    """One signed cookie; over HTTPS it is bound to this host and never travels plainly (Z11)."""

    def __init__(self) -> None:
        self.serializer: Any = None

    def get_signing_serializer(self, app: Flask) -> Any:
        """Made once: deriving it again costs each request more than checking the signature."""
        if self.serializer is None:
            self.serializer = super().get_signing_serializer(app)
            self.serializer.signer = Signer
        return self.serializer

    def get_cookie_name(self, app: Flask) -> str:
        return "__Host-sitehand" if request.is_secure else "sitehand"

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def create_app(settings: Settings | None = None) -> Flask:
    """The whole app for these settings (by default from the environment). Raises BadSetting."""
    settings = settings or Settings.from_environment()
    app = Flask(__name__, static_folder=None, template_folder=str(ROOT / "templates"))
    BUILD.mkdir(exist_ok=True)
    app.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(BUILD))}
    configure(app, settings)
    i18n.compile_catalogues(Path(__file__).parent / "translations", BUILD / "translations")
    app.extensions["choose_language"] = choose_language
    Babel(app, locale_selector=i18n.language)
    htmx.init_app(app)
    app.before_request(connect_first)
    headers.install(app)
    guard.install(app)
    CSRFProtect(app)
    failures.install(app)
    furnish(app)
    cli.install(app)
    app.wsgi_app = headers.Always(app.extensions["assets"].install(app.wsgi_app))  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    return app


def configure(app: Flask, settings: Settings) -> None:
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    config.use(settings)
    logs.configure(settings.log_level)
    connect(settings.database)
    vault.use(settings.data / "vault.key")
    app.session_interface = Cookies()
    app.config.update(
        SETTINGS=settings,
        LANGUAGES=LANGUAGES,
        SECRET_KEY=keys.read_or_make(settings.data / "cookie.key"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which privacy tools remove; headers.py looks at the origin
        MAX_CONTENT_LENGTH=64 << 10,
        MAX_FORM_MEMORY_SIZE=64 << 10,
        MAX_FORM_PARTS=60,
        BABEL_TRANSLATION_DIRECTORIES=str(BUILD / "translations"),
    )


def choose_language() -> str:
    """The person's choice, else the first of the browser's languages that we have."""
    offered = current_app.config["LANGUAGES"]
    person = current_user._get_current_object()
    chosen = person.language if person and person.is_authenticated else ""
    return chosen if chosen in offered else preferred(request.headers.get("Accept-Language", "")[:200], offered)


@lru_cache(maxsize=256)
def preferred(header: str, offered: tuple[str, ...]) -> str:
    return str(parse_accept_header(header, LanguageAccept).best_match(offered, offered[0]))


def connect_first() -> None:
    """Raises Unavailable; the health page opens its connection itself, to tell of it in its own way."""
    if request.endpoint != "home.healthz":
        open_connection()


def furnish(app: Flask) -> None:
    """Blueprints, and what every template may use."""
    app.url_map.converters["id"] = IdConverter
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions["assets"] = assets.build(ROOT / "static", BUILD)
    templating.install(app)
    app.after_request(compress.compress)
