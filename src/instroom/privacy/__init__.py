"""Children stay safe: every way out passes :mod:`instroom.privacy.published`."""
