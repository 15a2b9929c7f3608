"""The views of allauth for a second way to sign in, with what our pages need to know beside."""

from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpResponse

from instroom_web.accounts.queries import ways_of


class SecondStep(AuthenticateView):  # type: ignore[misc]  # allauth ships no types
    """Ask what somebody has: a passkey, a code of their app, or one of both."""

    def get_context_data(self, **given: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**given)
        return context | {"ways": ways_of(self.stage.login.user)}


class AddApp(ActivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """Add an app that makes codes."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        app = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        app.wrap().validate_code(form.cleaned_data["code"])  # spent: it signs nobody in
        return answer


authenticate = SecondStep.as_view()
add_app = AddApp.as_view()
