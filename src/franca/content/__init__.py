"""The template language: Jinja's own parser, everything but the person evaluated, and what the rest means."""

from franca.content.document import Document, Partials, document, varied
from franca.content.filters import FILTERS, Filter, Setting
from franca.content.reference import Person, Renderer, Rendering, Surroundings

__all__ = [
    "FILTERS",
    "Document",
    "Filter",
    "Partials",
    "Person",
    "Renderer",
    "Rendering",
    "Setting",
    "Surroundings",
    "document",
    "varied",
]
