"""CSV as spreadsheets and other programs write it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.core.tables import Table, read_table, spreadsheet


def table(folder: Path, content: str | bytes) -> Table:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path)


def rows(read: Table) -> list[dict[str, str]]:
    return [row.cells() for row in read.rows]


@pytest.mark.parametrize(
    "content",
    [
        "id,text\n1,hello\n",
        "id;text\n1;hello\n",
        "id\ttext\n1\thello\n",
        "id|text\r\n1|hello\r\n",
        "sep=;\nid;text\n1;hello\n",
        '"sep=|"\r\nid|text\r\n1|hello\r\n',
        "\ufeffid;text\r\n1;hello\r\n",
        " id , text \n 1 , hello \n",
        "id,text,,\n1,hello,,\n,,,\n",
        "id,text\n1,hello,,\n",
        "\n\nid,text\n\n1,hello",
        "id\ttext\n1\thello\n".encode("utf-16"),
        "id;text\n1;hello\n".encode("utf-16-le"),
        "sep=;,,\nid;text\n1;hello\n",
        ",id,text\n0,1,hello\n",
        '"";"id";"text"\n"1";"1";"hello"\n',
    ],
)
def test_the_same_table_is_read_from_every_dialect(tmp_path: Path, content: str | bytes) -> None:
    read = table(tmp_path, content)

    assert (read.columns, rows(read)) == (("id", "text"), [{"id": "1", "text": "hello"}])


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ('"a, b and c";id\nx;1\n', ("a, b and c", "id")),
        ('id,"one; or two; or three"\n1,x\n', ("id", "one; or two; or three")),
        ("id;text, as written, or so;label\n1;x;y\n", ("id", "text, as written, or so", "label")),
        ('id,"the ""text"""\n1,x\n', ("id", 'the "text"')),
    ],
)
def test_a_mark_within_a_header_cell_is_no_separator(tmp_path: Path, content: str, columns: tuple[str, ...]) -> None:
    assert table(tmp_path, content).columns == columns


def test_of_two_marks_that_split_alike_the_one_that_makes_known_columns_separates(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("id;text, as written\n1;hello, you\n")

    assert read_table(path, known=lambda names: "id" in names).columns == ("id", "text, as written")


def test_a_cell_may_hold_lines_and_each_row_knows_where_it_begins(tmp_path: Path) -> None:
    read = table(tmp_path, 'sep=,\nid,text\n1,"two\nlines"\n2,next\n')

    assert [(row.line, row.cells()["text"]) for row in read.rows] == [(3, "two\nlines"), (5, "next")]


def test_what_is_not_unicode_is_read_as_western_spreadsheets_write_it(tmp_path: Path) -> None:
    read = table(tmp_path, "id;text\n1;wo ist das Café? 5 €\n".encode("cp1252"))

    assert rows(read) == [{"id": "1", "text": "wo ist das Café? 5 €"}]
    assert ["was read as Windows-1252" in note for note in read.notes] == [True]


@pytest.mark.parametrize(
    ("content", "line", "detail"),
    [
        (b"", None, "is empty"),
        (b"\n \n", None, "is empty"),
        ("id,text\n1,é\n".encode() + b"2,\xe9\n", 3, "not UTF-8"),
        (b"id,text\n1,\x81\x8d\n", 2, "not UTF-8"),
        (b"PK\x03\x04\x00\x00\xff", 1, "not UTF-8"),
        (b"id,text,id\n", 1, "the column 'id' is there twice"),
        (b"id,text\n1,a,b\n", 2, "the row has 3 cells, the header has 2"),
        (b"id,text\n1\n", 2, "the row has 1 cells, the header has 2"),
        (b"id,,text\n1,x,hello\n", 2, "text in a column without a name; is a quotation mark missing"),
        (b'id,text\n1,"open\n', 2, "not valid CSV"),
    ],
)
def test_a_broken_table_is_named_by_file_and_line(
    tmp_path: Path, content: bytes, line: int | None, detail: str
) -> None:
    with pytest.raises(InvalidInput, match=detail) as caught:
        rows(table(tmp_path, content))

    assert (caught.value.file, caught.value.line) == (str(tmp_path / "table.csv"), line)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_table(tmp_path / "missing.csv")


def test_no_cell_of_a_spreadsheet_is_run_as_a_formula() -> None:
    rows = [["=1+1", "+1", "-1", "@A1", "\t=1", " =1", "fine", -1, 2.5]]
    cells = next(csv.reader(io.StringIO(spreadsheet(["a"] * 9, rows).partition("\r\n")[2])))

    assert cells == ["'=1+1", "'+1", "'-1", "'@A1", "'\t=1", "' =1", "fine", "-1", "2.5"]
    assert spreadsheet(["ä"], []).startswith("\ufeffä")
