"""Parameters of losses, optimizers and schedules: named, checked, passed on, searched."""

from __future__ import annotations

import inspect

import pytest

from cookbook.losses.registry import LOSSES
from cookbook.optimizers.registry import OPTIMIZERS
from pipelines.hyperparameters.families import FAMILIES, member_parameters
from pipelines.hyperparameters.optimizer import build_optimizer, build_schedule
from pipelines.hyperparameters.options import TrainingOptions, default_values, split_parameters
from pipelines.hyperparameters.schedules import SPANNED
from pipelines.jobs.plan import plan_job
from pipelines.jobs.schema import Job
from pipelines.recipes.registry import load_recipe
from pipelines.training.checks import check_hyperparameters
from tests.pipelines.tasks.small_data import small_experiment

# Arguments that other options set, or that make no other training.
ELSEWHERE = {
    *("learning_rate", "weight_decay", "use_ema", "ema_momentum", "ema_overwrite_frequency"),
    *("name", "reduction", "dtype", "options", "kwargs", "from_logits", "ignore_class"),
    *("loss_scale_factor", "gradient_accumulation_steps", "samples_per_class", "seed"),
    # Muon's own polynomial, and which layers it leaves to Adam.
    *("muon_a", "muon_b", "muon_c", "exclude_layers", "exclude_embeddings"),
}


@pytest.mark.parametrize("entry", [*LOSSES.values(), *OPTIMIZERS.values()], ids=lambda e: e.name)
def test_the_parameters_of_a_row_are_those_of_its_class(entry):
    arguments = dict(inspect.signature(entry.load()).parameters)
    clipping = ("clipnorm", "clipvalue", "global_clipnorm") if entry.name in OPTIMIZERS else ()
    named = set(arguments) - ELSEWHERE - set(clipping)
    if named >= {"y_true"} or entry.name == "cosine_similarity":
        return
    axis = {"axis"} if "axis" not in entry.parameters else set()
    assert named - axis == set(entry.parameters) - set(clipping)
    for name, value in entry.parameters.items():
        if name in arguments and name not in entry.defaults and value != "balanced":
            assert arguments[name].default == value


def options(**params) -> TrainingOptions:
    return split_parameters({name.replace("__", "."): value for name, value in params.items()})[0]


REFUSED = [
    ({"loss.delta": 2}, r"No loss is named\. Got loss\.delta"),
    ({"loss": "huber", "loss.dleta": 2}, "Did you mean 'delta'"),
    ({"loss": "log_cosh", "loss.delta": 2}, "'log_cosh' has no parameters"),
    ({"loss": "huber", "loss.delta": -1.0}, "`0 < loss.delta` must hold"),
    ({"loss": "huber", "loss.delta": "wide"}, "`loss.delta` is a number"),
    ({"loss": "hubber"}, "Did you mean 'huber'"),
    ({"optimizer": "adm"}, "Did you mean 'adam'"),
    ({"optimizer.momentum": 0.9}, "No parameter of the optimizer 'adam' named 'momentum'"),
    ({"optimizer": "sgd", "optimizer.momentum": 1.5}, "`0 <= optimizer.momentum < 1` must hold"),
    ({"optimizer": "sgd", "optimizer.nesterov": 1}, "is true or false"),
    ({"optimizer.clipvalue": 1.0, "clip_norm": 1.0}, "clipped in one way"),
    ({"schedule": "cosine", "schedule.factor": 0.1}, "No parameter of the schedule 'cosine'"),
    ({"schedule.final": 0.1}, "'constant' has no parameters"),
    ({"schedule": "plateau", "schedule.patience": 1.5}, "is a whole number"),
    ({"schedule": "one_cycle_momentum", "warmup": 0.1}, "set schedule.rise"),
    ({"schedule": "step", "schedule.places": [0.3, 0.2]}, "must increase strictly"),
    ({"schedule": "step", "schedule.places": [1.5]}, "`0 < schedule.places < 1` must hold"),
    ({"schedule": "step", "schedule.places": []}, "`schedule.places` is a list of numbers"),
    ({"schedule": "step", "schedule.places": "half"}, "`schedule.places` is a number"),
    ({"loss": "quantile", "loss.quantiles": [0.1, 1.5]}, "`0 < loss.quantiles < 1` must hold"),
    ({"loss": "huber", "loss.delta": [1.0]}, "`loss.delta` is a number"),
    ({"loss": "huber", "loss.delta": float("inf")}, "`loss.delta` is a finite number"),
    ({"loss": "class_weighted", "loss.class_weights": "equal"}, "is 'balanced' or one number"),
    ({"loss": "class_weighted", "loss.class_weights": [1, -1]}, "none negative"),
    ({"loss": "class_weighted", "loss.class_weights": {"a": 1}}, "is 'balanced' or one number"),
    ({"learning_rate": float("inf")}, "`learning_rate` is a finite number"),
]


