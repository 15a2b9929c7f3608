"""The application a WSGI server starts."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "instroom_web.settings")
application = get_wsgi_application()
