"""The colours of the report, by light and by dark.

Figures are drawn in the light colours; the page replaces each of them by its name, so that one
drawing serves both. Texts have a contrast of at least 4.5 on the page, everything else of 3.
"""

from __future__ import annotations

# Okabe and Ito's colours, which people with any colour vision tell apart; shapes differ too.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY, INK = "#CC79A7", "#56B4E9", "#9AA0A6", "#2B2F36"
MUTED, GRID, PAGE = "#5C6470", "#E3E6EA", "#FFFFFF"

# Viridis in ten steps; what is worse is nearer to the page.
SHADES = (
    *("#21A380", "#1F988B", "#23888E", "#2A788E", "#31688E"),
    *("#39568C", "#414487", "#472F7D", "#481A6C", "#440154"),
)
_DARK_SHADES = (
    *("#2E6F8E", "#27808E", "#21918C", "#1FA187", "#2DB27D"),
    *("#4CC26C", "#73D056", "#A0DA39", "#D0E11C", "#FDE725"),
)

# name -> as drawn, on a light page, on a dark page
_PALETTE = {
    "page": (PAGE, "#ffffff", "#14171c"),
    "ink": (INK, "#2b2f36", "#e4e7eb"),
    "muted": (MUTED, "#5c6470", "#a7afba"),
    "grid": (GRID, "#e3e6ea", "#2c323b"),
    "grey": (GREY, "#80868d", "#8d949c"),
    "blue": (BLUE, "#0072b2", "#4aa8e0"),
    "orange": (ORANGE, "#b87d00", "#e69f00"),
    "green": (GREEN, "#009e73", "#2cc295"),
    "vermilion": (VERMILION, "#d55e00", "#f0803c"),
    "purple": (PURPLE, "#b8608f", "#d98fb8"),
    "sky": (SKY, "#2d8fc9", "#7cc6f2"),
    "link": ("", "#0a5a96", "#6cb8f0"),
    "panel": ("", "#f3f5f7", "#1e232a"),
    "black": ("#000000", "#2b2f36", "#e4e7eb"),
    **{
        f"shade{step}": (drawn, drawn.lower(), dark.lower())
        for step, (drawn, dark) in enumerate(zip(SHADES, _DARK_SHADES, strict=True))
    },
}
NAME_OF = {drawn.lower(): name for name, (drawn, _, _) in _PALETTE.items() if drawn}
LIGHT = {name: light for name, (_, light, _) in _PALETTE.items()}
DARK = {name: dark for name, (_, _, dark) in _PALETTE.items()}


def variables() -> str:
    """The colours as CSS variables; a page that is printed is a light one."""
    light, dark = (
        "".join(f"--{name}:{value};" for name, value in colors.items()) for colors in (LIGHT, DARK)
    )
    on_screen = "@media screen and (prefers-color-scheme: dark)"
    return f":root{{{light}}}\n{on_screen}{{:root{{{dark}}}}}\n"


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, from 1 to 21.

    Source: WCAG 2.2, relative luminance and contrast ratio.

    Example:
        >>> round(contrast("#000000", "#ffffff"), 1), round(contrast("#777777", "#ffffff"), 2)
        (21.0, 4.48)
    """
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
