"""Folded view, page furniture, layout (sentences, clauses, sections) and tables: what is read before any number is."""
