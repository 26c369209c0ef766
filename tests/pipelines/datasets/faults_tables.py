"""Faults of tables."""

from __future__ import annotations

from tests.pipelines.datasets.faults import Fault, nothing, table, text

CSV = ("a,b,label", *(f"{n},{n * n},{'xy'[n % 2]}" for n in range(30)))
TABLE = {"name": "tabular-file", "path": "table.csv", "options": {"target": "label"}}
TABLE_FAULTS = (
    Fault(
        label="missing-table",
        spoil=nothing,
        match=r"table.csv: no such file",
        **TABLE,
    ),
    Fault(
        label="empty-table",
        spoil=table(""),
        match=r"table.csv: the file is empty",
        **TABLE,
    ),
    Fault(
        label="header-only",
        spoil=table("a,label"),
        match=r"table.csv: the table has a header and no rows",
        **TABLE,
    ),
    Fault(
        label="ragged-row",
        spoil=table(*CSV[:7], "1,2", *CSV[7:]),
        match=r"table.csv:8: 3 fields are expected, as in the header; the row has 2",
        **TABLE,
    ),
    Fault(
        label="ragged-row-after-a-quoted-line-end",
        spoil=table(*CSV[:2], '1,"2\n3",x', "1,2,3,4", *CSV[2:]),
        match=r"table.csv:5: 3 fields are expected, as in the header; the row has 4",
        **TABLE,
    ),
    Fault(
        label="open-quote",
        spoil=table(*CSV[:3], '"open,2,x', *CSV[3:]),
        match=r"table.csv:4: a field that begins with a quote ends with one, .* begins here",
        **TABLE,
    ),
    Fault(
        label="quote-in-a-quoted-field",
        spoil=table(*CSV[:3], '"a "b" c",2,x', *CSV[3:]),
        match=r"table.csv:4: a field that begins with a quote .*doubles those within",
        **TABLE,
    ),
    Fault(
        label="duplicated-header",
        spoil=table("a,a,label", *CSV[1:]),
        match=r"table.csv:1: column names are distinct. More than once: a. Rename them",
        **TABLE,
    ),
    Fault(
        label="text-among-numbers",
        spoil=table(*CSV[:7], "err,2,x", *CSV[7:]),
        match=r"table.csv:8: 'a' holds numbers, but for 1 of 31 values: here 'err'\. Repair the "
        r"file; .*pass `missing_texts=\['err'\]`; .*pass `columns=\{'a': 'categorical'\}`",
        **TABLE,
    ),
    Fault(
        label="text-among-numbers-of-the-target",
        spoil=table(*CSV[:7], "3,?!,x", *CSV[7:]),
        match=r"table.csv:8: 'b' holds numbers, .*here '\?!'.* pass `task='classification'`",
        **{**TABLE, "options": {"target": "b"}},
    ),
    Fault(
        label="empty-header",
        spoil=table("a,,label", *CSV[1:]),
        match=r"table.csv:1: every column has a name. Column 2 has none: .*to_csv\(index=False\)",
        **TABLE,
    ),
    Fault(
        label="no-delimiter",
        spoil=table("label", "x", "y"),
        match=r"table.csv:1: two columns at least are expected",
        **TABLE,
    ),
    Fault(
        label="unknown-column-of-splits",
        name="tabular-file",
        path="table.csv",
        options={"target": "label", "split": "part"},
        spoil=table(*CSV),
        match=r"table.csv: No column of splits named 'part'. .*Known: a, b",
    ),
    Fault(
        label="no-splits-in-their-column",
        name="tabular-file",
        path="table.csv",
        options={"target": "label", "split": "b"},
        spoil=table(*CSV),
        match=r"'b' says train, validation or test in every row.* Got '0', '1', '4', '9', '16'",
    ),
    Fault(
        label="unknown-target",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV),
        match=r"table.csv: No column named 'lable'. Did you mean 'label'",
        options={"target": "lable"},
    ),
    Fault(
        label="nan-target",
        spoil=table(*CSV, "1,2,NaN", "3,4,"),
        match=r"table.csv:32: the target 'label' has no value here and in 1 more row\.",
        **TABLE,
    ),
    Fault(
        label="empty-target",
        spoil=table("a,b,label", *(f"{n},{n % 7}," for n in range(30))),
        match=r"table.csv: the target 'label' has no value in any row: name another column",
        **TABLE,
    ),
    Fault(
        label="constant-target",
        spoil=table("a,b,label", *(f"{n},{n},x" for n in range(30))),
        match=r"the target 'label' has one value in every row \('x'\)",
        **TABLE,
    ),
    Fault(
        label="only-constant-columns",
        spoil=table("a,label", *(f"1,{n % 2}" for n in range(30))),
        match=r"one input column at least is expected. Dropped: a \(constant: '1'",
        **TABLE,
    ),
    Fault(
        label="rare-class",
        spoil=table(*CSV, "31,1,z"),
        match=r"every class needs rows in the \w+ split. It has none of 1 of 3 classes: z",
        **TABLE,
    ),
    Fault(
        label="infinite-value",
        spoil=table(*CSV, "inf,1,x"),
        match=r"table.csv:32: values are finite. Column 'a' has 'inf'. .* leave it empty",
        **TABLE,
    ),
    Fault(
        label="missing-input-refused",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV, ",1,x"),
        match=r"table.csv:32: column 'a' has no value here",
        options={"target": "label", "missing": "error"},
    ),
    Fault(
        label="text-in-a-numeric-column",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV[:4], "three,1,x", *CSV[4:]),
        match=r"table.csv:5: column 'a' is to be numeric, and 'three' is no number",
        options={"target": "label", "columns": {"a": "numeric"}},
    ),
    Fault(
        label="text-target-of-a-regression",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV),
        match=r"table.csv:2: a regression needs numbers; the target 'label' has 'x'",
        options={"target": "label", "task": "regression"},
    ),
    Fault(
        label="unknown-column-override",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV),
        match=r"No column named 'c'",
        options={"target": "label", "columns": {"c": "numeric"}},
    ),
    Fault(
        label="unknown-column-kind",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV),
        match=r"No column kind named 'number'. Did you mean 'numeric'",
        options={"target": "label", "columns": {"a": "number"}},
    ),
    Fault(
        label="wrong-encoding-of-a-table",
        spoil=text("table.csv", b"a,label\n1,caf\xe9\n"),
        match=r"table.csv:2: byte 0xe9 at position 13 is not utf-8",
        **TABLE,
    ),
    Fault(
        label="damaged-parquet",
        name="tabular-file",
        path="table.parquet",
        spoil=text("table.parquet", b"PAR1"),
        match=r"table.parquet: no readable Parquet file",
        options={"target": "label"},
    ),
)
