"""Translation by phrases that were seen: what statistics did before networks."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Self

from pipelines.baselines.backoff_counts import BackoffCounts
from pipelines.baselines.word_alignment import align, phrases

LONGEST = 4
"""Words of a source phrase at most."""

OPTIONS = 8
"""Translations of a phrase that the search looks at."""

BEAM = 12
"""Beginnings of a translation that are kept at each place."""

Words = tuple[str, ...]
Beginning = tuple[float, Words]


class PhraseTable:
    """Puts a translation together from phrases, left to right (Koehn, Och and Marcu 2003).

    Words are aligned in both directions, phrases that are consistent with the alignment are
    counted, and a beam search writes the target for which

    `1/2 (log p(target phrase | source phrase) + log p(source phrase | target phrase))`, summed
    over the phrases, plus the score of the target's words under their own counts is largest.
    Phrases keep the order of the source. A word that was never seen is copied.

    Args:
        split: Cuts a sentence into words.

    Example:
        >>> table = PhraseTable(str.split).fit(
        ...     ["le chat", "le chien", "un chat"], ["the cat", "the dog", "a cat"]
        ... )
        >>> table.translate(["un chien", "le Tom"])
        ['a dog', 'the Tom']
    """

    def __init__(self, split: Callable[[str], list[str]]) -> None:
        self._split = split

    def fit(self, x: Sequence[str], y: Sequence[str]) -> Self:
        """Aligns pairs and counts their phrases.

        Args:
            x: Source sentences.
            y: Their targets.
        """
        pairs = [
            (self._split(source), self._split(target)) for source, target in zip(x, y, strict=True)
        ]
        sources, targets = zip(*[pair for pair in pairs if all(pair)], strict=True)
        counts = Counter(phrases(sources, targets, align(sources, targets), longest=LONGEST))
        self._options = _scored(counts)
        self._target = BackoffCounts().fit(targets)
        return self

    def translate(self, x: Sequence[str]) -> list[str]:
        """Translations, words joined by spaces."""
        return [" ".join(self._translate(self._split(text))) for text in x]

    def _translate(self, source: list[str]) -> Words:
        # Beginnings by how much of the source they cover; of those that end in the same words,
        # which is all that what follows can see, the best is enough.
        covered: list[dict[Words, Beginning]] = [{} for _ in range(len(source) + 1)]
        covered[0][self._target.start] = (0.0, ())
        for place in range(len(source)):
            best = sorted(covered[place].items(), key=lambda item: item[1][0])[-BEAM:]
            for size in range(1, min(LONGEST, len(source) - place) + 1):
                options = self._found(tuple(source[place : place + size]))
                for last, beginning in best:
                    self._extend(covered[place + size], last, beginning, options)
        ends = [
            (score + self._target.end_score(last), words)
            for last, (score, words) in covered[-1].items()
        ]
        return max(ends)[1]

    def _found(self, phrase: Words) -> list[Beginning]:
        found = self._options.get(phrase, [])
        return found or ([(0.0, phrase)] if len(phrase) == 1 else [])

    def _extend(
        self,
        into: dict[Words, Beginning],
        last: Words,
        beginning: Beginning,
        options: list[Beginning],
    ) -> None:
        for score, words in options:
            total, state = beginning[0] + score, last
            for word in words:
                step, state = self._target.step(state, word)
                total += step
            if state not in into or total > into[state][0]:
                into[state] = (total, beginning[1] + words)


def _scored(counts: Counter[tuple[Words, Words]]) -> dict[Words, list[Beginning]]:
    of_source: Counter[Words] = Counter()
    of_target: Counter[Words] = Counter()
    for (source, target), count in counts.items():
        of_source[source] += count
        of_target[target] += count
    found: defaultdict[Words, list[Beginning]] = defaultdict(list)
    for (source, target), count in counts.items():
        score = math.log(count) - (math.log(of_source[source]) + math.log(of_target[target])) / 2
        found[source].append((score, target))
    return {source: sorted(options)[-OPTIONS:] for source, options in found.items()}
