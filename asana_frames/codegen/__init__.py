"""Asana's OpenAPI spec -> ``catalog/operations.json`` -> ``resources/``; run by maintainers."""
