"""Recurrent, sequence-to-sequence and adversarial models of the catalogue."""

from __future__ import annotations

from typing import Any

from cookbook._sources import cite
from cookbook.models.entry import ModelEntry

_NETWORK = "cookbook.models.recurrent:recurrent_network"
_TRANSLATION = "cookbook.models.seq2seq:encoder_decoder"
_LANGUAGE = "cookbook.models.language_models:language_model"
_SMALL_TRANSLATION = {
    "source_vocabulary": 7,
    "target_vocabulary": 7,
    "units": 16,
    "embedding_dim": 8,
}
_SMALL_LANGUAGE = {"vocabulary_size": 7, "embedding_dim": 16, "units": (16,)}
_VOCABULARIES = {"source_vocabulary": 4345, "target_vocabulary": 2803}


def _mapping(
    mapping: str, shape: tuple[int, ...], trainable: int, extra: int, **reference: Any
) -> ModelEntry:
    return ModelEntry(
        name=f"lstm-{mapping.replace('_', '-')}",
        builder=_NETWORK,
        reference={
            "input_shape": shape,
            "num_outputs": 10,
            "mapping": mapping,
            "units": (32,),
            **reference,
        },
        trainable=trainable,
        total=trainable,
        torch_trainable=trainable + extra,
        summary=f"LSTM of 32 units, {mapping.replace('_', ' ')}",
        source=cite("002") + "; Hochreiter and Schmidhuber 1997",
    )


RECURRENT: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="simple-rnn",
        builder=_NETWORK,
        reference={"input_shape": (8, 8), "num_outputs": 10, "cell": "simple_rnn", "units": (64,)},
        trainable=5_322,
        total=5_322,
        torch_trainable=5_386,
        summary="Simple RNN that reads an 8x8 digit row by row",
        source=cite("000") + "; " + cite("002") + "; Elman 1990",
    ),
    ModelEntry(
        name="lstm",
        builder=_NETWORK,
        reference={"input_shape": (8, 8), "num_outputs": 10, "cell": "lstm", "units": (64,)},
        trainable=19_338,
        total=19_338,
        torch_trainable=19_594,
        summary="LSTM that reads an 8x8 digit row by row",
        source=cite("000") + "; " + cite("002") + "; " + cite("003") + "; Gers et al. 2000",
    ),
    ModelEntry(
        name="gru",
        builder=_NETWORK,
        reference={"input_shape": (8, 8), "num_outputs": 10, "cell": "gru", "units": (64,)},
        trainable=14_858,
        total=14_858,
        torch_trainable=14_858,
        summary="GRU that reads an 8x8 digit row by row",
        source=cite("000") + "; " + cite("003") + "; Cho et al. 2014",
    ),
    ModelEntry(
        name="bilstm-stacked",
        builder=_NETWORK,
        reference={
            "input_shape": (8, 8),
            "num_outputs": 10,
            "units": (32, 32),
            "bidirectional": True,
            "masked": True,
            "recurrent_dropout": 0.1,
            "dropout": 0.1,
        },
        trainable=35_978,
        total=35_978,
        torch_trainable=36_490,
        summary="Two masked bidirectional LSTM layers with variational dropout",
        source="Schuster and Paliwal 1997; Gal and Ghahramani 2016",
    ),
    _mapping("one_to_one", (8,), 5_578, 128),
    _mapping("one_to_many", (8,), 5_578, 128, output_steps=5),
    _mapping("many_to_one", (6, 8), 5_578, 128),
    _mapping("many_to_many", (6, 8), 5_578, 128),
    _mapping("many_to_many_asynchronous", (6, 8), 13_898, 256, output_steps=4),
)

FORECASTS: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="forecast-gru",
        builder="cookbook.models.forecasting:forecaster",
        reference={"input_shape": (28, 2), "num_outputs": 3},
        trainable=3_555,
        total=3_555,
        torch_trainable=3_555,
        summary="GRU over 28 steps of two channels that forecasts three numbers",
        source=cite("000") + "; " + cite("002") + "; Cho et al. 2014",
    ),
)

