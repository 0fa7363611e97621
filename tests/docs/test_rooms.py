"""The picture of the rooms is that of the code."""

import sys

from conftest import ROOT
from test_architecture import ORDER

sys.path.insert(0, str(ROOT / "docs"))
import rooms


def test_the_picture_is_drawn_from_today_s_imports():
    assert (ROOT / "docs" / "rooms.svg").read_text(encoding="utf-8") == rooms.picture()


def test_what_is_left_out_is_said_by_a_longer_way():
    graph = rooms.used()
    kept = rooms.without_detours(graph)
    for room, others in graph.items():
        seen, waiting = set(), [room]
        while waiting:
            for other in kept[waiting.pop()] - seen:
                seen.add(other)
                waiting.append(other)
        assert others <= seen, room


def test_every_room_stands_below_what_it_uses():
    floor = {room: n for n, row in enumerate(rooms.floors(rooms.used())) for room in row}
    assert all(floor[o] < floor[room] for room, others in rooms.used().items() for o in others)
    assert {rooms.room_of(name) for name in ORDER if not name.startswith("__")} == set(floor)
