"""Email HTML with placeholders where a recipient's values will stand: MJML, inlined CSS, contexts, plain text, checks.

An expression's placeholder is the word FRANCAx12x, a block's is the comment <!--franca:12-->. No serialiser ever sees a merge tag.
"""

from franca.content.mail.build import Lost, to_html
from franca.content.mail.checks import Notice, inspect
from franca.content.mail.contexts import Kind, Place, contexts
from franca.content.mail.plain import plain_text

__all__ = ["Kind", "Lost", "Notice", "Place", "contexts", "inspect", "plain_text", "to_html"]
