"""Vocabularies, padding, items, streams and pairs."""

from __future__ import annotations

import functools
import itertools
import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.preprocessing import (
    LanguagePreprocessor,
    PairPreprocessor,
    TextPreprocessor,
    Vocabulary,
)
from pipelines.preprocessing.bpe import apply_merges, learn_merges, token_bytes
from pipelines.preprocessing.padding import pad_sequences, padding_mask
from pipelines.preprocessing.tokenizer import KINDS, Tokenizer, stop_words
from pipelines.preprocessing.vocabulary import END, PADDING, START, UNKNOWN

CORPUS = ["the cat sat on the mat", "the dog sat", "Ünïcödé — ☃ isn't a cat", "a\n\tb  c"]


@functools.cache
def shared(kind: str) -> Vocabulary:
    return fitted(kind)


def fitted(kind: str, texts: list[str] | None = None) -> Vocabulary:
    size = 300 if kind == "subword" else None
    return Vocabulary(Tokenizer(kind=kind), max_size=size).fit(texts or CORPUS)


@settings(max_examples=150)
@given(st.text(min_size=1))
def test_rule_1_subwords_round_trip_any_text(text: str) -> None:
    vocabulary = shared("subword")
    assert vocabulary.decode(vocabulary.encode(text)) == text


@settings(max_examples=100)
@given(st.text(min_size=1))
def test_rule_1_known_characters_round_trip(text: str) -> None:
    vocabulary = fitted("character", [text])
    assert vocabulary.decode(vocabulary.encode(text)) == text


@settings(max_examples=100)
@given(st.text(min_size=1), st.sampled_from(["word", "whitespace"]))
def test_rule_1_known_words_round_trip_as_tokens(text: str, kind: str) -> None:
    tokens = Tokenizer(kind=kind).split(text)
    if not tokens or UNKNOWN in tokens or PADDING in tokens:
        return
    vocabulary = fitted(kind, [text])
    assert vocabulary.decode(vocabulary.encode(text)) == " ".join(tokens)


@settings(max_examples=100)
@given(st.text(), st.sampled_from(KINDS))
def test_rule_2_numbers_are_in_range_and_stable(text: str, kind: str) -> None:
    vocabulary = shared(kind)
    numbers = vocabulary.encode(text)
    assert all(0 <= number < len(vocabulary) for number in numbers)
    rebuilt = Vocabulary.from_config(json.loads(json.dumps(vocabulary.to_config())))
    assert rebuilt.encode(text) == numbers
    assert rebuilt.tokens == vocabulary.tokens


def test_rule_3_special_tokens_cannot_be_written() -> None:
    vocabulary = Vocabulary(
        Tokenizer(kind="whitespace"), specials=(PADDING, UNKNOWN, START, END)
    ).fit(["a <end> b <unk>"])
    assert vocabulary.tokens == [PADDING, UNKNOWN, START, END, "a", "b"]
    unknown = vocabulary.special(UNKNOWN)
    assert vocabulary.encode("<end> <pad> <unk>") == [unknown] * 3


def test_cut_offs_keep_the_frequent_and_break_ties_by_name() -> None:
    texts = ["b a c b", "a b d"]
    assert Vocabulary().fit(texts).tokens[2:] == ["b", "a", "c", "d"]
    assert Vocabulary(min_frequency=2).fit(texts).tokens[2:] == ["b", "a"]
    small = Vocabulary(max_size=1).fit(texts)
    assert small.tokens[2:] == ["b"]
    assert small.unknown_share(texts) == pytest.approx(4 / 7)


def reference_merges(pieces: dict[str, int], merges: int) -> list[tuple[int, int]]:
    """Counts everything anew for every merge: slow and plainly right."""
    words = {piece: list(piece.encode()) for piece in pieces}
    learned: list[tuple[int, int]] = []
    for _ in range(merges):
        counts: Counter[tuple[int, int]] = Counter()
        for piece, word in words.items():
            for pair in itertools.pairwise(word):
                counts[pair] += pieces[piece]
        if not counts or max(counts.values()) < 2:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        token = 256 + len(learned)
        for piece, word in words.items():
            merged: list[int] = []
            for value in word:
                merged.append(value)
                # Merge from the left, never a value twice.
                if len(merged) > 1 and (merged[-2], merged[-1]) == best:
                    merged[-2:] = [token]
            words[piece] = merged
        learned.append(best)
    return learned


@settings(max_examples=60)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=8), st.integers(1, 5), min_size=1))
def test_merges_are_those_of_the_plain_algorithm(pieces: dict[str, int]) -> None:
    learned = learn_merges(pieces, merges=12)
    assert learned == reference_merges(pieces, 12)
    ranks = {pair: rank for rank, pair in enumerate(learned)}
    parts = token_bytes(learned)
    for piece in pieces:
        assert b"".join(parts[n] for n in apply_merges(piece, ranks)).decode() == piece


@settings(max_examples=100)
@given(st.text())
def test_pieces_together_are_the_text(text: str) -> None:
    assert "".join(Tokenizer(kind="subword").split(text)) == text


def test_cleaning() -> None:
    cleaner = Tokenizer(lowercase=True, strip_accents=True, strip_tags=True, exclude=("the",))
    assert cleaner.split("The<br />CAFÉ, don't") == ["cafe", ",", "don't"]


def test_padding_and_masks() -> None:
    matrix = pad_sequences([[4], [5, 6, 7]], length=4)
    assert matrix.tolist() == [[4, 0, 0, 0], [5, 6, 7, 0]]
    assert padding_mask(matrix).sum(1).tolist() == [1, 3]
    with pytest.raises(ValueError, match=r"length=2. The longest has 3"):
        pad_sequences([[1, 2, 3]], length=2)


