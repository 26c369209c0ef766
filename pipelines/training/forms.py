"""The form of a model while it is trained, where that is not the form it is used in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

if TYPE_CHECKING:
    from pipelines.hyperparameters.options import TrainingOptions
    from pipelines.tasks.base import Task


def training_form(
    model: keras.Model, options: TrainingOptions, *, total_steps: int, task: Task
) -> keras.Model:
    """A model that trains the same weights as an option asks for.

    Args:
        model: As the builder made it.
        options: `optimizer=spsa` takes another training step, `gradient_checkpointing` blocks
            that forget their activations, `curriculum` the easiest rows first,
            `progressive_sizes` small images first, `teacher` a larger model's answers.
        total_steps: Updates of the whole training.
        task: Prepares the inputs.

    Returns:
        The model itself where no option asks for another form.

    Raises:
        ValueError: If the model has no such form.
    """
    if options.optimizer == "spsa":
        from cookbook.optimizers.gradient_free_training import gradient_free

        return gradient_free(model)
    if options.gradient_checkpointing:
        from cookbook.diagnostics.checkpointing import checkpointed

        return checkpointed(model)
    if options.curriculum:
        from cookbook.losses.curriculum import easiest_first

        return easiest_first(model, share=options.curriculum, total_steps=total_steps)
    if options.progressive_sizes:
        from cookbook._checks import check_plain_training
        from pipelines.training.tensorflow.progressive_resizing import ProgressiveModel, progressive

        check_plain_training(model, "progressive resizing", made=ProgressiveModel)
        return progressive(model, options.progressive_sizes, total_steps=total_steps)
    if options.teacher:
        from cookbook.losses.distillation import distilled
        from pipelines.training.teachers import load_teacher

        teacher = load_teacher(options.teacher, task)
        how = {"share": options.teacher_share, "temperature": options.teacher_temperature}
        return distilled(model, teacher, **how)
    return model


def plain_form(model: keras.Model) -> keras.Model:
    """The model that `training_form` was given, with the weights as they are now."""
    from cookbook.diagnostics.checkpointing import CheckpointedModel
    from cookbook.losses.curriculum import CurriculumModel
    from cookbook.losses.distillation import DistilledModel
    from cookbook.optimizers.gradient_free_training import GradientFreeModel
    from pipelines.training.tensorflow.progressive_resizing import ProgressiveModel

    if isinstance(model, CheckpointedModel):
        return model.plain
    if isinstance(model, GradientFreeModel | CurriculumModel | DistilledModel | ProgressiveModel):
        return keras.Model(model.input, model.output, name=model.name)
    return model
