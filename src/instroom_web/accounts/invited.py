"""Signing in for the first time: the button of an invitation asks for the code at once."""

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from instroom_web.accounts.models import Person


def sign_in_with_code(request: HttpRequest, person: Person) -> HttpResponse:
    """Mail somebody a code and go on to where it is typed; who was signed in is signed out."""
    if not person.is_active:
        return HttpResponseRedirect(reverse("account_inactive"))
    if request.user.is_authenticated:
        logout(request)
    LoginCodeVerificationProcess.initiate(request=request, user=person, email=person.email)
    return HttpResponseRedirect(reverse("account_confirm_login_code"))