@pytest.mark.parametrize(("params", "message"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_wrong_parameter_is_refused(params, message):
    with pytest.raises(ValueError, match=message):
        split_parameters(params)


def test_another_member_leaves_the_parameters_of_the_recipe_behind():
    recipe = load_recipe("diabetes-mlp")
    assert recipe.defaults["loss"] == "huber"
    check_hyperparameters(recipe, {"loss": "log_cosh"})
    check_hyperparameters(recipe, {"loss.delta": 0.5})
    with pytest.raises(ValueError, match="no parameters"):
        check_hyperparameters(recipe, {"loss": "log_cosh", "loss.delta": 0.5})


@pytest.mark.parametrize("recipe", ["forecast", "names-char-lm", "diabetes-mlp"])
def test_smoothed_labels_are_refused_where_there_are_none(recipe):
    with pytest.raises(ValueError, match=r"is for classes.*Got label_smoothing=0\.1: leave it"):
        check_hyperparameters(load_recipe(recipe), {"label_smoothing": 0.1})


def test_a_loss_of_another_task_is_refused_before_the_data_are_read():
    with pytest.raises(
        ValueError, match=r"table-regression takes losses of one number a row.*huber"
    ):
        check_hyperparameters(load_recipe("diabetes-mlp"), {"loss": "dice"})
    with pytest.raises(ValueError, match="`label_smoothing` belongs to the losses"):
        check_hyperparameters(load_recipe("wine-mlp"), {"loss": "hinge", "label_smoothing": 0.1})
    with pytest.raises(ValueError, match="No loss to weight named 'huber'"):
        params = {"loss": "class_weighted", "loss.loss": "huber"}
        check_hyperparameters(load_recipe("wine-mlp"), params)
    with pytest.raises(ValueError, match="mixes images and their labels"):
        params = {"augment": "flip-crop-mixup", "loss": "class_weighted"}
        check_hyperparameters(load_recipe("digits-cnn"), params)
    # The data decide between two tasks: what one of them takes is no mistake yet.
    check_hyperparameters(load_recipe("tabular"), {"loss": "huber"})


def test_the_parameters_reach_loss_optimizer_and_schedule():
    experiment = small_experiment(
        "table-regression",
        **{"loss": "huber", "loss.delta": 2.0, "optimizer": "rmsprop", "optimizer.rho": 0.8},
        **{"optimizer.clipvalue": 0.5, "schedule": "polynomial", "schedule.power": 2.0},
    )
    model = experiment.build(total_steps=10)
    assert model.loss.delta == 2.0
    assert (model.optimizer.rho, model.optimizer.clipvalue) == (0.8, 0.5)
    rate = build_schedule(experiment.options, total_steps=10)
    assert float(rate(5)) == pytest.approx(experiment.options.learning_rate / 4)


@pytest.mark.parametrize(
    ("schedule", "parameters", "step", "share"),
    [
        ("step", {"factor": 0.5, "places": (0.2,)}, 20, 0.5),
        ("step", {"factor": 0.5, "places": (0.2,)}, 19, 1.0),
        ("piecewise", {"places": (0.25, 0.5, 0.75)}, 99, 1e-3),
        ("exponential", {"final": 0.25}, 50, 0.5),
        ("cosine", {"final": 0.2}, 100, 0.2),
        ("cosine_restarts", {"restarts": 1, "lengthen": 1.0, "lower": 0.5}, 50, 0.5),
        ("triangular", {"minimum": 0.5, "cycles": 1}, 0, 0.5),
        ("triangular", {"minimum": 0.5, "cycles": 1}, 50, 1.0),
        ("one_cycle", {"rise": 0.5, "start": 0.1}, 0, 0.1),
        ("one_cycle", {"rise": 0.5}, 50, 1.0),
        ("cooldown", {"share": 0.5}, 75, 0.5),
    ],
)
def test_a_schedule_follows_its_parameters(schedule, parameters, step, share):
    given = {f"schedule.{name}": value for name, value in parameters.items()}
    found = split_parameters({"schedule": schedule, "learning_rate": 0.4, **given})[0]
    assert float(build_schedule(found, total_steps=100)(step)) == pytest.approx(
        0.4 * share, rel=0.01
    )


def test_plateau_lowers_the_rate_of_a_training_and_of_a_refit():
    params = {"schedule": "plateau", "schedule.patience": 1, "schedule.factor": 0.5}
    params |= {"schedule.min_delta": 1e9, "epochs": 4}
    for refit in (False, True):
        model, _ = small_experiment("table-regression", **params).train(with_validation=refit)
        # The first epoch sets the best value, which no later one beats by so much.
        assert float(model.optimizer.learning_rate) == pytest.approx(0.03 * 0.5**3)


def test_one_cycle_moves_the_momentum_the_other_way():
    found = split_parameters(
        {"schedule": "one_cycle_momentum", "optimizer": "nesterov", "schedule.low": 0.5}
    )[0]
    model = small_experiment("table-regression").build(total_steps=10)
    optimizer = build_optimizer(found, model, total_steps=10)
    assert optimizer.nesterov
    optimizer.iterations.assign(3)
    assert float(optimizer.current_momentum()) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="moves the momentum of: adam"):
        refused = split_parameters({"schedule": "one_cycle_momentum", "optimizer": "lion"})[0]
        build_optimizer(refused, model, total_steps=10)


def test_every_family_has_members_with_parameters():
    assert member_parameters("loss", "") == {}
    assert all(SPANNED[name].parameters for name in SPANNED)
    assert set(FAMILIES) == {"loss", "optimizer", "schedule"}


LOSSES_OF_SPACE = {"choice": ["huber", "log_cosh"]}
DELTA = {"float": [0.5, 3.0]}


def plan(recipe="diabetes-mlp", metric="val_mae", fixed=(), **space):
    given = {name.replace("__", "."): dimension for name, dimension in space.items()}
    job = Job(
        recipe=recipe,
        trials=2,
        objective=metric,
        space=given,
        params=dict(fixed),
    )
    return plan_job(job).target


def test_a_job_searches_parameters_of_the_loss_with_the_losses_that_have_them():
    found = plan(loss=LOSSES_OF_SPACE, loss__delta=DELTA, optimizer__rho={"float": [0.8, 0.95]})
    assert found.space["loss.delta"].conditions() == {"loss": ("huber",)}
    assert found.space["optimizer.rho"].conditions() == {"optimizer": ("rmsprop",)}
    assert found.default_point["loss.delta"] == 1.0
    assert "optimizer.rho" not in found.default_point


@pytest.mark.parametrize(("loss", "searched"), [("huber", True), ("log_cosh", False)])
def test_a_fixed_loss_leaves_its_own_parameters_in_the_space(loss, searched):
    found = plan(fixed={"loss": loss}, loss__delta=DELTA)
    assert ("loss.delta" in found.space) is searched
    assert searched is (found.default_point.get("loss.delta") == 1.0)


def test_a_parameter_that_no_loss_of_the_space_has_is_refused():
    with pytest.raises(ValueError, match="'huber' named 'gamma'"):
        plan(loss=LOSSES_OF_SPACE, loss__gamma=DELTA)


def test_losses_are_not_compared_by_their_values():
    with pytest.raises(ValueError, match="Values of different losses cannot be compared"):
        plan(recipe="diabetes-mlp", metric="val_loss")


def test_what_a_search_does_without_a_parameter():
    builder = "cookbook.models.dense:mlp"
    names = ["loss.delta", "optimizer.beta_1", "optimizer.momentum", "optimizer.clipnorm"]
    assert default_values(builder, names, {"loss": "huber"}) == {
        "loss.delta": 1.0,
        "optimizer.beta_1": 0.9,
    }
