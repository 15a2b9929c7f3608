"""Words everybody uses: errors, periods, places, quantities, the one table."""
