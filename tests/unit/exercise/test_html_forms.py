"""Forms are read as a browser fills them in."""

from symbolon.exercise.html_forms import read_forms


def test_hidden_fields_and_first_values_are_kept() -> None:
    (form,) = read_forms(
        '<form action="/vote"><input type="hidden" name="csrf_token" value="t&amp;k"><input type="radio" name="verdict"'
        ' value="SAME"><textarea name="reason">\nas &lt;it&gt; stands</textarea><select name="code"><option value="H0">'
        '<option value="H1" selected></select></form>'
    )
    assert form.action == "/vote"
    assert form.fields == {"csrf_token": "t&k", "reason": "as <it> stands", "code": "H1"}


def test_a_list_without_a_chosen_option_gives_its_first() -> None:
    (form,) = read_forms('<form action="/x"><select name="u"><option value="U1"><option value="U2"></select></form>')
    assert form.fields == {"u": "U1"}


def test_answers_take_the_place_of_first_values() -> None:
    (form,) = read_forms('<form action="/x"><input name="a" value="1"><input name="b" value="2"></form>')
    assert form.filled({"b": "3"}) == {"a": "1", "b": "3"}


def test_what_is_ticked_is_sent_and_what_is_not_is_only_offered() -> None:
    (form,) = read_forms(
        '<form action="/x"><input type="radio" name="urgency" value="U2"><input type="radio" name="urgency" value="U3"'
        ' checked><input type="checkbox" name="with" value="a" checked><input type="checkbox" name="with" value="b"'
        ' checked><input type="checkbox" name="evidence" value="yes"></form>'
    )
    assert form.fields == {"urgency": "U3", "with": ["a", "b"]}
    assert form.offered == {"urgency", "with", "evidence"}


def test_each_form_has_its_own_fields() -> None:
    first, second = read_forms('<form action="/1"><input name="a"></form><form action="/2"><input name="b"></form>')
    assert (first.fields, second.fields) == ({"a": ""}, {"b": ""})
