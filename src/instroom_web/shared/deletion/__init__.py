"""Deleting what can be undone for thirty days; after that the worker removes it.

A model becomes deletable by extending :class:`~.models.DeletableModel`: its ``objects`` then leave
out what was deleted, ``with_deleted`` has everything. Its app calls ``delete_row`` and
``undo_delete`` in its own actions, which also record history, and adds ``purge_chore(Model)`` to
``CHORES`` of the worker.
"""
