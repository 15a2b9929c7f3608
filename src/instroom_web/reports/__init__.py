"""Pages, drawings and open data of the region, stored ready to show."""
