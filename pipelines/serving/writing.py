"""Continues texts by a trained language model, token by token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.preprocessing.vocabulary import END, PADDING, START, UNKNOWN

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from pipelines.preprocessing.language import LanguagePreprocessor

NEVER = -1
IMPOSSIBLE = -1e9


@dataclass(frozen=True, kw_only=True)
class ContinuationOutput:
    """Draws a continuation of each prompt.

    Attributes:
        length: Tokens to write at most; an item (a name) ends by itself.
        temperature: Below 1 sharpens the distribution, above 1 flattens it.
        seed: Same seed, same texts.
    """

    length: int = 100
    temperature: float = 1.0
    seed: int = 0

    def write(
        self, model: keras.Model, preprocessing: LanguagePreprocessor, prompts: Sequence[str]
    ) -> pd.DataFrame:
        """Columns `prompt` and `continuation`, one row per prompt; a prompt may be empty."""
        import pandas as pd

        writer = Writer(model, preprocessing)
        texts = [
            writer.write(
                prompt, length=self.length, temperature=self.temperature, seed=self.seed + row
            )[0]
            for row, prompt in enumerate(prompts)
        ]
        return pd.DataFrame({"prompt": list(prompts), "continuation": texts})


class Writer:
    """Samples texts from a recurrent language model.

    Padding, start and unknown tokens are never drawn: they stand for no text.

    Args:
        model: Made by `language_model` or `character_network`.
        preprocessing: Fitted with it.
    """

    def __init__(self, model: keras.Model, preprocessing: LanguagePreprocessor) -> None:
        from cookbook.models.recurrent_steps import StepwiseLanguageModel

        self._step = StepwiseLanguageModel(model)
        self._language = preprocessing
        specials = map(preprocessing.vocabulary.special, (PADDING, UNKNOWN, START))
        self._never = [number for number in specials if number is not None]

    def write(
        self,
        prompt: str = "",
        *,
        texts: int = 1,
        length: int = 100,
        temperature: float = 1.0,
        seed: int = 0,
    ) -> list[str]:
        """Draws continuations of one prompt.

        Args:
            prompt: Text before; may be empty.
            texts: How many, at least 1.
            length: Tokens of each at most, at least 1.
            temperature: See `cookbook.decoding.sampling.sample`.
            seed: Same seed, same texts.

        Returns:
            The texts, without the prompt.

        Raises:
            ValueError: If an argument is out of range.
        """
        from cookbook.decoding.sampling import sample

        *before, last = self._prompt(prompt)
        state: Any = self._step.start(texts)
        for token in before:
            _, state = self._step(np.full(texts, token), state)
        vocabulary = self._language.vocabulary
        end = vocabulary.special(END) if self._language.layout == "items" else None
        drawn = sample(
            self._possible,
            np.full(texts, last),
            state,
            end=NEVER if end is None else end,
            max_length=length,
            temperature=temperature,
            seed=seed,
        )
        rows = zip(drawn.tokens, drawn.lengths, strict=True)
        return [self._text(row[:size].tolist()) for row, size in rows]

    def _possible(self, tokens: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        logits, state = self._step(tokens, state)
        logits = np.array(logits)
        logits[:, self._never] = IMPOSSIBLE
        return logits, state

    def _prompt(self, text: str) -> list[int]:
        vocabulary = self._language.vocabulary
        end = vocabulary.special(END)
        if self._language.layout == "items" or end is None:
            numbers = [int(number) for number in self._language.prompt(text)[0]]
        else:
            lines = [vocabulary.encode(line) for line in text.split("\n")]
            numbers = [*lines[0], *(n for line in lines[1:] for n in (end, *line))]
        if numbers:
            return numbers
        # Running text begins where a line has ended.
        if end is not None:
            return [end]
        return [vocabulary.tokens.index("\n") if "\n" in vocabulary.tokens else len(vocabulary) - 1]

    def _text(self, numbers: list[int]) -> str:
        vocabulary = self._language.vocabulary
        end = vocabulary.special(END)
        if self._language.layout == "items" or end is None:
            return vocabulary.decode(numbers)
        # In running text the end token is the end of a line.
        lines: list[list[int]] = [[]]
        for number in numbers:
            if number == end:
                lines.append([])
            else:
                lines[-1].append(number)
        return "\n".join(vocabulary.decode(line) for line in lines)
