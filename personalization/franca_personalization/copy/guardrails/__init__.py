"""Guardrails for copy, as pure functions: what a text may not say, where it says so, why, and what to write instead.

Nothing here reads a clock, a network or a model. People's copy and a model's are read by the same rules; none is waived silently.
"""

from franca_personalization.copy.guardrails.check import check
from franca_personalization.copy.guardrails.graphemes import graphemes
from franca_personalization.copy.guardrails.length import CLIENTS, Client, shown_line
from franca_personalization.copy.guardrails.lexicon import Lexicon, lexicon_of, read_lexicon
from franca_personalization.copy.guardrails.rules import RULES, Rule

__all__ = ["CLIENTS", "RULES", "Client", "Lexicon", "Rule", "check", "graphemes", "lexicon_of", "read_lexicon", "shown_line"]
