"""JSON documents whose references are names, and the secrets in them. Pure: no Django, no I/O."""

from connector_kit.documents.symbolic import (
    LITERAL,
    MASK,
    Document,
    Json,
    UnresolvedReference,
    abstract,
    canonical,
    digest,
    looks_symbolic,
    ref,
    references,
    references_in,
    referred,
    renamed,
    resolve,
    shows_mask,
)

__all__ = [
    "LITERAL",
    "MASK",
    "Document",
    "Json",
    "UnresolvedReference",
    "abstract",
    "canonical",
    "digest",
    "looks_symbolic",
    "ref",
    "references",
    "references_in",
    "referred",
    "renamed",
    "resolve",
    "shows_mask",
]
