"""Arrays in, small frozen results out; nothing here knows files, tables or pages."""
