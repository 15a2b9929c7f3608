"""Programme line 1: what schools and companies do together, and that both confirm it."""
