"""Say which records are the same company, and who belongs to whom."""
