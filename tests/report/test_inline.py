from secretome_ml.report.inline import inline_svg

SVG = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="9pt" height="9pt" viewBox="0 0 9 9" version="1.1">
<metadata><x>http://purl.org</x></metadata>
<g id="figure_1"><path id="mab" d="M 0.123456 -1.98765 L 2 3.05" style="fill: #d55e00; stroke: #123456"/>
<use xlink:href="#mab" x="1.2345"/><!-- note -->
<text style="fill: #1b1f24">1.2345 #d55e00</text></g>
</svg>
"""


def test_svg_becomes_an_element_of_the_page():
    found = inline_svg(SVG, "w1", 'a "b" <c>')
    assert found.startswith('<svg viewBox="0 0 9 9" role="img" aria-label="a &quot;b&quot; &lt;c&gt;">')
    assert "http" not in found
    assert "figure_1" not in found
    assert 'id="w1-mab"' in found
    assert 'xlink:href="#w1-mab"' in found
    assert "fill: var(--raises); stroke: #123456" in found
    assert 'd="M 0.1 -2 L 2 3.0' in found or 'd="M 0.1 -2 L 2 3.1' in found or 'd="M 0.1 -2 L 2 3"' in found


def test_text_keeps_its_numbers_and_colours():
    assert ">1.2345 #d55e00</text>" in inline_svg(SVG, "w1", "x")
    assert "fill: var(--ink)" in inline_svg(SVG, "w1", "x")


def test_dots_are_written_once_and_lines_are_kept():
    dots = "M 1.04 2 \nL 1.05 2 \nM 1.04 2.01 \nL 1.05 2.01 \nM 7 8 \nL 7.01 8 \n"
    line = "M 1 2 \nL 5 2 \nM 1 3 \nL 5 3 \n"
    svg = SVG.replace("M 0.123456 -1.98765 L 2 3.05", dots)
    assert ' d="M1.0 2.0h0M7.0 8.0h0"' in inline_svg(svg, "w1", "x")
    assert "M 1 2 \nL 5 2" in inline_svg(SVG.replace("M 0.123456 -1.98765 L 2 3.05", line), "w1", "x")
