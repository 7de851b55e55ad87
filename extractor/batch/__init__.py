"""Runs over many documents: sources, workers, manifest."""
