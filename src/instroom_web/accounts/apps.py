from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "instroom_web.accounts"
    label = "accounts"
