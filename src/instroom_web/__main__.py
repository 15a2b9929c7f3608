"""``python -m instroom_web``: Django's own commands (migrate, check, shell ...)."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "instroom_web.settings")
    execute_from_command_line([f"{sys.executable} -m instroom_web", *sys.argv[1:]])
