"""Roles: those that are built in, and those that a company makes."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from webapp.accounts import guard
from webapp.accounts.guard import may
from webapp.accounts.models import CompanyRole
from webapp.accounts.permissions import RIGHTS, Right, read_rights, write_rights
from webapp.common.errors import Refused
from webapp.common.htmx import leave_to, show_page, show_part
from webapp.common.i18n import _
from webapp.team import words
from webapp.team.forms import RoleForm
from webapp.team.services import roles
from webapp.team.views import bp

PAGE, PART = "team/role.html", "team/_role_form.html"


@bp.get("/team/roles")
@may(Right.MANAGE_TEAM)
def show_roles() -> Any:
    own = [(role, words.right_names(rights), count) for role, rights, count in roles.all_of(guard.me())]
    built_in = [(role, about, words.right_names(RIGHTS[role])) for role, about in words.BUILT_IN]
    return show_page("team/roles.html", own=own, built_in=built_in)


def show(form: RoleForm, role: CompanyRole | None, status: int = 200) -> Any:
    """The form with what it would change for whoever has the role."""
    change = roles.change(role, form.chosen) if role else None
    form.seen.data = write_rights(roles.complete(form.chosen))
    offered = [(right, *words.RIGHTS[right]) for right in Right if right in guard.me().rights]
    context = {"form": form, "role": role, "change": change, "offered": offered, "right_names": words.right_names}
    return show_part(PAGE, PART, **context), status


@bp.get("/team/roles/new")
@may(Right.MANAGE_TEAM)
def new_role() -> Any:
    return show(RoleForm(formdata=None), None)


@bp.post("/team/roles/new")
@may(Right.MANAGE_TEAM)
def add_role() -> Any:
    form = RoleForm()
    if not form.validate():
        return show(form, None, 422)
    try:
        made = roles.add(guard.me(), form.name.data, form.chosen)
    except Refused as no:
        form.name.errors = [no.why]
        return show(form, None, 409)
    flash(_("The role %(name)s is added.", name=made.name))
    return leave_to("team.show_roles")


@bp.get("/team/roles/<id:role_id>")
@may(Right.MANAGE_TEAM)
def edit_role(role_id: int) -> Any:
    """With `?rights=` for each right that is ticked, the form as it would be with them."""
    role = roles.find(guard.me(), role_id)
    form = RoleForm(request.args) if request.args else RoleForm(formdata=None, name=role.name)
    if not request.args:
        form.rights.data = [str(right) for right in read_rights(role.rights)]
    return show(form, role)


@bp.post("/team/roles/<id:role_id>")
@may(Right.MANAGE_TEAM)
def save_role(role_id: int) -> Any:
    """What it changes for people is shown before it is saved."""
    by, form = guard.me(), RoleForm()
    role = roles.find(by, role_id)
    if not form.validate():
        return show(form, role, 422)
    if roles.change(role, form.chosen) and form.seen.data != write_rights(roles.complete(form.chosen)):
        return show(form, role)
    try:
        roles.edit(by, role, form.name.data, form.chosen)
    except Refused as no:
        form.name.errors = [no.why]
        return show(form, role, 409)
    flash(_("The role %(name)s is saved.", name=form.name.data))
    return leave_to("team.show_roles")


@bp.get("/team/roles/<id:role_id>/delete")
@may(Right.MANAGE_TEAM)
def confirm_delete_role(role_id: int) -> Any:
    role = roles.find(guard.me(), role_id)
    roles.require_unused(role)
    return show_part("team/role_delete.html", "team/_role_delete.html", role=role)


@bp.post("/team/roles/<id:role_id>/delete")
@may(Right.MANAGE_TEAM)
def delete_role(role_id: int) -> Any:
    role = roles.find(guard.me(), role_id)
    roles.delete(guard.me(), role)
    flash(_("The role %(name)s is deleted.", name=role.name))
    return leave_to("team.show_roles")
