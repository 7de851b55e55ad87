"""Measurements that are too long for tests; run from the project's folder with ``python -m benchmarks.NAME``."""
