"""Passwords and tokens are taken out of whatever a person or a file may see."""

from __future__ import annotations

import re

# Of an address everything up to its last @ is user and password: a password may hold any of /:@?#.
_PASSWORD = re.compile(
    r"(?P<scheme>[A-Za-z][\w+.-]*://)(?P<user>[^/\s:@'\"]*):(?:(?!://)[^\s'\"])*@"
)
# A single word before the @ of an address is often a token.
_WORD = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*://)(?P<word>[^/\s:@'\"]+)@")
_QUERY = re.compile(
    r"(?P<key>[?&;][\w.%-]*(?:passw(?:or)?d|pwd|passphrase|token|secret|credential|signature"
    r"|api_?key|access_?key|sslpassword)[\w.%-]*=)[^&;\s'\"]+",
    re.IGNORECASE,
)
# `host=db password='se cret'` of libpq, and variables such as PGPASSWORD=secret.
_WORDS = re.compile(
    r"(?P<key>\b\w*(?:passw(?:or)?d|pwd|passphrase)\s*=\s*)"
    r"(?P<value>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|[^\s&;'\"]+)",
    re.IGNORECASE,
)
_HIDDEN = "***"


def mask_credentials(text: str) -> str:
    """Removes passwords and tokens from the addresses and connection strings in a text.

    Args:
        text: An address, a connection string, or a message that may hold some.

    Returns:
        The text with `***` in place of passwords, tokens and keys.

    Example:
        >>> mask_credentials("postgresql://me:sec/ret@db/studies?sslpassword=x")
        'postgresql://me:***@db/studies?sslpassword=***'
        >>> mask_credentials("host=db user=me password='se cret' dbname=studies")
        'host=db user=me password=*** dbname=studies'
    """
    text = _PASSWORD.sub(rf"\g<scheme>\g<user>:{_HIDDEN}@", text)
    text = _WORD.sub(_hide_word, text)
    text = _QUERY.sub(rf"\g<key>{_HIDDEN}", text)
    return _WORDS.sub(rf"\g<key>{_HIDDEN}", text)


def _hide_word(match: re.Match[str]) -> str:
    return f"{match['scheme']}{_HIDDEN}@"
