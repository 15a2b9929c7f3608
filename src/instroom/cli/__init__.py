"""The command line: every arrow from raw file to page is also a command."""