@pytest.mark.parametrize(("keep", "expected"), [("first", [2, 3]), ("last", [3, 4])])
def test_long_texts_are_cut(keep: str, expected: list[int]) -> None:
    texts = TextPreprocessor(max_length=2, keep=keep).fit(["a a a b b c"])
    assert texts.transform(["a b c"]).tolist() == [expected]


def test_items_and_streams() -> None:
    names = LanguagePreprocessor(layout="items").fit(["ab", "b"])
    rows = names.transform(["ab", "b"])
    a, b = names.vocabulary.encode("ab")
    assert rows.tolist() == [[2, a, b, 3], [2, b, 3, 0]]
    assert names.decode(rows[:, 1:]) == ["ab", "b"]
    assert names.prompt("").tolist() == [[2]]
    words = Vocabulary(Tokenizer(kind="whitespace"), specials=(UNKNOWN, END))
    lines = LanguagePreprocessor(words).fit(["x y", "y"])
    assert lines.transform(["x y", "", "y"]).tolist() == [3, 2, 1, 1, 2, 1]
    assert lines.transform("x y").tolist() == [3, 2]


def test_pairs_are_shifted_by_one() -> None:
    pairs = PairPreprocessor(max_length=3).fit(["a b c d"], ["x y z w"])
    (source, target), shifted = pairs.transform_pairs(["a b c d", "a"], ["x y z w", "y"])
    assert source[0, -1] == source[1, 1] == pairs.end_id
    assert (target[:, 0] == pairs.start_id).all()
    for fed, learned, length in zip(target, shifted, (3, 1), strict=True):
        np.testing.assert_array_equal(fed[1 : length + 1], learned[:length])
        assert learned[length] == pairs.end_id
        assert not learned[length + 1 :].any()
    assert pairs.decode(shifted) == ["x y z", "y"]


def test_stop_words_and_unknown_words_are_left_out() -> None:
    tokenizer = Tokenizer(lowercase=True, exclude=stop_words("english"))
    texts = TextPreprocessor(
        Vocabulary(tokenizer, max_size=2), allow_empty=True, drop_unknown=True
    ).fit(["The film was good.", "A good film, of course!"])
    assert texts.vocabulary.tokens[2:] == ["film", "good"]
    rows = texts.sequences(["A film that is not good", "Nothing of it"])
    assert [row.tolist() for row in rows] == [[2, 3], [1]]
    again = TextPreprocessor.from_config(texts.to_config())
    np.testing.assert_array_equal(again.sequences(["so good a film"])[0], [3, 2])


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"list of stop words named 'engish'\. Did you mean"):
        stop_words("engish")
    words = TextPreprocessor().fit(CORPUS)
    with pytest.raises(ValueError, match=r"Text 1 is ' '.*allow_empty=True"):
        words.transform(["cat", " "])
    lenient = TextPreprocessor(allow_empty=True).fit(CORPUS)
    assert lenient.transform([" "]).tolist() == [[1]]
    with pytest.raises(ValueError, match="Got one text"):
        words.transform("cat")
    with pytest.raises(TypeError, match=r"A text is a str. Got int"):
        words.transform([3])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"at least one token. Got none"):
        Vocabulary().fit(["", " "])
    with pytest.raises(ValueError, match="Token 'z' is not in the vocabulary"):
        Vocabulary(specials=()).fit(["a"]).encode("z")
    with pytest.raises(ValueError, match=r"Token numbers are 0 to \d+. Got 99999"):
        words.vocabulary.decode([99999])
    with pytest.raises(ValueError, match="`max_size >= 256` must hold"):
        Vocabulary(Tokenizer(kind="subword"), max_size=10)
    with pytest.raises(ValueError, match="Subwords need a size"):
        Vocabulary(Tokenizer(kind="subword"))
    with pytest.raises(ValueError, match="Special tokens must differ"):
        Vocabulary(specials=(PADDING, PADDING))
    with pytest.raises(ValueError, match="Did you mean 'character'"):
        Tokenizer(kind="char")
    with pytest.raises(ValueError, match="Only words can be excluded"):
        Tokenizer(kind="character", exclude=("a",))
    with pytest.raises(ValueError, match="a fixed length needs it"):
        TextPreprocessor(fixed_length=True)
    with pytest.raises(ValueError, match="No end to keep named 'start'"):
        TextPreprocessor(keep="start")
    with pytest.raises(ValueError, match="must be the first special token"):
        TextPreprocessor(Vocabulary(specials=(UNKNOWN,)))
    with pytest.raises(ValueError, match="allow_empty needs <unk>"):
        TextPreprocessor(Vocabulary(specials=(PADDING,)), allow_empty=True)
    with pytest.raises(ValueError, match="No layout named 'lines'"):
        LanguagePreprocessor(layout="lines")
    with pytest.raises(ValueError, match="Items need <pad>"):
        LanguagePreprocessor(Vocabulary(), layout="items")
    with pytest.raises(ValueError, match="Item 1 is empty"):
        LanguagePreprocessor(layout="items").fit(["a"]).transform(["a", ""])
    with pytest.raises(ValueError, match="Got 1 sources, none targets"):
        PairPreprocessor().fit(["a"])
    with pytest.raises(ValueError, match="Sentence 1 is ''"):
        PairPreprocessor().fit(["a", "b"], ["x", "y"]).transform_pairs(["a", ""], ["x", "y"])
    with pytest.raises(ValueError, match="`max_length >= 1`"):
        PairPreprocessor(max_length=0)
