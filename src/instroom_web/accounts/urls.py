"""Signing in, out and keys: the views of allauth that we serve, each by name.

They are listed, not included: an address that is not here does not exist.
"""

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import URLPattern, path

from instroom_web.accounts import demo_entrance, demo_mails, drafts, views
from instroom_web.accounts.policy import View, public, requires, signed_in
from instroom_web.shared.page_kinds import personal_page


def _entrance(address: str, view: View, name: str) -> URLPattern:
    return path(address, public(personal_page(view)), name=name)


def _own(address: str, view: View, name: str) -> URLPattern:
    return path(address, personal_page(requires(signed_in)(view)), name=name)


urlpatterns = [
    _entrance("login/", account.request_login_code, "account_login"),
    _entrance("login/code/", account.request_login_code, "account_request_login_code"),
    _entrance("login/code/confirm/", account.confirm_login_code, "account_confirm_login_code"),
    _entrance("login/password/", account.login, "account_login_password"),
    _entrance("password/forgotten/", account.password_reset, "account_reset_password"),
    _entrance(
        "password/forgotten/code/",
        account.confirm_password_reset_code,
        "account_confirm_password_reset_code",
    ),
    _entrance(
        "password/forgotten/new/",
        account.complete_password_reset,
        "account_complete_password_reset",
    ),
    _entrance(
        "password/forgotten/done/",
        account.password_reset_from_key_done,
        "account_password_reset_completed",
    ),
    _entrance("login/key/", factors.authenticate, "mfa_authenticate"),
    _entrance("login/passkey/", passkeys.login_webauthn, "mfa_login_webauthn"),
    _entrance("logout/", account.logout, "account_logout"),
    _entrance("inactive/", account.account_inactive, "account_inactive"),
    _own("again/", account.request_reauthentication_code, "account_request_reauthentication_code"),
    _own(
        "again/code/",
        account.confirm_reauthentication_code,
        "account_confirm_reauthentication_code",
    ),
    _own("again/recovery/", factors.reauthenticate, "mfa_reauthenticate"),
    _own("again/passkey/", passkeys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    _own("", views.home, "mfa_index"),
    _own("second/", views.second_factor, "account_second_factor"),
    _own("sessions/end/", views.sign_out_elsewhere, "account_sign_out_elsewhere"),
    _own("password/", account.password_change, "account_change_password"),
    _own("password/set/", reauthentication_required(account.password_set), "account_set_password"),
    _own("app/", app.activate_totp, "mfa_activate_totp"),
    _own("app/remove/", app.deactivate_totp, "mfa_deactivate_totp"),
    _own("passkeys/list/", passkeys.list_webauthn, "mfa_list_webauthn"),
    _own("passkeys/add/", passkeys.add_webauthn, "mfa_add_webauthn"),
    _own("passkeys/<int:pk>/remove/", passkeys.remove_webauthn, "mfa_remove_webauthn"),
    _own("recovery/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    _own("recovery/new/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    _own("language/", views.language, "account_language"),
]

#: Addresses of working pages that every chapter shares.
work = [_own("draft/", drafts.keep, "work_draft")]

#: Addresses of a demonstration; elsewhere they answer 404.
demo = [
    _entrance("", demo_entrance.entrance, "demo"),
    _entrance("mails/", demo_mails.listed, "demo_mails"),
    _entrance("mails/<uuid:uuid>/", demo_mails.shown, "demo_mail"),
]
