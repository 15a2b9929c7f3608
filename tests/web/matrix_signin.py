"""What the table of authorisation says of signing in: ways to, and where one is signed in."""

ENTRANCES: set[str] = set()
#: Pages of one's own: for whoever is signed in.
PERSONAL = {
    f"LANG/account/{address}"
    for address in ("", "sessions/end/", "second/", "app/add/", "app/remove/")
}
#: Whoever presses a button here may change what is kept of their own signing in.
CHANGING = {
    "LANG/account/language/",
    "LANG/account/logout/",  # where they were signed in is forgotten
}
