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
    r"(?P<key>[?&;](?:[\w.%-]*(?:passw(?:or)?d|pwd|passphrase|token|secret|credential|signature"
    r"|api_?key|access_?key)[\w.%-]*|sig)=)[^&;\s'\"]+",
    re.IGNORECASE,
)
_VALUE = r"(?P<value>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|[^\s&;'\"]+)"
# `host=db password='se cret'` of libpq, `password: secret` of YAML, `{"password": "secret"}`.
_WORDS = re.compile(
    r"(?P<key>\b\w*(?:passw(?:or)?d|pwd|passphrase)['\"]?\s*[=:]\s*)" + _VALUE, re.IGNORECASE
)
# Variables of the environment. Written small, `token` is a word of language models.
_VARIABLES = re.compile(r"(?P<key>\b[A-Z0-9_]*(?:TOKEN|SECRET|API_KEY|ACCESS_KEY)=)" + _VALUE)
_HEADER = re.compile(
    r"(?P<key>\bauthorization['\"]?\s*[=:]\s*['\"]?(?:(?:basic|bearer)\s+)?)[^\s'\"]+",
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
    for pattern in (_QUERY, _WORDS, _VARIABLES, _HEADER):
        text = pattern.sub(rf"\g<key>{_HIDDEN}", text)
    return text


def _hide_word(match: re.Match[str]) -> str:
    return f"{match['scheme']}{_HIDDEN}@"
