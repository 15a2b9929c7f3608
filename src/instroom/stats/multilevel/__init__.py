"""Pupils in classes in schools: models of nested levels, and tests of what they estimate."""
