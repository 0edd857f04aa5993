"""A table out of pasted text: what is read, what is left out by line, what is refused."""

import numpy as np
import pytest

from app.csvs import MOST_NAMED, TableError, decode, read_csv
from engine.data import MOST_SAMPLES


def rows(text):
    return read_csv(text).table.rows.tolist()


def left_out(text):
    sheet = read_csv(text)
    return [(bad.line, bad.message) for bad in sheet.bad]


def refused(text):
    with pytest.raises(TableError) as caught:
        read_csv(text)
    assert caught.value.message.endswith(".")
    return caught.value


def test_names_stand_on_the_first_line_and_the_last_column_is_the_target():
    table = read_csv("x1,x2,y\n0,1,2.5\n-3,.5,1e2\n").table
    assert table.name == "mine"
    assert table.columns == ("x1", "x2", "y")
    assert table.rows.tolist() == [[0, 1, 2.5], [-3, 0.5, 100]]
    assert (table.classes, table.labels) == ((), ())


@pytest.mark.parametrize(
    "text",
    ["a,b\n0.5,2\n1.5,4", "a;b\n0.5;2\n1.5;4", "a\tb\n0.5\t2\n1.5\t4", "a;b\n0,5;2\n1,5;4",
     "a\tb\n0,5\t2\n1,5\t4", 'a, b\n"0.5", 2\n1.5 ,"4"', "a,b\r\n0.5,2\r\n1.5,4\r\n",
     "a,b\r0.5,2\r1.5,4", "\N{BYTE ORDER MARK}a,b\n\n0.5,2\n,\n1.5,4\n\n",
     "a,b,\n0.5,2,\n1.5,4,,\n"],
)  # fmt: skip
def test_a_table_is_the_same_however_it_is_written(text):
    sheet = read_csv(text)
    assert sheet.table.columns == ("a", "b")
    assert sheet.table.rows.tolist() == [[0.5, 2], [1.5, 4]]
    assert (sheet.bad, sheet.more) == ((), 0)


def test_numbers_are_read_as_people_write_them():
    assert rows("a,y\n−3,1/4\n+.5,1E-3\n 7. ,0.1") == [[-3, 0.25], [0.5, 0.001], [7, 0.1]]


def test_a_comma_is_decimal_only_where_no_number_has_a_point():
    assert rows("a;y\n1,5;2\n2,5;3.5") == [[1.5, 2], [2.5, 3.5]]
    assert left_out("a;y\n1,234;2\n2.5;3") == [(2, "a is 1,234: write 1234 or 1.234.")]
    assert left_out('a,y\n"1,234",2\n2,3') == [(2, "a is 1,234: write 1234 or 1.234.")]


def test_a_comma_inside_a_name_does_not_separate():
    assert read_csv("length, cm\ty\n1\t2\n3\t4").table.columns == ("length_cm", "y")


@pytest.mark.parametrize(
    ("given", "name"),
    [("sepal length (cm)", "sepal_length_cm"), ("class", "class_"), ("tanh", "tanh_"), ("e", "e_"),
     ("2nd", "x2nd"), ("# x1", "x1"), ("Größe", "Größe"), ("x²", "x2"), ("data", "data_"),
     ("n" * 60, "n" * 40)],
)  # fmt: skip
def test_names_become_names_of_the_language(given, name):
    assert read_csv(f"{given},y\n1,2").table.columns == (name, "y")


def test_words_become_classes_in_order_of_appearance():
    table = read_csv("x,kind\n1,no\n2, yes \n3,no").table
    assert table.rows[:, 1].tolist() == [-1, 1, -1]
    assert (table.classes, table.labels) == ((-1.0, 1.0), ("no", "yes"))
    three = read_csv("x,kind\n1,oak\n2,elm\n3,ash\n4,elm").table
    assert three.rows[:, 1].tolist() == [0, 1, 2, 1]
    assert (three.classes, three.labels) == ((0.0, 1.0, 2.0), ("oak", "elm", "ash"))


def test_a_class_that_only_bad_rows_have_is_none():
    sheet = read_csv("x,kind\n?,birch\n2,oak\n3,elm\n4,elm")
    assert sheet.table.labels == ("oak", "elm")
    assert [bad.line for bad in sheet.bad] == [2]


@pytest.mark.parametrize(
    ("target", "classes", "labels"),
    [("0 1 1 0", (0, 1), ()), ("-1 1 1", (-1, 1), ()), ("1 1 1", (-1, 1), ()),
     ("0 1 2 0 1 2", (0, 1, 2), ()), ("3 5 5 3", (-1, 1), ("3", "5")),
     ("1 2 3 1 2 3", (0, 1, 2), ("1", "2", "3")), ("-2 0 -2 0", (-1, 1), ("−2", "0")),
     ("0.5 1 0.5 1", (), ()), ("1 2 3", (), ()), ("150 250 350", (), ()),
     (" ".join(map(str, [*range(11)] * 3)), (), ())],
)  # fmt: skip
def test_few_whole_numbers_are_classes(target, classes, labels):
    table = read_csv("x,y\n" + "\n".join(f"1,{each}" for each in target.split())).table
    assert (table.classes, table.labels) == (classes, labels)
    if classes:
        assert set(table.rows[:, 1]) <= set(classes)
    else:
        assert table.rows[:, 1].tolist() == list(map(float, target.split()))


