"""Mails that leave this site: an outbox of rows, emptied by the worker.

``ask_mail`` in the transaction of a change, with what ``written`` made; the worker delivers it.
"""
