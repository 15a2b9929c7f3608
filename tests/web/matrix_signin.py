"""What the table of authorisation says of signing in: ways to, and where one is signed in."""

#: Doors for everybody.
ENTRANCES = {
    f"LANG/account/{address}"
    for address in (
        "login/password/", "password/forgotten/", "password/forgotten/code/",
        "password/forgotten/new/",
    )
}  # fmt: skip
#: Pages of one's own: for whoever is signed in.
PERSONAL = {
    f"LANG/account/{address}"
    for address in (
        "", "sessions/end/", "second/", "app/add/", "app/remove/", "password/set/",
        "password/change/",
    )
}  # fmt: skip
#: Whoever presses a button here may change what is kept of their own signing in.
CHANGING = {
    "LANG/account/language/",
    "LANG/account/logout/",  # where they were signed in is forgotten
}
