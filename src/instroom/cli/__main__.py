"""``python -m instroom.cli`` is ``instroom``."""

import sys

from instroom.cli.main import main

sys.exit(main())
