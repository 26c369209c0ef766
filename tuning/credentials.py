"""Passwords and tokens are taken out of whatever a person or a file may see."""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*://)(?P<user>[^/\s:@]*)(?::[^/\s]*)?@")
_SECRETS = re.compile(
    r"(?P<key>[?&;](?:password|passwd|pwd|token|secret|access_key|api_key|sslpassword)=)[^&;\s]+",
    re.IGNORECASE,
)


def mask_credentials(text: str) -> str:
    """Removes passwords and tokens from the addresses in a text.

    Args:
        text: An address, or a message that may hold some.

    Returns:
        The text with `***` in place of passwords, tokens and keys.

    Example:
        >>> mask_credentials("postgresql://me:secret@db/studies?sslpassword=x")
        'postgresql://me:***@db/studies?sslpassword=***'
    """

    def hide(match: re.Match[str]) -> str:
        user, has_password = match["user"], ":" in match[0][len(match["scheme"]) :]
        # A single word before the @ of an address is often a token.
        return match["scheme"] + (f"{user}:***@" if has_password else "***@")

    return _SECRETS.sub(r"\g<key>***", _CREDENTIALS.sub(hide, text))
