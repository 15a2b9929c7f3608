"""Programmalijn 3: Leren van anderen. What other places do, and what fits here."""
