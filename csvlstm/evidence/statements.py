"""An audit in the words of audit.csv, of audit.json, and of the summary for a person."""

import csv
import io
from typing import Any, NamedTuple

from .. import __version__
from ..errors import plural
from ..verdict.report import finding, recognised_as_text, warning
from .totals import AuditReport, BlockTotals, LayerAudit


class TableStyle(NamedTuple):
    """The signs of a table that a spreadsheet opens."""

    delimiter: str = ","
    decimal: str = "."


COMMAS = TableStyle()

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_FILES = ("source_file", "target_file")


def as_csv(audit: AuditReport, style: TableStyle = COMMAS) -> str:
    """Give the rows as one rectangular CSV table, in which no text can become a formula."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=style.delimiter, lineterminator="\n")
    writer.writerow(BlockTotals._fields)
    writer.writerows(
        [_cell(name, value, style) for name, value in zip(BlockTotals._fields, row, strict=True)] for row in audit.rows
    )
    return table.getvalue()


def _cell(name: str, value: object, style: TableStyle) -> object:
    if isinstance(value, float):
        return repr(value).replace(".", style.decimal)
    return never_formula(value, is_path=name in _FILES) if isinstance(value, str) else value


def never_formula(text: str, *, is_path: bool = False) -> str:
    """Give a text that no spreadsheet takes for a formula: a path through its folder, another after an apostrophe.

    >>> never_formula("=1+1.csv", is_path=True), never_formula("-x"), never_formula("a=b")
    ('./=1+1.csv', "'-x", 'a=b')
    """
    return f"{'./' if is_path else chr(39)}{text}" if text.startswith(_FORMULA) else text


def as_json(audit: AuditReport) -> dict[str, Any]:
    """Give what was found by the names of the contract; the forget bias of a network stands with each layer."""
    forget_biases = {layer.forget_bias for layer in audit.layers}
    return {
        "command": "audit",
        "version": __version__,
        "verdict": audit.verdict,
        "equivalent": audit.equivalent,
        "source": audit.layers[0].source,
        "target": audit.layers[0].target,
        "forget_bias": forget_biases.pop() if len(forget_biases) == 1 else None,
        "findings": [finding(one) for one in audit.findings],
        "layers": [_layer_as_json(layer) for layer in audit.layers],
        "recognised": [found for layer in audit.layers for found in layer.recognised],
        "warnings": [warning(damage) for damage in audit.warnings],
    }


def _layer_as_json(layer: LayerAudit) -> dict[str, Any]:
    rows = [row._asdict() for row in layer.rows]
    return {
        "layer": layer.name,
        "direction": layer.direction,
        **layer.sizes._asdict(),
        "forget_bias": layer.forget_bias,
        "verdict": layer.verdict,
        "blocks": [{name: value for name, value in row.items() if name not in ("layer", "direction")} for row in rows],
    }


def as_text(audit: AuditReport, verbose: bool = False) -> str:
    """Give the summary: what was recognised, the verdict with its figures, the blocks that differ, what was written."""
    rows = audit.rows
    lines = recognised_as_text((found for layer in audit.layers for found in layer.recognised), verbose)
    lines.append(audit.sentence)
    lines += [_difference(row) for row in rows if row.differing]
    lines += [f"mistake {one}" for one in audit.findings]
    return "\n".join([*lines, f"wrote {audit.written}"] if audit.written else lines)


def _difference(row: BlockTotals) -> str:
    target = f"{row.target_file} {row.target_range or '(of another shape)'}"
    by = "" if row.max_difference is None else f", by up to {row.max_difference:.3g}"
    block = f"{row.differing} of {row.cells} {plural(row.cells, 'cell')} of {row.part}, gate {row.gate}"
    return f"{row.verdict}: {block}: {target} against {row.source_file} {row.source_range}{by}"
