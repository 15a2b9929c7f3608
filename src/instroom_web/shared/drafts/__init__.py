"""What somebody typed and did not save yet: kept for them, and put back after a break.

A form gets it with one line inside its ``<form>``::

    {% load drafts %}
    ...
    <form method="post">{% csrf_token %}{% draft "cooperation" school.code %} ... </form>

The words after ``draft`` name the form and its object, and together are the key. The script
``instroom/draft.js`` sends what is typed to the address ``work_draft`` and says when it was kept;
without JavaScript the form is a form without it. What was kept is put back when the form is opened
again, and erased when the form is posted and answered with a redirect (``Saved``), or after a week.

Drafts are rows and not in the browser: computers at schools are shared. They are not encrypted:
what is typed becomes a row beside them as soon as it is saved, and the same key would lie in the
same folder. Nobody reads a draft but its person; passwords and files are never in one.
"""
