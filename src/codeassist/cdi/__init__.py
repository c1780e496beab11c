"""Clinical documentation integrity: gaps, the queries that ask about them, and the query linter."""

from codeassist.cdi.lint import lint_query
from codeassist.cdi.queries import QueryWriter, write_queries
from codeassist.cdi.query_text import render_query
from codeassist.cdi.record_checks import lint_record

__all__ = ["QueryWriter", "lint_query", "lint_record", "render_query", "write_queries"]
