"""Builders of uncompiled Keras models; `MODELS` lists them without importing Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from cookbook.models.adaptive_softmax import AdaptiveSoftmaxModel as AdaptiveSoftmaxModel
    from cookbook.models.attention import CrossAttention as CrossAttention
    from cookbook.models.catalog import MODELS as MODELS
    from cookbook.models.catalog import get_model as get_model
    from cookbook.models.character_networks import character_network as character_network
    from cookbook.models.compact_networks import compact as compact
    from cookbook.models.convnets import cifar10_cnn as cifar10_cnn
    from cookbook.models.convnets import convnet as convnet
    from cookbook.models.dense import linear as linear
    from cookbook.models.dense import logistic as logistic
    from cookbook.models.dense import mlp as mlp
    from cookbook.models.ensembles import MemberEnsemble as MemberEnsemble
    from cookbook.models.forecasting import forecaster as forecaster
    from cookbook.models.gan import GAN as GAN
    from cookbook.models.gan import dcgan_adam as dcgan_adam
    from cookbook.models.gan import image_gan as image_gan
    from cookbook.models.gan_networks import dcgan_discriminator as dcgan_discriminator
    from cookbook.models.gan_networks import dcgan_generator as dcgan_generator
    from cookbook.models.gan_networks import dense_discriminator as dense_discriminator
    from cookbook.models.gan_networks import dense_generator as dense_generator
    from cookbook.models.language_models import language_model as language_model
    from cookbook.models.lenets import lenet as lenet
    from cookbook.models.ngram_bags import NaiveBayesBag as NaiveBayesBag
    from cookbook.models.ngram_bags import ngram_bag as ngram_bag
    from cookbook.models.perceptrons import Perceptron as Perceptron
    from cookbook.models.perceptrons import perceptron as perceptron
    from cookbook.models.recurrent import recurrent_network as recurrent_network
    from cookbook.models.recurrent import reset_states as reset_states
    from cookbook.models.recurrent import torch_trainable as torch_trainable
    from cookbook.models.recurrent_classifiers import text_classifier as text_classifier
    from cookbook.models.recurrent_layers import ForgetGateBias as ForgetGateBias
    from cookbook.models.recurrent_layers import MaskedPooling as MaskedPooling
    from cookbook.models.recurrent_layers import PaddingMask as PaddingMask
    from cookbook.models.recurrent_layers import recurrent_layer as recurrent_layer
    from cookbook.models.recurrent_steps import StepwiseDecoder as StepwiseDecoder
    from cookbook.models.recurrent_steps import StepwiseLanguageModel as StepwiseLanguageModel
    from cookbook.models.resnets import resnet as resnet
    from cookbook.models.seq2seq import ScheduledSampling as ScheduledSampling
    from cookbook.models.seq2seq import encoder_decoder as encoder_decoder
    from cookbook.models.seq2seq import inverse_sigmoid_rate as inverse_sigmoid_rate
    from cookbook.models.seq2seq_layers import RecurrentDecoder as RecurrentDecoder
    from cookbook.models.seq2seq_layers import RecurrentEncoder as RecurrentEncoder
    from cookbook.models.tabular import tabular_ensemble as tabular_ensemble
    from cookbook.models.unets import unet as unet
    from cookbook.models.wide_and_deep_networks import CategoryCross as CategoryCross
    from cookbook.models.wide_and_deep_networks import wide_and_deep as wide_and_deep
    from cookbook.models.widths import pyramid_widths as pyramid_widths

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "adaptive_softmax": ["AdaptiveSoftmaxModel"],
        "attention": ["CrossAttention"],
        "catalog": ["MODELS", "get_model"],
        "character_networks": ["character_network"],
        "compact_networks": ["compact"],
        "convnets": ["cifar10_cnn", "convnet"],
        "dense": ["linear", "logistic", "mlp"],
        "gan": ["GAN", "dcgan_adam", "image_gan"],
        "gan_networks": [
            "dcgan_discriminator",
            "dcgan_generator",
            "dense_discriminator",
            "dense_generator",
        ],
        "ensembles": ["MemberEnsemble"],
        "forecasting": ["forecaster"],
        "language_models": ["language_model"],
        "lenets": ["lenet"],
        "ngram_bags": ["NaiveBayesBag", "ngram_bag"],
        "perceptrons": ["Perceptron", "perceptron"],
        "recurrent": ["recurrent_network", "reset_states", "torch_trainable"],
        "recurrent_classifiers": ["text_classifier"],
        "recurrent_layers": ["ForgetGateBias", "MaskedPooling", "PaddingMask", "recurrent_layer"],
        "recurrent_steps": ["StepwiseDecoder", "StepwiseLanguageModel"],
        "resnets": ["resnet"],
        "seq2seq": ["ScheduledSampling", "encoder_decoder", "inverse_sigmoid_rate"],
        "seq2seq_layers": ["RecurrentDecoder", "RecurrentEncoder"],
        "tabular": ["tabular_ensemble"],
        "unets": ["unet"],
        "wide_and_deep_networks": ["CategoryCross", "wide_and_deep"],
        "widths": ["pyramid_widths"],
    },
)
__all__ = __dir__()
