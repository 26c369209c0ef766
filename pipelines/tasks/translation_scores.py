"""How good translations are: BLEU and exact matches against all known translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def translation_scores(
    translations: Mapping[str, str], references: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """Scores one translation per source sentence against its references.

    Texts are compared token by token as they are written, so both sides must have been cut the
    same way. BLEU is the corpus score of Papineni et al. (2002) by sacrebleu, without
    tokenization of its own; smoothing is sacrebleu's "exp" for orders without a match.

    Args:
        translations: Source sentence to its translation.
        references: Source sentence to all its known translations, at least one.

    Returns:
        `bleu` in [0, 100], and `exact_match`, the share in [0, 1] of sources whose translation
        is one of the references.

    Example:
        >>> known = {"vas y": ["go on now .", "go ."]}
        >>> scores = translation_scores({"vas y": "go on now ."}, known)
        >>> round(scores["bleu"]), scores["exact_match"]
        (100, 1.0)
    """
    from sacrebleu.metrics import BLEU

    # `force`: the texts are tokens on purpose, so its hint about " ." does not apply.
    bleu = BLEU(tokenize="none", force=True)
    sources = list(translations)
    written = [translations[source] for source in sources]
    known = [list(references[source]) for source in sources]
    most = max(map(len, known))
    # One list per reference number; sources with fewer references have none there.
    columns = [[texts[i] if i < len(texts) else None for texts in known] for i in range(most)]
    hits = sum(text in texts for text, texts in zip(written, known, strict=True))
    return {
        "bleu": float(bleu.corpus_score(written, columns).score),
        "exact_match": hits / len(sources),
    }
