"""What the matrix of who may do what holds for the doors to sign in by, and one's own account."""

#: Doors for everybody.
ENTRANCES = (
    "account/login/password/", "account/password/forgotten/", "account/password/forgotten/code/",
    "account/password/forgotten/new/", "account/password/forgotten/done/",
)  # fmt: skip
#: Pages of one's own.
PERSONAL = (
    "account/", "account/second/", "account/sessions/end/", "account/password/",
    "account/password/set/", "account/app/", "account/app/remove/", "work/draft/",
)  # fmt: skip
#: Routes that change what is one's own.
CHANGES = {"LANG/account/sessions/end/", "LANG/account/logout/"}
#: Who has a role that waits, and where a page for people at work leads them.
LED_TO_A_SECOND_WAY = {"office_without_key": "/account/second/"}
