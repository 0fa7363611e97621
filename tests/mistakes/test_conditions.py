"""Conditions: oxygen, hours, genes, product."""


def hypoxia(wide: str, text: str) -> str:
    """Return the wide example with another preconditioning of its second sample."""
    return wide.replace("conditioned medium,hypoxia,", f'conditioned medium,"{text}",')


def test_hypoxia_at_the_oxygen_of_room_air(row, read, score, wide):
    standard = score(read(hypoxia(wide, "none")))
    row.same(standard, score(read(hypoxia(wide, "hypoxia(o2=21%, hours=48)"))))


def test_oxygen_as_a_fraction_of_air(row, read, wide):
    row.refuses(lambda: read(hypoxia(wide, "hypoxia(o2=160)")))


def test_days_written_as_hours(row, read, wide):
    row.warns(read(hypoxia(wide, "hypoxia(o2=1%, hours=2)")))


def test_hours_written_as_days(row, read, wide):
    row.warns(read(hypoxia(wide, "hypoxia(o2=1%, days=48)")))


def test_a_silenced_gene_written_as_over_expressed(row, read, wide):
    text = hypoxia(wide, "genetic_modification(VEGF over-expression)").replace(",5980,", ",not_detected,")
    row.warns(read(text))


def test_a_silenced_gene_that_was_not_measured(row, read, score, wide):
    down = read(hypoxia(wide, "genetic_modification(CXCR4 siRNA)"))
    up = read(hypoxia(wide, "genetic_modification(CXCR4 over-expression)"))
    row.unseen(score(down), score(up), up)


def test_none_against_an_empty_cell(row, read, score, wide, wide_scores):
    row.same(wide_scores, score(read(wide.replace(",none,", ",,"))))


def test_an_unknown_preconditioning(row, read, wide):
    row.refuses(lambda: read(hypoxia(wide, "hypoxya")))


def test_cells_for_their_conditioned_medium(row, read, score, wide, wide_scores):
    wrong = read(wide.replace("conditioned medium", "cells"))
    row.unseen(wide_scores, score(wrong), wrong)


def test_another_cell_source(row, read, score, wide, wide_scores):
    wrong = read(wide.replace(",adipose,", ",bone marrow,"))
    row.unseen(wide_scores, score(wrong), wrong)