def test_bad_rows_are_left_out_and_named_by_line_with_the_reason():
    text = "a,b,y\n1,2,3\n\n4,x,6\n7,8\n,1,2\n1,2,3,4\nnan,1,2\n1,inf,2\n1,1e400,2\n5,6,7\n"
    sheet = read_csv(text)
    assert sheet.table.rows.tolist() == [[1, 2, 3], [5, 6, 7]]
    assert left_out(text) == [
        (4, "b is x, which is no number."),
        (5, "It has 2 cells, the first line 3 names."),
        (6, "a is empty."),
        (7, "It has 4 cells, the first line 3 names."),
        (8, "a is nan, which is no finite number."),
    ]
    assert sheet.more == 2


def test_numbers_too_large_to_be_squared_are_left_out():
    assert left_out("a,y\n1e200,1\n-1e101,1\n1e100,0.5") == [
        (2, "a is 1e200, which is too large."),
        (3, "a is -1e101, which is too large."),
    ]


def test_of_many_bad_rows_the_first_are_named_and_the_rest_counted():
    sheet = read_csv("a,y\n1,2\n" + "x,1\n" * 100)
    assert len(sheet.bad) == MOST_NAMED
    assert len(sheet.bad) + sheet.more == 100


def test_an_empty_word_is_no_class():
    assert left_out("x,kind\n1,\n2,oak\n3,elm") == [(2, "kind is empty.")]


def test_a_quote_in_the_middle_of_a_cell_costs_its_row_only():
    sheet = read_csv('a,y\n"1"2,3\n4,5')
    assert left_out('a,y\n"1"2,3\n4,5') == [(2, "A quote stands in the middle of a cell.")]
    assert sheet.table.rows.tolist() == [[4, 5]]


def test_a_label_may_hold_separators_quotes_and_line_ends():
    table = read_csv('x,kind\n1,"a, b"\n2,"say ""no"""\n3,"two\nlines"').table
    assert table.labels == ("a, b", 'say "no"', "two lines")
    assert left_out('x,kind\n1,"two\nlines"\n?,b\n3,c') == [(4, "x is ?, which is no number.")]


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [("", "There is nothing here yet.", None),
     ("\n , \n", "There is nothing here yet.", None),
     ("x1,x2,y\n", "There are names, but no rows below them.", None),
     ("x\n1\n2", "There is one column only; a table has one feature or more, and the target.", 1),
     ("1,2,3\n4,5,6", "The first line holds numbers where the columns' names should be.", 1),
     ("\n\na,b,a\n1,2,3", "Columns 1 and 3 are both called a.", 3),
     ("a b,a-b\n1,2", "Columns 1 and 2 are both called a_b.", 1),
     ("a,,b\n1,2,3", "Column 2 has no name of letters and digits.", 1),
     ("a,b\n1,2\n\"3,4\n5,6", "The quote on line 3 is never closed.", 3),
     ("a,b\nx,1\ny,2", "No row can be used. Line 2: a is x, which is no number.", 2),
     ("a,b\n1,5,2,5", "No row can be used. Line 2: It has 4 cells, the first line 2 names.", 2)],
)  # fmt: skip
def test_what_holds_no_table_is_refused_in_words(text, message, line):
    error = refused(text)
    assert (error.message, error.line) == (message, line)
    assert error.hint


def test_a_quote_that_swallows_a_long_file_is_found_too():
    error = refused('a,b\n1,2\n"3,4\n' + "5,6\n" * 100_000)
    assert error.message == "The quote on line 3 is never closed."


def test_too_many_rows_columns_or_words_are_refused_with_the_way_out():
    many = refused("a,y\n" + "1,2\n" * (MOST_SAMPLES + 1))
    assert many.message == "There are 100,001 rows; at most 100,000 can be used."
    wide = refused(",".join(f"c{each}" for each in range(200)))
    assert wide.message == "There are 200 columns; at most 100 can be used."
    words = refused("x,name\n" + "\n".join(f"1,w{each}" for each in range(150)))
    assert words.message == "name has 150 words; at most 100 can be classes."
    assert many.hint
    assert wide.hint
    assert words.hint


def test_as_many_rows_as_are_allowed_are_read():
    assert read_csv("a,y\n" + "1,2\n" * MOST_SAMPLES).table.rows.shape == (MOST_SAMPLES, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_are_read_as_spreadsheets_write_them(encoding):
    table = read_csv(decode("Größe,Art\n1,Bär\n2,Föhre\n".encode(encoding))).table
    assert table.columns == ("Größe", "Art")
    assert table.labels == ("Bär", "Föhre")


def test_a_file_that_is_no_text_is_refused():
    with pytest.raises(TableError, match="no text"):
        decode(b"PK\3\4\0\0\0\0")


def test_rows_are_numbers_of_the_size_the_engine_takes():
    found = read_csv("a,y\n1,2").table.rows
    assert found.dtype == np.float64
    assert found.flags.c_contiguous
