"""What stands beside the weights of a file, and whether it agrees with the order in which the weights stand.

Labels mean nothing to a framework, but they show what a sort or another layout did to the cells: V1, V11, V2 were
sorted as text, and i_0 f_0 c_0 o_0 are not in the order of TensorFlow 1.
"""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple, TypeVar

from ..errors import CsvLstmError, Place, shown
from ..layouts.arrays import AnySizes, Array, Layout, Operand
from ..layouts.entries import LAYOUTS
from ..layouts.gates import Gate
from .shapes import Form, Grid

_Meaning = TypeVar("_Meaning", Gate, Operand)

# A line that has no more than its index leaves a blank line, which is refused.
_INDEX = rb"(?m:^)[^,\n]*+,?"
_FIRST = rb"(?m:^)[^,\n]*(?=,)"
_NUMBER = r"[0-9]{1,18}"
_WORD = r"[^\W\d_]+"
_OWN = r"[xh]_[0-9]+"

_GATES = {
    "i": Gate.INPUT,
    "input": Gate.INPUT,
    "f": Gate.FORGET,
    "forget": Gate.FORGET,
    "c": Gate.CANDIDATE,
    "j": Gate.CANDIDATE,
    "g": Gate.CANDIDATE,
    "z": Gate.CANDIDATE,
    "cell": Gate.CANDIDATE,
    "candidate": Gate.CANDIDATE,
    "o": Gate.OUTPUT,
    "output": Gate.OUTPUT,
}
_OPERANDS = {
    "x": Operand.INPUT,
    "input": Operand.INPUT,
    "inputs": Operand.INPUT,
    "h": Operand.HIDDEN,
    "hidden": Operand.HIDDEN,
    "recurrent": Operand.HIDDEN,
}
_CORRECT = "export the weights in the order of their labels, or take the labels out where they mean something else"


class Labels(NamedTuple):
    """What stands beside the weights: the cells of a header row, a corner included, and those of an index column."""

    header_row: list[str]
    index_column: list[str]


class _LabelLine(NamedTuple):
    """The labels along one side of a grid, and where each of them stands."""

    texts: list[str]
    places: list[Place]


def labels(text: bytes, grid: Grid) -> Labels:
    r"""Give what stands beside the weights of a canonical text.

    >>> labels(b",i\nx_0,0.5\n", Grid(1, 1, header_row=True, index_column=True))
    Labels(header_row=['', 'i'], index_column=['x_0'])
    """
    header = text[: text.index(b"\n")].decode("utf-8", "replace").split(",") if grid.header_row else []
    # Behind the header row, because that has no comma above a bias with an index where the corner was left out.
    body_starts = text.index(b"\n") + 1 if grid.header_row else 0
    index = re.compile(_FIRST).findall(text, body_starts) if grid.index_column else []
    return Labels(header, [cell.decode("utf-8", "replace") for cell in index])


def body(text: bytes, grid: Grid) -> bytes:
    r"""Give the cells of a canonical text that are weights, without header row and index column.

    >>> body(b",i\nx_0,0.5\n", Grid(1, 1, header_row=True, index_column=True))
    b'0.5\n'
    """
    if grid.header_row:
        text = text[text.index(b"\n") + 1 :]
    return re.sub(_INDEX, b"", text) if grid.index_column else text


def refuse_disorder(beside: Labels, form: Form, file: str, array: Array, layout: Layout, sizes: AnySizes) -> None:
    """Refuse labels whose numbers, gate letters or operands contradict the order in which a layout has the weights.

    Raises CsvLstmError at the first label that does.

    >>> from csvlstm.layouts.entries import SOURCE
    >>> from csvlstm.layouts.gates import Sizes
    >>> form = Form(2, 4, Grid(2, 4, header_row=True, index_column=False), transposed=False)
    >>> beside = Labels(["i_0", "f_0", "c_0", "o_0"], [])
    >>> refuse_disorder(beside, form, "k.csv", SOURCE.arrays[0], SOURCE, Sizes(1, 1))
    Traceback (most recent call last):
    csvlstm.errors.CsvLstmError: k.csv: line 1, column 2 (B1): the label 'f_0' stands at a weight of gate c; ...
    """
    rows, columns = array.labels(sizes)
    across, down = (rows, columns) if form.turned else (columns, rows)
    if not (form.as_it_is or form.turned):
        # Of a flat matrix only the numbers of its labels say where a cell belongs.
        flat = columns if array.is_vector else []
        across, down = (flat, []) if form.grid.rows == 1 else ([], flat)
    for line, own in ((_header(beside, form, file), across), (_index(beside, form, file), down)):
        if line.texts and not _counts(line.texts):
            _refuse_numbers(line, is_flat=not own, by_columns=form.transposed)
            _refuse_twice(line, own)
            _refuse_gates(line, own, array, layout)
            _refuse_operands(line, own, sizes)


def refuse_numbers_that_fall(beside: Labels, form: Form, file: str) -> None:
    """Refuse whole numbers beside the weights that do not rise, because they may be weights as well.

    Raises CsvLstmError at the first number that is not larger than the one before.
    """
    for line in (_header(beside, form, file), _index(beside, form, file)):
        if line.texts and all(re.fullmatch(_NUMBER, text) for text in line.texts):
            _refuse_numbers(line, is_flat=False, by_columns=False)


