"""One recipe, one dataset, one set of hyperparameters: built, trained and scored."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import keras

from cookbook.callbacks.averaged_weights import AveragedWeights
from pipelines.hyperparameters.families import with_changes
from pipelines.hyperparameters.optimizer import schedule_callbacks
from pipelines.hyperparameters.options import (
    argument_names,
    check_parameter_names,
    resolve,
    split_parameters,
)
from pipelines.hyperparameters.precision import precision
from pipelines.hyperparameters.updates import updates_of
from pipelines.inputs.feed_datasets import as_dataset_feed
from pipelines.recipes.recipe import Recipe
from pipelines.tasks.registry import task_entry
from pipelines.training.forms import plain_form, training_form
from pipelines.training.teachers import teacher_digest
from pipelines.training.tensorflow.trainer import Trainer
from pipelines.training.tensorflow.whole_batch import gathering_trainer
from pipelines.training.validation_scores import ValidationScores

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset
    from pipelines.inputs.feeds import Batch, Feed
    from pipelines.training.checkpoint import Checkpoint
    from pipelines.training.tensorflow.kept_trainers import KeptTrainers


# Of which averaged weights get their statistics of batch normalisation.
_ROWS = 2048


class Experiment:
    """Builds and trains the model of a recipe.

    Args:
        recipe: What to run.
        params: Hyperparameters that replace the recipe's defaults.
        dataset: Loaded data of the recipe.
        seed: Initial weights, dropout, order of the data and augmentation follow from it.

    Raises:
        ValueError: If a hyperparameter is unknown or outside its range.
    """

    def __init__(
        self, recipe: Recipe, params: Mapping[str, Any], dataset: Dataset, *, seed: int
    ) -> None:
        self.recipe = recipe
        self.params = with_changes(recipe.defaults, params)
        self.dataset = dataset
        self.seed = seed
        self.entry = task_entry(recipe.task.format(task=dataset.task))
        task = self.entry.load()
        self.entry.check_class_weight(self.params)
        check_parameter_names(self.params, recipe.builder, extra=task.extra_names)
        self.options, rest = split_parameters(self.params)
        self.entry.check_loss(self.options.loss)
        extra = {name: value for name, value in rest.items() if name in task.extra_names}
        self._builder_arguments = {k: v for k, v in rest.items() if k not in extra}
        self._task_arguments = extra
        self.task = task(dataset, self.options, extra)

    @property
    def facts(self) -> list[Any]:
        """What decides the numbers of its training beside the code, as JSON can hold it."""
        taught = [teacher_digest(self.options.teacher)] if self.options.teacher else []
        return [self.params, self.seed, self.dataset.fingerprint, *taught]

    def build(self, *, total_steps: int) -> keras.Model:
        """Builds and compiles the model from the seed alone.

        Args:
            total_steps: Optimizer steps of the whole training, for schedules.

        Returns:
            A compiled model.
        """
        keras.utils.set_random_seed(self.seed)
        known = argument_names(self.recipe.builder)
        given = {k: v for k, v in self.task.model_arguments().items() if k in known}
        builder = resolve(self.recipe.builder)
        with precision(self.options.precision):
            model: keras.Model = builder(**{**given, **self._builder_arguments})
            model = self.task.adapt(model)
            model = training_form(model, self.options, total_steps=total_steps, task=self.task)
        self.task.compile(model, total_steps=total_steps)
        return model

    def train(
        self,
        *,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        epochs: int | None = None,
        with_validation: bool = False,
        checkpoint: Checkpoint | None = None,
        kept: KeptTrainers | None = None,
        scores: Collection[str] = (),
    ) -> tuple[keras.Model, dict[str, list[float]]]:
        """Trains a fresh model.

        Args:
            callbacks: Keras callbacks, hooks on epochs preferred.
            epochs: Epochs to run; the options' number otherwise. Schedules always span
                the options' number, so that fewer epochs are the same training cut short.
            with_validation: Train on the validation rows as well and validate on nothing:
                for the last refit of a chosen model.
            checkpoint: File to go on from, replaced after the epochs.
            kept: Trainers of earlier trainings in this process; one of the same structure is
                used again, and the returned model is then that trainer's.
            scores: Further metrics of the validation rows that every epoch reports, as
                `f1_macro`; each costs a prediction of these rows.

        Returns:
            The model and its history.
        """
        feed = self._fed(self.task.training_feed(seed=self.seed, with_validation=with_validation))
        updates = updates_of(self.options, steps=feed.steps)
        model = self.build(total_steps=updates.total)
        validation = None if with_validation else self.task.validation_feed()
        validation = None if validation is None else self._fed(validation, repeats=True)
        trainer: Trainer
        if updates.total != feed.steps * self.options.epochs or updates.full_batch:
            trainer = gathering_trainer(
                model, feed, validation=validation, updates=updates, options=self.options
            )
        elif kept is None:
            trainer = Trainer(model, feed, validation=validation)
        else:
            trainer = kept.trainer(model, feed, validation=validation, data=self._data_facts())
        validated = not with_validation
        added: list[keras.callbacks.Callback] = []
        if validated:
            scores = dict.fromkeys((*self.task.validation_scores, *scores))
        if scores:
            added.append(ValidationScores(self.task, tuple(scores)))
        added += [*self.task.callbacks(), *self._option_callbacks(validated=validated)]
        history = trainer.fit(
            epochs=epochs or self.options.epochs,
            callbacks=[*added, *callbacks],
            checkpoint=checkpoint,
        )
        return plain_form(trainer.model), history

    def _some_inputs(self, *, with_validation: bool) -> list[Any]:
        """Inputs of some training batches, for statistics of batch normalisation."""
        feed = self.task.training_feed(seed=self.seed, with_validation=with_validation)
        state, count = feed.start(0), min(feed.steps, -(-_ROWS // self.options.batch_size))
        return [feed.batch(state, keras.ops.convert_to_tensor(k, "int32"))[0] for k in range(count)]

    def first_batch(self) -> Batch:
        """The first rows that the model is trained on, as it takes them."""
        return self.task.training_feed(seed=self.seed, with_validation=False).sample()

    def _fed(self, feed: Feed, *, repeats: bool = False) -> Feed:
        """The feed, through `tf.data` where the options ask for it."""
        return as_dataset_feed(feed, repeats=repeats) if self.options.input == "tf.data" else feed

    def _data_facts(self) -> list[Any]:
        """What decides the feeds: the dataset and all that a task may read of the options."""
        options = dataclasses.asdict(self.options)
        for name in ("learning_rate", "epochs", "patience", "given"):
            del options[name]
        facts = [self.recipe.name, self.dataset.fingerprint, len(self.dataset.train)]
        return [*facts, options, self._task_arguments]

    def _option_callbacks(self, *, validated: bool) -> list[keras.callbacks.Callback]:
        """What the options ask for: averaged weights in validation, early stopping."""
        watched = (self.recipe.metric, self.recipe.direction) if validated else ("loss", "minimize")
        callbacks = schedule_callbacks(self.options, metric=watched[0], direction=watched[1])
        stops_early = bool(self.options.patience and validated)
        if self.options.ema:
            # Early stopping must keep the averaged weights of its best epoch, not the raw ones.
            batches = functools.partial(self._some_inputs, with_validation=not validated)
            callbacks.append(AveragedWeights(batches, swap_on_epoch=stops_early))
        if stops_early:
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    self.recipe.metric,
                    mode="max" if self.recipe.direction == "maximize" else "min",
                    patience=self.options.patience,
                    restore_best_weights=True,
                )
            )
        return callbacks
