"""The web: rows, roles, pages. Numbers come from :mod:`instroom`; pages only show them."""
