"""People of the region: who has which role, who was asked to come in, and how a role ends."""
