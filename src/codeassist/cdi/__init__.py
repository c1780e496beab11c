"""Clinical documentation integrity: gaps, the queries that ask about them, and the query linter."""

from codeassist.cdi.lint import lint_query

__all__ = ["lint_query"]
