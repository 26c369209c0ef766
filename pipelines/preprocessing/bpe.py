"""Byte-pair encoding: frequent neighbours become one token (Sennrich et al., 2016).

None of the project's dependencies trains subwords; the algorithm is small, and working on
bytes makes every text encodable without loss. Token numbers 0 to 255 are the bytes, 256
onwards the merges in the order in which they were learned.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

BYTES = 256

Pair = tuple[int, int]


def learn_merges(pieces: Mapping[str, int], *, merges: int, min_frequency: int = 2) -> list[Pair]:
    """Learns which neighbours to merge.

    Args:
        pieces: How often each piece of text (a word with its space) occurs.
        merges: How many merges at most.
        min_frequency: Neighbours that are rarer are left alone.

    Returns:
        Pairs of token numbers; pair `i` becomes token `256 + i`. Ties go to the smaller pair,
        so the result does not depend on the order of the pieces.

    Example:
        >>> learn_merges({"aaa": 2, "ab": 1}, merges=2)
        [(97, 97), (256, 97)]
    """
    words = [list(piece.encode("utf-8")) for piece in pieces]
    weights = list(pieces.values())
    counts: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)
    for number, word in enumerate(words):
        _count(word, weights[number], counts, places, number)
    heap = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(heap)
    learned: list[Pair] = []
    while heap and len(learned) < merges:
        count, pair = heapq.heappop(heap)
        # Counts change after they were pushed: an entry that is not up to date is skipped,
        # and each change pushes a new one.
        if -count != counts[pair] or -count < min_frequency:
            continue
        changed: set[Pair] = set()
        for number in places.pop(pair):
            old = words[number]
            words[number] = _merge(old, pair, BYTES + len(learned))
            changed |= _recount(old, words[number], weights[number], counts, places, number)
        learned.append(pair)
        counts.pop(pair, None)
        for other in changed - {pair}:
            heapq.heappush(heap, (-counts[other], other))
    return learned


def _count(
    word: Sequence[int],
    weight: int,
    counts: Counter[Pair],
    places: Mapping[Pair, set[int]],
    number: int,
) -> None:
    for pair in itertools.pairwise(word):
        counts[pair] += weight
        places[pair].add(number)


def _recount(
    old: Sequence[int],
    new: Sequence[int],
    weight: int,
    counts: Counter[Pair],
    places: Mapping[Pair, set[int]],
    number: int,
) -> set[Pair]:
    before = Counter(itertools.pairwise(old))
    after = Counter(itertools.pairwise(new))
    changed = {pair for pair in before | after if before[pair] != after[pair]}
    for pair in changed:
        counts[pair] += weight * (after[pair] - before[pair])
        if after[pair]:
            places[pair].add(number)
        elif pair in places:
            places[pair].discard(number)
    return changed


def _merge(word: Sequence[int], pair: Pair, token: int) -> list[int]:
    merged: list[int] = []
    position = 0
    while position < len(word):
        if tuple(word[position : position + 2]) == pair:
            merged.append(token)
            position += 2
        else:
            merged.append(word[position])
            position += 1
    return merged


def apply_merges(piece: str, ranks: Mapping[Pair, int]) -> list[int]:
    """Encodes a piece of text.

    Args:
        piece: The text.
        ranks: Position of each pair in the list of merges.

    Returns:
        Token numbers.

    Example:
        >>> apply_merges("aab", {(97, 97): 0})
        [256, 98]
    """
    word = list(piece.encode("utf-8"))
    while len(word) > 1:
        best = min(itertools.pairwise(word), key=lambda p: ranks.get(p, len(ranks)))
        if best not in ranks:
            break
        word = _merge(word, best, BYTES + ranks[best])
    return word


def token_bytes(merges: Iterable[Pair]) -> list[bytes]:
    """The bytes that each token stands for.

    Example:
        >>> token_bytes([(97, 98)])[256]
        b'ab'
    """
    tokens = [bytes([value]) for value in range(BYTES)]
    for first, second in merges:
        tokens.append(tokens[first] + tokens[second])
    return tokens
