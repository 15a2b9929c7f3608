"""From a publisher's file to observations: fetch, recognise, read, check, keep."""
