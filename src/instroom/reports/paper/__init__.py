"""Papers: a document as plain data, written as PDF/UA or as DOCX."""
