"""The company's profile: name, logo, how customers reach it, and the app that they should have."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_login import current_user

from webapp.accounts.forms import CompanyForm, LogoForm
from webapp.accounts.guard import public
from webapp.accounts.models import Company
from webapp.accounts.models.logo import Letterhead
from webapp.accounts.services import pictures, profile, second_factor
from webapp.accounts.services.profile import VENDOR
from webapp.accounts.views import bp
from webapp.common.errors import Forbidden, Refused
from webapp.common.htmx import show_page
from webapp.common.i18n import _

LOGO_REQUEST = pictures.LARGEST + (64 << 10)  # bytes; with the form around the picture
SHOWN = (220, 72)  # pixels that a logo takes at most on paper and page
CLOSED = "default-src 'none'; sandbox"  # a picture that is opened as a page may do nothing (Z28)


@bp.url_value_preprocessor
def take_a_logo(endpoint: str | None, _values: Any) -> None:
    """One address takes more than a form: before the CSRF token is looked for, which reads the whole body."""
    if endpoint == "accounts.save_logo":
        request.max_content_length = LOGO_REQUEST
        request.max_form_memory_size = LOGO_REQUEST  # pieces of files count against it, too


def require_admin() -> None:
    if not current_user.is_admin:
        raise Forbidden(_("Your role does not include this. Ask your Installer Admin."))


def company_page(**changes: Any) -> dict[str, Any]:
    company = profile.find(current_user)
    page: dict[str, Any] = {"form": filled(company), "logo_form": LogoForm(formdata=None)}
    own = second_factor.held(current_user.id)
    page |= {"head": letterhead(company.id), "required": company.requires_second_factor}
    page |= {"lacking": not (own.codes or own.passkeys)}
    return page | changes


def filled(company: Company) -> CompanyForm:
    app = "own" if not company.app_url else "other"
    if app == "other" and (company.app_name, company.app_version) == (VENDOR.name, VENDOR.version):
        app = "vendor"
    return CompanyForm(formdata=None, obj=company, app=app)


def details(form: CompanyForm) -> dict[str, Any]:
    """What the form says, as the profile keeps it."""
    app = {"app_name": form.app_name.data, "app_url": form.app_url.data, "app_version": form.app_version.data}
    if form.app.data == "own":
        app = dict.fromkeys(app, "")
    elif form.app.data == "vendor":
        app |= {"app_name": VENDOR.name, "app_version": VENDOR.version}
    return form.data | app


@bp.get("/company")
def show_company() -> Any:
    require_admin()
    return show_page("accounts/company.html", **company_page())


@bp.post("/company")
def save_company() -> Any:
    require_admin()
    form = CompanyForm()
    if not form.validate():
        return show_page("accounts/company.html", **company_page(form=form)), 422
    try:
        profile.edit(current_user, details(form), form.seen_version)
    except Refused as no:
        return refuse_edit(form, no), 409
    flash(_("The profile is saved."))
    return redirect(url_for("accounts.show_company"), 303)


def refuse_edit(form: CompanyForm, no: Refused) -> str:
    """The form again with the reason, and theirs beside yours."""
    company, mine = profile.find(current_user), details(form)
    form.version.data = str(company.version)
    form.form_errors.append(no.why)
    theirs = [(form[name].label.text, mine[name], getattr(company, name)) for name in profile.DETAILS]
    return show_page("accounts/company.html", **company_page(form=form, theirs=theirs))


@bp.post("/company/logo")
def save_logo() -> Any:
    require_admin()
    form = LogoForm()
    sent = request.files.get("logo")
    try:
        profile.set_logo(current_user, sent.stream.read(pictures.LARGEST + 1) if sent else b"")
    except Refused as no:
        form.logo.errors = [no.why]
        return show_page("accounts/company.html", errors=form.errors, **company_page(logo_form=form)), 422
    flash(_("The logo is saved."))
    return redirect(url_for("accounts.show_company"), 303)


@bp.post("/company/logo/remove")
def remove_logo() -> Any:
    require_admin()
    profile.remove_logo(current_user)
    flash(_("The logo is removed."))
    return redirect(url_for("accounts.show_company"), 303)


@bp.get("/company/logo/<token>")
@public
def show_logo(token: str) -> Response:
    """Of anybody who knows the name: invitations show it to people who are not signed in."""
    found = profile.logo(token)
    response = Response(bytes(found.image), mimetype=found.kind)
    response.headers["Content-Security-Policy"] = CLOSED  # beside the one of every answer: both hold
    response.headers["Content-Disposition"] = f"inline; filename=logo.{found.kind.partition('/')[2]}"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.app_template_global()
def letterhead(company_id: int | None = None) -> Letterhead | None:
    """For templates/accounts/_letterhead.html: of this company, else of the reader's. Its size is that of the page."""
    head = profile.letterhead(company_id or getattr(current_user, "company_id", None))
    if head is None or not head.token:
        return head
    scale = min(SHOWN[0] / head.width, SHOWN[1] / head.height, 1)
    return head._replace(width=max(1, round(head.width * scale)), height=max(1, round(head.height * scale)))
