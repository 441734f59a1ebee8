"""What a recorded run shows, in the words of the summary and of the JSON report.

A share of the tolerance is rounded up to one or two digits, and none is below a hundredth: what is smaller is the
rounding of a processor.
"""

import math
from typing import TYPE_CHECKING, Any

from ..errors import plural

if TYPE_CHECKING:
    from .assumptions import Assumption
    from .replay import Replay

_SMALLEST = 0.01
_RECORD = "record more than one step, from a zero state, printed with %.9g"
_FORMULAS = {"hard_sigmoid": " (0.2 x + 0.5, of Keras 1 and 2)", "hard_sigmoid_keras3": " (x / 6 + 0.5, of Keras 3)"}


def recorded_as_json(replay: "Replay") -> dict[str, Any]:
    """Give a recorded run by the names of the contract."""
    shares = {"export": replay.export, "converted_set": replay.converted_set}
    return {
        "steps": replay.steps,
        "steps_shown": replay.steps_shown,
        "largest_share": {
            side: None if share is None else float(_rounded_up(share, 2)) for side, share in shares.items()
        },
        "agrees": None if replay.cannot_show else replay.agrees,
        "cannot_show": _cannot_show(replay) if replay.cannot_show else None,
        "fits": replay.fits and replay.fits._asdict(),
    }


def recorded_as_text(replay: "Replay") -> list[str]:
    """Give a recorded run for a person: how near both sides come, and what that says."""
    shown = f"{replay.steps_shown} of {replay.steps} {plural(replay.steps, 'step')} shown"
    shown += f"; {_differences(replay)}" if replay.steps_shown else ""
    return [f"recorded run: {said}" for said in (shown, _verdict(replay))]


def _differences(replay: "Replay") -> str:
    export = _times(replay.export)
    if replay.converted_set is None:
        return f"the export differs by {export}"
    converted = _times(replay.converted_set)
    if export == converted:
        return f"both sides differ by {export}"
    return f"the export differs by {export}, the converted set by {converted}"


def _times(share: float) -> str:
    figure = _rounded_up(share, 1)
    return f"at most {figure} of the tolerance" if share <= 1 else f"up to {float(figure):,.10g} times the tolerance"


def _rounded_up(share: float, digits: int) -> str:
    share = max(share, _SMALLEST)
    unit = 10.0 ** (math.floor(math.log10(share)) + 1 - digits)
    return f"{math.ceil(share / unit) * unit:.{digits}g}"


def _verdict(replay: "Replay") -> str:
    if replay.fits_export and replay.contradicts:
        return "it fits the export, and not the converted set"
    if replay.cannot_show:
        return f"it cannot show {_cannot_show(replay)}; {_RECORD}"
    if not replay.fits_export:
        return f"it contradicts what was declared ({_declared(replay)}) and fits {_instead(replay)}"
    sides = "the export" if replay.converted_set is None else "the export and the converted set"
    return f"it fits {sides}{_how(replay.fits)}{_digits(replay)}"


def _cannot_show(replay: "Replay") -> str:
    if not replay.steps_shown:
        return "anything: at every step float32 or the printed digits leave more than 0.001 open"
    others = " or ".join(repr(value) for value in replay.also_fits)
    return f"whether the forget bias is the declared one or {others}: it fits each of them"


def _declared(replay: "Replay") -> str:
    declared = replay.declared
    forget_bias = "the declared ones" if declared.forget_bias is None else repr(declared.forget_bias)
    activations = f"recurrent_activation {declared.recurrent_activation}, activation {declared.activation}"
    return f"forget bias {forget_bias}, {activations}"


def _instead(replay: "Replay") -> str:
    if replay.fits is None:
        return (
            "nothing that was tried, alone or together: forget biases from -10 to 20, recurrent_activation "
            "sigmoid and both hard_sigmoids, activation tanh, relu, sigmoid, elu and softsign, outputs one step late "
            "or reversed in time"
        )
    names = {
        "forget_bias": "forget bias",
        "recurrent_activation": "recurrent_activation",
        "activation": "activation",
        "outputs": "outputs",
    }
    found, declared = replay.fits._asdict(), replay.declared._asdict()
    changed = [
        f"{name} {found[field]}{_FORMULAS.get(found[field], '')}"
        for field, name in names.items()
        if found[field] != declared[field] and found[field] is not None
    ]
    return f"{', '.join(changed)}{_digits(replay)}"


def _how(fits: "Assumption | None") -> str:
    return "" if fits is None or fits.outputs == "as recorded" else f", the outputs being the {fits.outputs}"


def _digits(replay: "Replay") -> str:
    return " to the digits that inputs and weights were printed with" if replay.by_digits else ""