TEXT: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="character-rnn",
        builder="cookbook.models.character_networks:character_network",
        small={"vocabulary_size": 7, "units": 16},
        trainable=46_248,
        total=46_248,
        torch_trainable=46_248,
        summary="Character model of three linear maps, 58 letters and the end token",
        source=cite("003", "section 6.8"),
    ),
    ModelEntry(
        name="character-lstm-members",
        builder=_LANGUAGE,
        reference={"vocabulary_size": 30, "embedding_dim": 32, "units": (256,), "members": 4},
        small={**_SMALL_LANGUAGE, "members": 2},
        trainable=1_218_424,
        total=1_218_424,
        torch_trainable=1_222_520,
        summary="Four LSTM character models whose probabilities are averaged",
        source="Hansen and Salamon 1990; Lakshminarayanan et al. 2017",
    ),
    ModelEntry(
        name="word-lstm-tied",
        builder=_LANGUAGE,
        reference={
            "vocabulary_size": 21_949,
            "embedding_dim": 256,
            "units": (256, 256, 256),
            "tied": True,
        },
        small=_SMALL_LANGUAGE,
        trainable=7_194_880,
        total=7_194_880,
        torch_trainable=7_197_952,
        summary="Word model of three LSTM layers with tied embeddings (WordModel1)",
        source=cite("003", "section 6.10") + "; Press and Wolf 2017",
    ),
    ModelEntry(
        name="word-lstm",
        builder=_LANGUAGE,
        reference={
            "vocabulary_size": 29_473,
            "embedding_dim": 1024,
            "units": (1024, 1024),
            "dropout": 0.65,
            "output_dropout": 0.65,
        },
        small={**_SMALL_LANGUAGE, "dropout": 0.1, "output_dropout": 0.1},
        trainable=77_175_585,
        total=77_175_585,
        torch_trainable=77_183_777,
        summary="Word model of two wide LSTM layers with strong dropout (WordModel2)",
        source=cite("003", "section 6.10"),
    ),
    ModelEntry(
        name="sentiment-lstm",
        builder="cookbook.models.recurrent_classifiers:text_classifier",
        reference={
            "vocabulary_size": 1001,
            "num_classes": 1,
            "units": (256, 256),
            "head_dropout": 0.3,
        },
        small={"vocabulary_size": 7, "embedding_dim": 8, "units": (16,)},
        trainable=918_337,
        total=918_337,
        torch_trainable=920_385,
        summary="Two LSTM layers over 1,000 words, one logit",
        source=cite("003", "section 6.11"),
    ),
    ModelEntry(
        name="ngram-bag",
        builder="cookbook.models.ngram_bags:ngram_bag",
        reference={"vocabulary_size": 200_001, "num_outputs": 2},
        small={"vocabulary_size": 7},
        trainable=400_004,
        total=800_006,
        summary="Bag of 200,000 n-grams that begins as naive Bayes; its ratios are stored",
        source="Wang and Manning 2012; Joulin et al. 2017",
    ),
)

TRANSLATION: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="translation-gru",
        builder=_TRANSLATION,
        reference=_VOCABULARIES,
        small=_SMALL_TRANSLATION,
        trainable=3_339_763,
        total=3_339_763,
        torch_trainable=3_339_763,
        summary="GRU encoder (1,507,072) and decoder (1,832,691)",
        source=cite("003", "section 6.13"),
    ),
    ModelEntry(
        name="translation-lstm",
        builder=_TRANSLATION,
        reference={**_VOCABULARIES, "cell": "lstm"},
        small=_SMALL_TRANSLATION,
        trainable=3_600_883,
        total=3_600_883,
        torch_trainable=3_602_931,
        summary="LSTM encoder (1,637,632) and decoder (1,963,251)",
        source=cite("003", "section 6.13"),
    ),
    ModelEntry(
        name="translation-gru-additive",
        builder=_TRANSLATION,
        reference={**_VOCABULARIES, "attention": "additive"},
        small=_SMALL_TRANSLATION,
        trainable=3_602_419,
        total=3_602_419,
        torch_trainable=3_602_419,
        summary="GRU encoder-decoder with additive attention",
        source="Bahdanau et al. 2015; Luong et al. 2015",
    ),
    ModelEntry(
        name="translation-bilstm-multiplicative",
        builder=_TRANSLATION,
        reference={
            **_VOCABULARIES,
            "cell": "lstm",
            "attention": "multiplicative",
            "bidirectional": True,
            "scheduled_sampling": True,
        },
        small=_SMALL_TRANSLATION,
        trainable=4_716_531,
        total=4_716_532,
        torch_trainable=4_719_603,
        summary="BiLSTM encoder, multiplicative attention, scheduled sampling (its rate is stored)",
        source="Luong et al. 2015; Bengio et al. 2015",
    ),
)

ADVERSARIAL: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="gan-generator",
        builder="cookbook.models.gan_networks:dense_generator",
        reference={"image_shape": (8, 8, 1)},
        trainable=53_696,
        total=53_696,
        summary="Dense generator of 8x8 images from 32 random numbers",
        source=cite("001") + "; Goodfellow et al. 2014",
    ),
    ModelEntry(
        name="gan-discriminator",
        builder="cookbook.models.gan_networks:dense_discriminator",
        reference={"image_shape": (8, 8, 1)},
        trainable=16_641,
        total=16_641,
        summary="Dense discriminator of 8x8 images, one logit",
        source=cite("001") + "; Goodfellow et al. 2014",
    ),
    ModelEntry(
        name="dcgan-generator",
        builder="cookbook.models.gan_networks:dcgan_generator",
        reference={"image_shape": (28, 28, 1)},
        small={"image_shape": (8, 8, 1), "widths": (8, 4)},
        trainable=333_185,
        total=333_569,
        summary="Generator of transposed convolutions for 28x28 images",
        source="Radford et al. 2016",
    ),
    ModelEntry(
        name="dcgan-discriminator",
        builder="cookbook.models.gan_networks:dcgan_discriminator",
        reference={"image_shape": (28, 28, 1)},
        small={"image_shape": (8, 8, 1), "widths": (4, 8)},
        trainable=138_561,
        total=138_561,
        summary="Discriminator of strided convolutions for 28x28 images, one logit",
        source="Radford et al. 2016",
    ),
)

SEQUENCES: tuple[ModelEntry, ...] = (*RECURRENT, *FORECASTS, *TEXT, *TRANSLATION, *ADVERSARIAL)
