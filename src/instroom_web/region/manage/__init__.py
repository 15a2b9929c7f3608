"""Pages to keep the site going: which there are for whom, and mails and tasks without contents."""
