"""Faults of texts and sentence pairs."""

from __future__ import annotations

from tests.pipelines.datasets import makers
from tests.pipelines.datasets.faults import Fault, made, text

TEXT_FAULTS = (
    Fault(
        label="empty-file",
        name="names",
        spoil=text("names.txt", b"\n \n"),
        match=r"names.txt: the file is empty",
    ),
    Fault(
        label="wrong-encoding",
        name="names",
        spoil=text("names.txt", b"emma\nzo\xeb\n"),
        match=r"names.txt:2: byte 0xeb at position 7 is not utf-8",
    ),
    Fault(
        label="unknown-encoding",
        name="plain-text",
        path="a.txt",
        spoil=text("a.txt", b"emma\n"),
        match=r"a.txt: Python knows no encoding 'utf-9'",
        options={"encoding": "utf-9"},
    ),
    Fault(
        label="too-little-text",
        name="plain-text",
        path="a.txt",
        spoil=text("a.txt", b"one\ntwo\n"),
        match=r"a.txt: the text has too few lines \(2\)",
    ),
    Fault(
        label="empty-review",
        name="imdb",
        spoil=made(makers.imdb_folder, "aclImdb/train/neg/0_1.txt", b""),
        match=r"aclImdb/train/neg/0_1.txt: the review is empty",
    ),
    Fault(
        label="review-label",
        name="imdb",
        spoil=text("reviews.csv", b"review,sentiment\nfine,positive\nso so,mixed\n"),
        match=r"reviews.csv:3: .* Got label 'mixed'",
    ),
    Fault(
        label="review-header",
        name="imdb",
        spoil=text("reviews.csv", b"a,b\n1,2\n"),
        match=r"reviews.csv:1: columns 'review' and 'sentiment'",
    ),
    Fault(
        label="empty-text-of-a-class",
        name="text-classes",
        spoil=made(makers.own_class_folders, "bad/*.txt", b"  \n"),
        match=r"bad/0.txt: the file is empty",
    ),
    Fault(
        label="pair-without-target",
        name="eng-fra",
        spoil=text("eng-fra.txt", b"Go.\tVa !\nRun!\n"),
        match=r"eng-fra.txt:2: two sentences separated by '\\t' are expected. Got 'Run!'",
    ),
    Fault(
        label="empty-pair-file",
        name="pair-file",
        path="a.tsv",
        spoil=text("a.tsv", b"\n"),
        match=r"a.tsv: the file is empty; one pair a line",
    ),
)
