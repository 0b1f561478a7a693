"""Language analysis without I/O: sentences, terms, names, dates, attribution."""
