"""What things mean: one TOML file per definition, read by :mod:`instroom.definitions.registry`."""
