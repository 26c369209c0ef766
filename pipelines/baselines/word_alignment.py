"""Which words of two sentences belong together, and which phrases follow from that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

ITERATIONS = 5
"""Steps of expectation and maximisation; more change little."""

DIAGONAL = 4.0
"""How much words at like places are preferred, as Dyer, Chahuneau and Smith (2013) begin."""

Sentences = Sequence[Sequence[str]]
Words = tuple[str, ...]


def align(sources: Sentences, targets: Sentences) -> list[np.ndarray]:
    """Aligns words by both directions of IBM's first model with a preference for the diagonal.

    A word's translation probabilities are learned by expectation and maximisation (Brown et al.
    1993), times `exp(-4 |i / n - j / m|)` for places i of n and j of m (Dyer et al. 2013). What
    both directions agree on is kept, and then grows by neighbours on which one of them insists, as
    long as a word has no partner yet (Och and Ney 2003).

    Args:
        sources: Words of each sentence.
        targets: Those of its translation, at least one as of the source.

    Returns:
        `bool[source words, target words]` for each pair.

    Example:
        >>> align([["le", "chat"], ["un", "chat"]], [["the", "cat"], ["a", "cat"]])[0].tolist()
        [[True, False], [False, True]]
    """
    forward = _one_way(sources, targets)
    backward = _one_way(targets, sources)
    return [_grown(there, back.T) for there, back in zip(forward, backward, strict=True)]


def _one_way(sources: Sentences, targets: Sentences) -> list[np.ndarray]:
    """The likeliest source word of each target word, `bool[source words, target words]`."""
    links = _Links(sources, targets)
    probabilities = np.ones(links.kinds)
    for _ in range(ITERATIONS):
        shares = links.shares(probabilities)
        counts = np.bincount(links.kind, shares, links.kinds)
        totals = np.bincount(links.source_of_kind, counts)
        probabilities = counts / totals[links.source_of_kind]
    shares = links.shares(probabilities)
    found, begin = [], 0
    for source, target in zip(sources, targets, strict=True):
        size = len(source) * len(target)
        table = shares[begin : begin + size].reshape(len(target), len(source))
        begin += size
        best = np.zeros((len(source), len(target)), bool)
        best[table.argmax(axis=1), np.arange(len(target))] = True
        found.append(best)
    return found


class _Links:
    """Every target word with every source word of its sentence, one behind the other.

    Attributes:
        kind: Number of the link's two words, `int64[links]`.
        kinds: How many different pairs of words there are.
        source_of_kind: Number of the source word of each.
    """

    def __init__(self, sources: Sentences, targets: Sentences) -> None:
        left, right = _numbered(sources), _numbered(targets)
        size = 1 + max(int(row.max()) for row in left)
        keys = [
            (y[:, np.newaxis] * size + x[np.newaxis, :]).reshape(-1)
            for x, y in zip(left, right, strict=True)
        ]
        distinct, kind = np.unique(np.concatenate(keys), return_inverse=True)
        self.kind, self.kinds = kind.reshape(-1), len(distinct)
        self.source_of_kind = distinct % size
        self._near = np.concatenate(
            [_near(len(x), len(y)) for x, y in zip(left, right, strict=True)]
        )
        lengths = np.concatenate(
            [np.full(len(y), len(x)) for x, y in zip(left, right, strict=True)]
        )
        self._begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self._lengths = lengths

    def shares(self, probabilities: np.ndarray) -> np.ndarray:
        """How much of its target word each link explains; those of a word sum to 1."""
        weights = probabilities[self.kind] * self._near
        sums = np.add.reduceat(weights, self._begins)
        return weights / np.repeat(sums, self._lengths)


def _numbered(sentences: Sentences) -> list[np.ndarray]:
    numbers: dict[str, int] = {}
    return [
        np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
        for words in sentences
    ]


def _near(sources: int, targets: int) -> np.ndarray:
    x, y = (np.arange(1, size + 1) / size for size in (sources, targets))
    return np.exp(-DIAGONAL * np.abs(y[:, np.newaxis] - x[np.newaxis, :])).reshape(-1)


def _grown(forward: np.ndarray, backward: np.ndarray) -> np.ndarray:
    both, either = forward & backward, forward | backward
    while True:
        near = np.zeros((both.shape[0] + 2, both.shape[1] + 2), bool)
        for down in range(3):
            for right in range(3):
                near[down : down + both.shape[0], right : right + both.shape[1]] |= both
        alone = ~both.any(axis=1)[:, np.newaxis] | ~both.any(axis=0)[np.newaxis, :]
        more = near[1:-1, 1:-1] & either & alone & ~both
        if not more.any():
            return both
        both = both | more


def phrases(
    sources: Sentences, targets: Sentences, aligned: Sequence[np.ndarray], *, longest: int
) -> Iterator[tuple[Words, Words]]:
    """Cuts out the pairs of phrases whose words have no partner outside (Koehn et al. 2003).

    Target words without any partner go with each neighbour and with none.

    Args:
        sources: Words of each sentence.
        targets: Those of its translation.
        aligned: What `align` found.
        longest: Source words at most; the target has at most two more.

    Example:
        >>> table = np.array([[True, False], [False, True]])
        >>> list(phrases([["le", "chat"]], [["the", "cat"]], [table], longest=1))
        [(('le',), ('the',)), (('chat',), ('cat',))]
    """
    for source, target, table in zip(sources, targets, aligned, strict=True):
        partners = [np.flatnonzero(row).tolist() for row in table]
        back = [np.flatnonzero(column).tolist() for column in table.T]
        for begin in range(len(source)):
            for end in range(begin + 1, min(begin + longest, len(source)) + 1):
                inside = [place for row in partners[begin:end] for place in row]
                if not inside:
                    continue
                low, high = min(inside), max(inside) + 1
                if any(not begin <= row < end for column in back[low:high] for row in column):
                    continue
                for first, last in _with_free_neighbours(back, low, high):
                    if last - first <= longest + 2:
                        yield tuple(source[begin:end]), tuple(target[first:last])


def _with_free_neighbours(
    back: Sequence[Sequence[int]], low: int, high: int
) -> Iterator[tuple[int, int]]:
    first = low
    while True:
        last = high
        while True:
            yield first, last
            if last >= len(back) or back[last]:
                break
            last += 1
        if first == 0 or back[first - 1]:
            return
        first -= 1