def _header(beside: Labels, form: Form, file: str) -> _LabelLine:
    corner = len(beside.header_row) - form.grid.columns
    texts = beside.header_row[corner:] if corner in (0, 1) and form.grid.columns > 1 else []
    return _LabelLine(texts, [Place(file, form.skipped + 1, corner + number) for number in range(1, len(texts) + 1)])


def _index(beside: Labels, form: Form, file: str) -> _LabelLine:
    first = form.skipped + form.grid.header_row + 1
    return _LabelLine(beside.index_column, [Place(file, first + row, 1) for row in range(len(beside.index_column))])


def _counts(texts: list[str]) -> bool:
    return all(text == str(number) for number, text in enumerate(texts))


def _refuse_numbers(line: _LabelLine, is_flat: bool, by_columns: bool) -> None:
    """Refuse labels that differ in their numbers alone and whose numbers do not rise."""
    texts = [re.sub(_NUMBER, "0", text) for text in line.texts]
    numbers = [tuple(map(int, re.findall(_NUMBER, text))) for text in line.texts]
    if is_flat and by_columns:
        numbers = [one[::-1] for one in numbers]
    at = _first_that_falls(texts, numbers)
    # unit0_gate0, unit1_gate0 ... count the last number first; in a flat matrix that is another order of the cells.
    if at and (is_flat or _first_that_falls(texts, [one[::-1] for one in numbers])):
        found = f"the label {shown(line.texts[at])} follows {shown(line.texts[at - 1])}"
        raise CsvLstmError(found, line.places[at], expected="labels whose numbers rise", advice=_CORRECT)


def _refuse_twice(line: _LabelLine, own: list[str]) -> None:
    """Refuse a label that is there twice, unless those of the layout are, too: both biases of ONNX have the same."""
    seen = dict[str, int]()
    for at, text in enumerate(line.texts):
        first = seen.setdefault(text, at)
        # What was not in UTF-8 may have been different.
        if first != at and len({*own}) == len(own) and "\ufffd" not in text and len({*line.texts}) > 1:
            found = f"the label {shown(text)} stands in {line.places[first].address}, too"
            raise CsvLstmError(found, line.places[at], expected="labels that are all different", advice=_CORRECT)


def _first_that_falls(texts: list[str], numbers: list[tuple[int, ...]]) -> int | None:
    pairs = enumerate(pairwise(zip(texts, numbers, strict=True)), start=1)
    return next((at for at, ((text, one), (of, other)) in pairs if text == of and one and one >= other), None)


def _refuse_gates(line: _LabelLine, own: list[str], array: Array, layout: Layout) -> None:
    """Refuse labels that name the gates of an array in another order."""
    gates = _named(line.texts, _GATES)
    if len(gates) != len(own) or len(array.gates) < len(Gate) or {*gates} != {*Gate}:
        return
    at = next((at for at, gate in enumerate(gates) if gate.value != own[at][0]), None)
    if at is None:
        return
    order = [gate for gate, _ in groupby(gates)]
    others = dict.fromkeys(
        other.framework for other in LAYOUTS.values() for one in other.arrays if [*one.gates] == order
    )
    raise CsvLstmError(
        f"the label {shown(line.texts[at])} stands at a weight of gate {own[at][0]}",
        line.places[at],
        expected=f"labels in the order {_letters(array.gates)} of {layout.framework}",
        advice=(f"{_letters(order)} is the order of {_listed([*others])}; " if others else "") + _CORRECT,
    )


def _refuse_operands(line: _LabelLine, own: list[str], sizes: AnySizes) -> None:
    """Refuse labels that name other inputs and hidden states than the declared sizes."""
    operands = _named(line.texts, _OPERANDS)
    if all(re.fullmatch(_OWN, text) for text in line.texts):
        operands = [Operand(text[0]) for text in line.texts]
    elif {*operands} != {Operand.INPUT, Operand.HIDDEN}:
        return
    if len(operands) != len(own) or not all(re.fullmatch(_OWN, name) for name in own):
        return
    at = next((at for at, operand in enumerate(operands) if operand.value != own[at][0]), None)
    if at is None:
        return
    inputs = operands.count(Operand.INPUT)
    advice = f"the labels name {inputs} inputs and {len(operands) - inputs} hidden states"
    if one_kind := [operand for operand in {*operands} if len({*operands}) == 1]:
        others = dict.fromkeys(
            f"{array.name} of {layout.framework}"
            for layout in LAYOUTS.values()
            for array in layout.arrays
            if [*array.operands] == one_kind and len(array.gates) > 1
        )
        advice += f", as in {_listed([*others])}"
    d, h = sizes.input_size, sizes.output_size
    raise CsvLstmError(
        f"the label {shown(line.texts[at])} stands at the weights of {own[at]}",
        line.places[at],
        expected=f"labels of {d} inputs x_ and {h} hidden states h_, as declared" if len({*own}) else "",
        advice=f"{advice}; {_CORRECT}",
    )


def _named(texts: Sequence[str], meanings: dict[str, _Meaning]) -> list[_Meaning]:
    """Give what each label means, by the one word that not all of them have; nothing where one means nothing."""
    words = [{word.lower() for word in re.findall(_WORD, text)} for text in texts]
    common = set[str]().union(*words[:1]).intersection(*words)
    found = [[meanings[word] for word in one - common if word in meanings] for one in words]
    return [one[0] for one in found] if all(len(one) == 1 for one in found) else []


def _letters(gates: Sequence[Gate]) -> str:
    return ", ".join(gate.value for gate in gates)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
