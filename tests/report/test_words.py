from secretome_ml.report.words import clean, drivers_label, shorten, signed


def test_label_and_sign():
    assert (
        drivers_label("LEP (not detected) -0.10; hypoxia +0.20") == "LEP (not detected) −0.10; hypoxia +0.20"
    )
    assert (signed(0.414), signed(-0.1), signed(-0.0001)) == ("+0.41", "−0.10", "0.00")


def test_clean_drops_control_and_direction_marks():
    assert clean("a\x00b\n c\u202ed\u200b") == "a\ufffdb cd"


def test_shorten_keeps_both_ends():
    assert shorten("conditioned medium batch 17", 15) == "conditi…atch 17"
    assert shorten("short", 15) == "short"
