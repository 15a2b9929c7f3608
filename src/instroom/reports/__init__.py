"""Published figures as sentences, pictures, tables, pages and files."""
